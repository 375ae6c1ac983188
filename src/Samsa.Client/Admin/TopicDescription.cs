namespace Samsa.Client.Admin;

/// <summary>A topic with its partitions.</summary>
public sealed record TopicDescription : AdminResult
{
    /// <summary>The name; null when the topic was asked for by an id that nobody knows.</summary>
    public string? Name { get; init; }

    /// <summary>The id, <see cref="Guid.Empty"/> from brokers older than Kafka 2.8.</summary>
    public Guid TopicId { get; init; }

    /// <summary>Whether the cluster made the topic for itself, such as <c>__consumer_offsets</c>.</summary>
    public bool IsInternal { get; init; }

    /// <summary>The partitions, by number.</summary>
    public IReadOnlyList<PartitionDescription> Partitions { get; init; } = [];

    /// <summary>The operations that the caller may do, a bit for each (KIP-430); <see cref="int.MinValue"/> when it is not known.</summary>
    public int AuthorizedOperations { get; init; } = int.MinValue;
}
