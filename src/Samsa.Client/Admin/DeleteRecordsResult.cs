using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>What became of deleting the first records of a partition.</summary>
public sealed record DeleteRecordsResult : AdminResult
{
    /// <summary>The partition.</summary>
    public required TopicPartition Partition { get; init; }

    /// <summary>The offset of its first record now, -1 after a failure.</summary>
    public long LowWatermark { get; init; } = -1;
}
