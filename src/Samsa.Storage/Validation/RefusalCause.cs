namespace Samsa.Storage.Validation;

/// <summary>Why records were refused, where Kafka counts it (<c>BrokerTopicMetrics</c>).</summary>
public enum RefusalCause
{
    /// <summary>Accepted, or refused for what nobody counts.</summary>
    None,

    /// <summary>Larger than <c>max.message.bytes</c> or <c>segment.bytes</c> allow.</summary>
    TooLarge,

    /// <summary>Records without a key for a compacted topic.</summary>
    MissingKey,

    /// <summary>A format version that is unknown, or other than that of the records before.</summary>
    InvalidMagic,

    /// <summary>A checksum that does not match.</summary>
    InvalidCrc,

    /// <summary>Offsets that do not count up from 0, or a sequence below 0.</summary>
    InvalidOffsetOrSequence,
}
