namespace Samsa.Broker.Metadata;

/// <summary>
/// One partition as the cluster sees it. <paramref name="Leader"/> is -1 when nobody leads. The leader epoch grows with every
/// change of leader (and every start of a single node), the partition epoch with every change at all.
/// </summary>
public sealed record PartitionImage(
    int Partition, int Leader, int LeaderEpoch, int PartitionEpoch, IReadOnlyList<int> Replicas, IReadOnlyList<int> InSyncReplicas);
