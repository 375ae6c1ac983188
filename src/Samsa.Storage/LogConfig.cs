using Samsa.Protocol.Records;

namespace Samsa.Storage;

/// <summary>
/// The configuration of one topic as storage sees it. Every property names its Kafka topic property; the defaults are those
/// of Apache Kafka 4.3.1. Times are milliseconds, sizes bytes, -1 in a retention means "no limit".
/// </summary>
public sealed record LogConfig
{
    /// <summary>All defaults.</summary>
    public static LogConfig Default { get; } = new();

    /// <summary><c>segment.bytes</c>: a segment never grows beyond this; a batch larger than it is refused.</summary>
    public int SegmentBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary><c>segment.ms</c>: a segment is rolled when a batch is this much later than the segment's first one.</summary>
    public long SegmentMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary><c>segment.jitter.ms</c>: up to this much is taken off <see cref="SegmentMs"/>, at random per segment.</summary>
    public long SegmentJitterMs { get; init; }

    /// <summary><c>segment.index.bytes</c>: the largest size of an index; a segment is rolled when one is full.</summary>
    public int SegmentIndexBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary><c>index.interval.bytes</c>: an index entry is written after this many bytes of records.</summary>
    public int IndexIntervalBytes { get; init; } = 4096;

    /// <summary><c>retention.ms</c>: segments whose newest record is older are removed.</summary>
    public long RetentionMs { get; init; } = 7L * 24 * 60 * 60 * 1000;

    /// <summary><c>retention.bytes</c>: the oldest segments are removed while the log stays at least this large.</summary>
    public long RetentionBytes { get; init; } = -1;

    /// <summary><c>flush.messages</c>: the log is flushed after this many records.</summary>
    public long FlushMessages { get; init; } = long.MaxValue;

    /// <summary><c>flush.ms</c>: the log is flushed this long after the last flush.</summary>
    public long FlushMs { get; init; } = long.MaxValue;

    /// <summary><c>file.delete.delay.ms</c>: how long a removed segment stays on disk under its <c>.deleted</c> name.</summary>
    public long FileDeleteDelayMs { get; init; } = 60_000;

    /// <summary><c>cleanup.policy</c> contains <c>compact</c>.</summary>
    public bool Compact { get; init; }

    /// <summary><c>cleanup.policy</c> contains <c>delete</c>: retention by time and size applies.</summary>
    public bool Delete { get; init; } = true;

    /// <summary><c>delete.retention.ms</c>: how long tombstones and transaction markers outlive their compaction.</summary>
    public long DeleteRetentionMs { get; init; } = 24L * 60 * 60 * 1000;

    /// <summary><c>min.cleanable.dirty.ratio</c>: the part of a log that must be dirty before it is compacted.</summary>
    public double MinCleanableDirtyRatio { get; init; } = 0.5;

    /// <summary><c>min.compaction.lag.ms</c>: records younger than this are not compacted.</summary>
    public long MinCompactionLagMs { get; init; }

    /// <summary><c>max.compaction.lag.ms</c>: a log with an older uncompacted record is compacted whatever its ratio.</summary>
    public long MaxCompactionLagMs { get; init; } = long.MaxValue;

    /// <summary>The age at which a segment is rolled; compaction leaves the active one alone, so <see cref="MaxCompactionLagMs"/> bounds it (KIP-354).</summary>
    internal long LongestSegmentMs => Compact ? Math.Min(SegmentMs, MaxCompactionLagMs) : SegmentMs;

    /// <summary><c>max.message.bytes</c>: the largest batch, after compression.</summary>
    public int MaxMessageBytes { get; init; } = 1_048_588;

    /// <summary><c>compression.type</c>: the codec that batches are stored with; null keeps the producer's.</summary>
    public CompressionType? Compression { get; init; }

    /// <summary><c>compression.gzip.level</c>; -1 is the library's default.</summary>
    public int GzipLevel { get; init; } = -1;

    /// <summary><c>compression.lz4.level</c>.</summary>
    public int Lz4Level { get; init; } = 9;

    /// <summary><c>compression.zstd.level</c>.</summary>
    public int ZstdLevel { get; init; } = 3;

    /// <summary><c>message.timestamp.type</c>.</summary>
    public TimestampType TimestampType { get; init; } = TimestampType.CreateTime;

    /// <summary><c>message.timestamp.before.max.ms</c>: how far a record's time may lie in the past.</summary>
    public long TimestampBeforeMaxMs { get; init; } = long.MaxValue;

    /// <summary><c>message.timestamp.after.max.ms</c>: how far a record's time may lie in the future.</summary>
    public long TimestampAfterMaxMs { get; init; } = 60L * 60 * 1000;

    /// <summary><c>min.insync.replicas</c>: how many replicas must have a batch that asks for all acknowledgements.</summary>
    public int MinInSyncReplicas { get; init; } = 1;

    /// <summary><c>unclean.leader.election.enable</c>.</summary>
    public bool UncleanLeaderElection { get; init; }

    /// <summary><c>preallocate</c>: the file of a new segment is extended to <see cref="SegmentBytes"/> at once.</summary>
    public bool Preallocate { get; init; }

    /// <summary><c>message.downconversion.enable</c>: fetches of old versions get converted batches.</summary>
    public bool DownConversion { get; init; } = true;
}
