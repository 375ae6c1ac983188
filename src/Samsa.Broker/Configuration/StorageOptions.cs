namespace Samsa.Broker.Configuration;

/// <summary>The keys of the log directories and their background work. Times are milliseconds.</summary>
public sealed class StorageOptions
{
    internal StorageOptions(ConfigValues values)
    {
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
}
