using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <summary>
/// A partition cannot be read on from its position. The other partitions can, and so can this one after a seek; without one the
/// consumer tries the same place again.
/// </summary>
public class ConsumeException : KafkaException
{
    /// <summary>A failure at a place.</summary>
    public ConsumeException(ErrorCode errorCode, TopicPartition partition, long offset, string message, Exception? inner = null)
        : base(errorCode, message, inner)
    {
        Partition = partition;
        Offset = offset;
    }

    /// <summary>Where.</summary>
    public TopicPartition Partition { get; }

    /// <summary>The offset that could not be read; the consumer's position.</summary>
    public long Offset { get; }
}
