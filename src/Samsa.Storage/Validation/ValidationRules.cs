using Samsa.Protocol;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Validation;

/// <summary>What records of a produce request are judged by.</summary>
/// <param name="Config">The topic's configuration.</param>
/// <param name="Partition">Where the records are to go; appears in messages.</param>
/// <param name="ProduceVersion">The version of the produce request: 0-2 may carry message sets, 3-6 no zstd (KIP-110).</param>
/// <param name="Now">The present time in Unix milliseconds: bounds timestamps and becomes the append time.</param>
public readonly record struct ValidationRules(LogConfig Config, TopicPartition Partition, short ProduceVersion, long Now)
{
    /// <summary>The first produce version that carries exactly one batch of magic 2 per partition (KIP-98).</summary>
    internal const short FirstVersionOfBatches = 3;

    /// <summary>The first produce version that may carry zstd (KIP-110).</summary>
    internal const short FirstVersionOfZstd = 7;

    internal bool OnlyBatches => ProduceVersion >= FirstVersionOfBatches;

    internal bool UsesAppendTime => Config.TimestampType == TimestampType.LogAppendTime;

    /// <summary>The smallest timestamp a record may have.</summary>
    internal long EarliestTimestamp => UsesAppendTime || Config.TimestampBeforeMaxMs == long.MaxValue
        ? long.MinValue
        : Now - Config.TimestampBeforeMaxMs;

    /// <summary>The largest timestamp a record may have.</summary>
    internal long LatestTimestamp => UsesAppendTime || Config.TimestampAfterMaxMs >= long.MaxValue - Now
        ? long.MaxValue
        : Now + Config.TimestampAfterMaxMs;
}
