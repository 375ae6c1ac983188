using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>A record to be sent, before its key and value are serialized.</summary>
public readonly record struct ProducerRecord<TKey, TValue>
{
    /// <summary>The topic.</summary>
    public required string Topic { get; init; }

    /// <summary>The partition, or null to let the partitioner choose.</summary>
    public int? Partition { get; init; }

    /// <summary>The key, or null.</summary>
    public TKey? Key { get; init; }

    /// <summary>The value; null is a tombstone.</summary>
    public TValue? Value { get; init; }

    /// <summary>The timestamp in ms since the epoch, or null for the time of the call.</summary>
    public long? Timestamp { get; init; }

    /// <summary>The headers in order.</summary>
    public ReadOnlyMemory<RecordHeader> Headers { get; init; }
}
