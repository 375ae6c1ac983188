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
        ConsumerSessionTimeoutMs = values.GetInt(BrokerKeys.GroupConsumerSessionTimeoutMs);
        ConsumerHeartbeatIntervalMs = values.GetInt(BrokerKeys.GroupConsumerHeartbeatIntervalMs);
        ConsumerAssignmentIntervalMs = values.GetInt(BrokerKeys.GroupConsumerAssignmentIntervalMs);
        ConsumerMaxSize = values.GetInt(BrokerKeys.GroupConsumerMaxSize);
        ConsumerAssignors = values.GetList(BrokerKeys.GroupConsumerAssignors);
        var policy = values.Get(BrokerKeys.GroupConsumerMigrationPolicy) ?? "";
        MayUpgrade = policy.Equals("upgrade", StringComparison.OrdinalIgnoreCase) || policy.Equals("bidirectional", StringComparison.OrdinalIgnoreCase);
        MayDowngrade = policy.Equals("downgrade", StringComparison.OrdinalIgnoreCase) || policy.Equals("bidirectional", StringComparison.OrdinalIgnoreCase);
        ServesConsumerGroups = values.GetList(BrokerKeys.GroupCoordinatorRebalanceProtocols).Contains("consumer");
        CheckBounds(values, BrokerKeys.GroupConsumerSessionTimeoutMs, BrokerKeys.GroupConsumerMinSessionTimeoutMs, BrokerKeys.GroupConsumerMaxSessionTimeoutMs);
        CheckBounds(
            values, BrokerKeys.GroupConsumerHeartbeatIntervalMs, BrokerKeys.GroupConsumerMinHeartbeatIntervalMs, BrokerKeys.GroupConsumerMaxHeartbeatIntervalMs);
        CheckBounds(
            values, BrokerKeys.GroupConsumerAssignmentIntervalMs, BrokerKeys.GroupConsumerMinAssignmentIntervalMs, BrokerKeys.GroupConsumerMaxAssignmentIntervalMs);
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

    /// <summary><c>group.consumer.session.timeout.ms</c>: how long a member of a consumer group may be silent.</summary>
    public int ConsumerSessionTimeoutMs { get; }

    /// <summary><c>group.consumer.heartbeat.interval.ms</c>: how often members of consumer groups are told to be heard of.</summary>
    public int ConsumerHeartbeatIntervalMs { get; }

    /// <summary><c>group.consumer.assignment.interval.ms</c>: least time between two target assignments of a consumer group; 0 for none.</summary>
    public int ConsumerAssignmentIntervalMs { get; }

    /// <summary><c>group.consumer.max.size</c>: most members of a consumer group.</summary>
    public int ConsumerMaxSize { get; }

    /// <summary><c>group.consumer.assignors</c>: the names of the assignors, the default one first.</summary>
    public IReadOnlyList<string> ConsumerAssignors { get; }

    /// <summary><c>group.consumer.migration.policy</c>: whether a member of the consumer protocol makes a classic group a consumer group.</summary>
    public bool MayUpgrade { get; }

    /// <summary><c>group.consumer.migration.policy</c>: whether a consumer group becomes classic when only members of that protocol are left.</summary>
    public bool MayDowngrade { get; }

    /// <summary><c>group.coordinator.rebalance.protocols</c>: whether there are consumer groups at all.</summary>
    public bool ServesConsumerGroups { get; }

    /// <summary><c>group.coordinator.threads</c>: partitions that are loaded at once.</summary>
    public int LoadThreads { get; }

    private static void CheckBounds(ConfigValues values, string key, string lowest, string highest)
    {
        var value = values.GetInt(key);
        if (value < values.GetInt(lowest) || value > values.GetInt(highest))
        {
            throw new ConfigException($"{key} must lie between {lowest} and {highest}");
        }
    }
}
