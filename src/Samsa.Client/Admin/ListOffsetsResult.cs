using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>An offset of one partition.</summary>
public sealed record ListOffsetsResult : AdminResult
{
    /// <summary>The partition.</summary>
    public required TopicPartition Partition { get; init; }

    /// <summary>The offset, -1 when there is none (no record so young, nothing in remote storage).</summary>
    public long Offset { get; init; } = -1;

    /// <summary>The timestamp of that record in ms since 1970, -1 when it was not looked for by time.</summary>
    public long Timestamp { get; init; } = -1;

    /// <summary>The leader epoch of that record, -1 when it is not known.</summary>
    public int LeaderEpoch { get; init; } = -1;
}
