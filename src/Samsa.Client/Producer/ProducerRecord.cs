using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>A record to be sent, as bytes. Its bytes are copied before the call that it is given to returns.</summary>
public readonly record struct ProducerRecord
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition, or null to let the partitioner choose.</summary>
    public int? Partition { get; init; }

    /// <summary>The key, or null.</summary>
    public OptionalMemory Key { get; init; }

    /// <summary>The value; null is a tombstone.</summary>
    public OptionalMemory Value { get; init; }

    /// <summary>The timestamp in ms since the epoch, or null for the time of the call.</summary>
    public long? Timestamp { get; init; }

    /// <summary>The headers in order.</summary>
    public ReadOnlyMemory<RecordHeader> Headers { get; init; }

    internal RecordParts Parts => new()
    {
        Topic = Topic,
        Partition = Partition,
        Key = Key.Bytes,
        Value = Value.Bytes,
        Timestamp = Timestamp,
        Headers = Headers.Span,
    };
}
