namespace Samsa.Broker.Groups.Consumers;

/// <summary>One partition of a topic that a member has or shall have.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Epoch">The epoch of the assignment that gave it to the member (KIP-1251); 0 where nobody asks.</param>
internal readonly record struct OwnedPartition(int Partition, int Epoch = 0);
