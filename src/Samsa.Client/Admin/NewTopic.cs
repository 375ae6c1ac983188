namespace Samsa.Client.Admin;

/// <summary>A topic to create.</summary>
/// <param name="Name">Its name.</param>
public sealed record NewTopic(string Name)
{
    /// <summary>The number of partitions; -1 for the broker's <c>num.partitions</c> (Kafka 2.4, KIP-464). Not used with <see cref="Assignments"/>.</summary>
    public int Partitions { get; init; } = -1;

    /// <summary>The number of replicas; -1 for the broker's <c>default.replication.factor</c> (KIP-464). Not used with <see cref="Assignments"/>.</summary>
    public short ReplicationFactor { get; init; } = -1;

    /// <summary>The brokers of each partition, by its number, the preferred leader first; empty lets the cluster choose.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<int>> Assignments { get; init; } = new Dictionary<int, IReadOnlyList<int>>();

    /// <summary>The topic's own configuration, by Kafka's keys.</summary>
    public IReadOnlyDictionary<string, string?> Configs { get; init; } = new Dictionary<string, string?>();
}
