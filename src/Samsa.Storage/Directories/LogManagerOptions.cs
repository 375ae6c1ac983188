using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Storage.Compaction;
using Samsa.Storage.Files;

namespace Samsa.Storage.Directories;

/// <summary>What <see cref="LogManager.OpenAsync"/> needs to know. Times are milliseconds; <see cref="long.MaxValue"/> is never.</summary>
public sealed record LogManagerOptions
{
    /// <summary><c>log.dirs</c>.</summary>
    public required IReadOnlyList<string> Directories { get; init; }

    /// <summary><c>broker.id</c> (or <c>node.id</c>): must match each directory's meta.properties, and is written where there is none.</summary>
    public required int BrokerId { get; init; }

    /// <summary>The cluster: must match each directory's meta.properties, and is written where there is none.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The configuration of a topic whose logs are found at start.</summary>
    public Func<string, LogConfig> ConfigOf { get; init; } = static _ => LogConfig.Default;

    /// <summary>The clock and its timers.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The disk.</summary>
    public IStorageFileSystem FileSystem { get; init; } = PhysicalFileSystem.Instance;

    /// <summary>Where storage reports.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Runs delayed work; null for timers of the clock and the thread pool.</summary>
    internal IStorageScheduler? Scheduler { get; init; }

    /// <summary>How many logs of a directory are closed at a time; null: enough to keep the disk busy.</summary>
    internal int? ClosingThreadsPerDirectory { get; init; }

    /// <summary><c>num.recovery.threads.per.data.dir</c>.</summary>
    public int RecoveryThreadsPerDirectory { get; init; } = 2;

    /// <summary><c>log.retention.check.interval.ms</c>.</summary>
    public long RetentionCheckIntervalMs { get; init; } = 5 * 60 * 1000;

    /// <summary>
    /// <c>log.flush.scheduler.interval.ms</c>: how often logs are looked at whose <c>flush.ms</c> may have passed. At Kafka's
    /// default, never, such logs are still looked at once a second, so that <c>flush.ms</c> alone has an effect.
    /// </summary>
    public long FlushCheckIntervalMs { get; init; } = long.MaxValue;

    /// <summary><c>log.flush.offset.checkpoint.interval.ms</c>.</summary>
    public long RecoveryPointCheckpointIntervalMs { get; init; } = 60_000;

    /// <summary><c>log.flush.start.offset.checkpoint.interval.ms</c>.</summary>
    public long LogStartOffsetCheckpointIntervalMs { get; init; } = 60_000;

    /// <summary><c>replica.high.watermark.checkpoint.interval.ms</c>.</summary>
    public long HighWatermarkCheckpointIntervalMs { get; init; } = 5_000;

    /// <summary><c>log.cleaner.*</c>: how logs are compacted; null where <c>log.cleaner.enable</c> is false.</summary>
    public CleanerOptions? Cleaner { get; init; } = new();

    /// <summary><c>producer.id.expiration.ms</c>.</summary>
    public long ProducerIdExpirationMs { get; init; } = 24L * 60 * 60 * 1000;

    /// <summary><c>producer.id.expiration.check.interval.ms</c>.</summary>
    public long ProducerIdExpirationCheckIntervalMs { get; init; } = 10 * 60 * 1000;
}
