namespace Samsa.Client.Admin;

/// <summary>What became of a <see cref="NewTopic"/>.</summary>
public sealed record CreateTopicResult : AdminResult
{
    /// <summary>The topic.</summary>
    public required string Name { get; init; }

    /// <summary>Its id; <see cref="Guid.Empty"/> from brokers older than Kafka 2.8, and when it was only validated.</summary>
    public Guid TopicId { get; init; }

    /// <summary>The number of partitions, -1 when the broker does not say (before Kafka 2.4).</summary>
    public int Partitions { get; init; } = -1;

    /// <summary>The number of replicas, -1 when the broker does not say (before Kafka 2.4).</summary>
    public int ReplicationFactor { get; init; } = -1;

    /// <summary>The configuration as the topic has it, defaults included; null when the broker does not say (before Kafka 2.4).</summary>
    public IReadOnlyList<ConfigEntry>? Configs { get; init; }
}
