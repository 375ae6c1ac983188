using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>The producers that a partition's leader remembers.</summary>
public sealed record PartitionProducers : AdminResult
{
    /// <summary>The partition.</summary>
    public required TopicPartition Partition { get; init; }

    /// <summary>The producers.</summary>
    public IReadOnlyList<ActiveProducer> Producers { get; init; } = [];
}
