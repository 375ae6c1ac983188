namespace Samsa.Broker.Metadata;

/// <summary>
/// A topic to be made: either partition and replica counts (-1: the broker's default) or explicit assignments, whose counts are
/// -1 then. A null config value is an error, as in Kafka.
/// </summary>
public sealed record NewTopic(
    string Name,
    int Partitions = -1,
    int ReplicationFactor = -1,
    IReadOnlyList<ReplicaAssignment>? Assignments = null,
    IReadOnlyList<KeyValuePair<string, string?>>? Configs = null);
