using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>What became of one partition's offset in a group.</summary>
public sealed record GroupPartitionResult : AdminResult
{
    /// <summary>The partition.</summary>
    public required TopicPartition Partition { get; init; }
}
