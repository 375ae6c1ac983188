using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Client.Consumer;

/// <summary>A record that was read; it owns all that it names.</summary>
public sealed class ConsumerRecord<TKey, TValue>
{
    /// <summary>The partition.</summary>
    public required TopicPartition Partition { get; init; }

    /// <summary>The topic.</summary>
    public string Topic => Partition.Topic;

    /// <summary>The offset.</summary>
    public required long Offset { get; init; }

    /// <summary>The place after the record: what is stored or committed when it is done.</summary>
    public TopicPartitionOffset Next => new(Partition, Offset + 1, LeaderEpoch);

    /// <summary>The leader epoch under which it was written, -1 for unknown.</summary>
    public int LeaderEpoch { get; init; } = RecordBatch.NoPartitionLeaderEpoch;

    /// <summary>ms since 1970, -1 for none.</summary>
    public long TimestampMs { get; init; } = RecordBatch.NoTimestamp;

    /// <summary>What the timestamp means.</summary>
    public TimestampType TimestampType { get; init; }

    /// <summary>The timestamp as a point in time, null for none.</summary>
    public DateTimeOffset? Timestamp => TimestampMs < 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(TimestampMs);

    /// <summary>The key; the default of its type for a missing one.</summary>
    public TKey? Key { get; init; }

    /// <summary>The value; the default of its type for a tombstone.</summary>
    public TValue? Value { get; init; }

    /// <summary>True for a null value, which deletes the key on a compacted topic.</summary>
    public bool IsTombstone { get; init; }

    /// <summary>The headers in order.</summary>
    public IReadOnlyList<RecordHeader> Headers { get; init; } = [];
}
