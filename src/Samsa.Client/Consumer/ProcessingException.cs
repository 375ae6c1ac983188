using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <summary>
/// The processing of a record failed, and nobody decided otherwise. The consumer stands at the first record that is not finished, which may be an
/// earlier one of the partition.
/// </summary>
public sealed class ProcessingException : ConsumeException
{
    /// <summary>A failure of one record.</summary>
    public ProcessingException(TopicPartition partition, long offset, Exception cause)
        : base(
            ErrorCode.UnknownServerError,
            partition,
            offset,
            $"The record of {partition} at offset {offset} was not processed: {(cause ?? throw new ArgumentNullException(nameof(cause))).Message}",
            cause)
    {
    }
}
