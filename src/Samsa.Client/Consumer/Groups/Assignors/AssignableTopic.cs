namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>A topic whose partitions are to be assigned.</summary>
/// <param name="name">The name.</param>
/// <param name="partitionCount">How many partitions it has; their numbers begin at 0.</param>
public sealed class AssignableTopic(string name, int partitionCount)
{
    /// <summary>The name.</summary>
    public string Name { get; } = name;

    /// <summary>How many partitions the topic has; their numbers begin at 0.</summary>
    public int PartitionCount { get; } = partitionCount;

    /// <summary>
    /// The racks of each partition's replicas in the order of the replicas, without those that have none; null where nothing is known
    /// (KIP-881).
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>>? ReplicaRacks { get; init; }
}
