using Samsa.Storage.Compaction;

namespace Samsa.Broker.Configuration;

/// <summary>The keys of the log directories and their background work. Times are milliseconds.</summary>
public sealed class StorageOptions
{
    private const long LeastDedupeBytesPerThread = 1024 * 1024;

    internal StorageOptions(ConfigValues values)
    {
        Cleaner = values.GetBool(BrokerKeys.LogCleanerEnable) ? CleanerOf(values) : null;
        RetentionCheckIntervalMs = values.GetLong(BrokerKeys.LogRetentionCheckIntervalMs);
        FlushSchedulerIntervalMs = values.GetLong(BrokerKeys.LogFlushSchedulerIntervalMs);
        RecoveryPointCheckpointIntervalMs = values.GetInt(BrokerKeys.LogFlushOffsetCheckpointIntervalMs);
        LogStartOffsetCheckpointIntervalMs = values.GetInt(BrokerKeys.LogFlushStartOffsetCheckpointIntervalMs);
        HighWatermarkCheckpointIntervalMs = values.GetLong(BrokerKeys.ReplicaHighWatermarkCheckpointIntervalMs);
        RecoveryThreadsPerDirectory = values.GetInt(BrokerKeys.NumRecoveryThreadsPerDataDir);
        ProducerIdExpirationMs = values.GetInt(BrokerKeys.ProducerIdExpirationMs);
        ProducerIdExpirationCheckIntervalMs = values.GetInt(BrokerKeys.ProducerIdExpirationCheckIntervalMs);
        FlushOnAck = values.GetBool(BrokerKeys.SamsaFlushOnAck);
    }

    /// <summary><c>log.cleaner.*</c>; null where <c>log.cleaner.enable</c> is false.</summary>
    public CleanerOptions? Cleaner { get; }

    /// <summary><c>log.retention.check.interval.ms</c>.</summary>
    public long RetentionCheckIntervalMs { get; }

    /// <summary><c>log.flush.scheduler.interval.ms</c>; long.MaxValue for never.</summary>
    public long FlushSchedulerIntervalMs { get; }

    /// <summary><c>log.flush.offset.checkpoint.interval.ms</c>.</summary>
    public long RecoveryPointCheckpointIntervalMs { get; }

    /// <summary><c>log.flush.start.offset.checkpoint.interval.ms</c>.</summary>
    public long LogStartOffsetCheckpointIntervalMs { get; }

    /// <summary><c>replica.high.watermark.checkpoint.interval.ms</c>.</summary>
    public long HighWatermarkCheckpointIntervalMs { get; }

    /// <summary><c>num.recovery.threads.per.data.dir</c>.</summary>
    public int RecoveryThreadsPerDirectory { get; }

    /// <summary><c>producer.id.expiration.ms</c>.</summary>
    public int ProducerIdExpirationMs { get; }

    /// <summary><c>producer.id.expiration.check.interval.ms</c>.</summary>
    public int ProducerIdExpirationCheckIntervalMs { get; }

    /// <summary><c>samsa.flush.on.ack</c>: a write is on stable storage before it is acknowledged.</summary>
    public bool FlushOnAck { get; }

    /// <summary>Refuses steps of <c>log.cleaner.threads</c> that Kafka refuses while it runs: to none, by more than half, to more than double.</summary>
    /// <exception cref="ConfigException">The step is too large.</exception>
    internal void ValidateChangeFrom(StorageOptions before)
    {
        if (Cleaner is null || before.Cleaner is null || Cleaner.Threads == before.Cleaner.Threads)
        {
            return;
        }

        var (wanted, present) = (Cleaner.Threads, before.Cleaner.Threads);
        var problem = wanted < 1 ? "must be at least 1 while the broker runs"
            : wanted < present / 2 ? $"cannot be reduced to less than half the current value {present}"
            : wanted > present * 2 ? $"cannot be increased to more than double the current value {present}"
            : null;
        if (problem is not null)
        {
            throw new ConfigException($"{BrokerKeys.LogCleanerThreads}={wanted}: log cleaner threads {problem}");
        }
    }

    private static CleanerOptions CleanerOf(ConfigValues values)
    {
        var options = new CleanerOptions
        {
            Threads = values.GetInt(BrokerKeys.LogCleanerThreads),
            DedupeBufferBytes = values.GetLong(BrokerKeys.LogCleanerDedupeBufferSize),
            LoadFactor = values.GetDouble(BrokerKeys.LogCleanerIoBufferLoadFactor),
            IoBufferBytes = values.GetInt(BrokerKeys.LogCleanerIoBufferSize),
            MaxBytesPerSecond = values.GetDouble(BrokerKeys.LogCleanerIoMaxBytesPerSecond),
            BackoffMs = values.GetLong(BrokerKeys.LogCleanerBackoffMs),
        };
        return options.Threads == 0 || options.DedupeBufferBytes / options.Threads > LeastDedupeBytesPerThread
            ? options
            : throw new ConfigException(
                $"{BrokerKeys.LogCleanerDedupeBufferSize}={options.DedupeBufferBytes} must be more than 1 MB for each of {options.Threads} cleaner threads");
    }
}
