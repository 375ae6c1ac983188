using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <summary>
/// Records that this consumer has read are no longer in the log: a leader was elected without them (KIP-320). Thrown only with
/// <see cref="AutoOffsetReset.None"/>; otherwise the consumer goes back to where the log went on.
/// </summary>
public sealed class LogTruncationException : ConsumeException
{
    /// <summary>A truncation below a position.</summary>
    public LogTruncationException(TopicPartition partition, long offset, TopicPartitionOffset? divergence)
        : base(
            ErrorCode.OffsetOutOfRange,
            partition,
            offset,
            divergence is { } known
                ? $"The log of {partition} was truncated: the consumer read up to offset {offset}, the log went another way at {known.Offset}."
                : $"The log of {partition} was truncated below offset {offset}; where is not known.") => Divergence = divergence;

    /// <summary>The first offset that is not as it was, or null when the broker does not know.</summary>
    public TopicPartitionOffset? Divergence { get; }
}
