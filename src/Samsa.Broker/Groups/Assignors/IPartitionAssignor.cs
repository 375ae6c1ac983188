using Samsa.Broker.Groups.Consumers;

namespace Samsa.Broker.Groups.Assignors;

/// <summary>Shares the partitions of topics out among the members of a consumer group.</summary>
internal interface IPartitionAssignor
{
    /// <summary>The name in <c>group.consumer.assignors</c> and <c>group.remote.assignor</c>.</summary>
    string Name { get; }

    /// <summary>
    /// What each member shall have: every partition of a topic that somebody subscribes to has one owner, who subscribes to it.
    /// <paramref name="partitions"/> has the number of partitions of every topic subscribed to.
    /// </summary>
    Dictionary<string, PartitionMap> Assign(IReadOnlyList<AssignorMember> members, IReadOnlyDictionary<Guid, int> partitions);
}
