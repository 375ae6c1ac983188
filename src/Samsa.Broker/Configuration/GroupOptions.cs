namespace Samsa.Broker.Configuration;

/// <summary>The keys of groups and of the offsets that they commit. Times are milliseconds, sizes bytes.</summary>
public sealed class GroupOptions
{
    internal GroupOptions(ConfigValues values)
    {
        InitialRebalanceDelayMs = values.GetInt(BrokerKeys.GroupInitialRebalanceDelayMs);
        MinSessionTimeoutMs = values.GetInt(BrokerKeys.GroupMinSessionTimeoutMs);
        MaxSessionTimeoutMs = values.GetInt(BrokerKeys.GroupMaxSessionTimeoutMs);
        MaxSize = values.GetInt(BrokerKeys.GroupMaxSize);
        MaxMetadataBytes = values.GetInt(BrokerKeys.OffsetMetadataMaxBytes);
        OffsetsRetentionMs = values.GetInt(BrokerKeys.OffsetsRetentionMinutes) * 60_000L;
        OffsetsRetentionCheckIntervalMs = values.GetLong(BrokerKeys.OffsetsRetentionCheckIntervalMs);
        OffsetsCompression = values.GetInt(BrokerKeys.OffsetsTopicCompressionCodec);
        LoadBufferBytes = values.GetInt(BrokerKeys.OffsetsLoadBufferSize);
        LoadThreads = values.GetInt(BrokerKeys.GroupCoordinatorThreads);
        if (OffsetsCompression is < 0 or > 4)
        {
            throw new ConfigException(
                BrokerKeys.OffsetsTopicCompressionCodec, values.Get(BrokerKeys.OffsetsTopicCompressionCodec),
                "Value must be 0 (none), 1 (gzip), 2 (snappy), 3 (lz4) or 4 (zstd)");
        }
    }

    /// <summary><c>group.initial.rebalance.delay.ms</c>: how long an empty group waits for more members than the first.</summary>
    public int InitialRebalanceDelayMs { get; }

    /// <summary><c>group.min.session.timeout.ms</c>.</summary>
    public int MinSessionTimeoutMs { get; }

    /// <summary><c>group.max.session.timeout.ms</c>.</summary>
    public int MaxSessionTimeoutMs { get; }

    /// <summary><c>group.max.size</c>: most members of a classic group.</summary>
    public int MaxSize { get; }

    /// <summary><c>offset.metadata.max.bytes</c>: most bytes of text that may come with an offset.</summary>
    public int MaxMetadataBytes { get; }

    /// <summary><c>offsets.retention.minutes</c>, in ms.</summary>
    public long OffsetsRetentionMs { get; }

    /// <summary><c>offsets.retention.check.interval.ms</c>.</summary>
    public long OffsetsRetentionCheckIntervalMs { get; }

    /// <summary><c>offsets.topic.compression.codec</c>: the number of the codec, as in a batch.</summary>
    public int OffsetsCompression { get; }

    /// <summary><c>offsets.load.buffer.size</c>: bytes read at once while offsets are loaded.</summary>
    public int LoadBufferBytes { get; }

    /// <summary><c>group.coordinator.threads</c>: partitions that are loaded at once.</summary>
    public int LoadThreads { get; }
}
