namespace Samsa.Storage;

/// <summary>What a record's timestamp means (<c>message.timestamp.type</c>). The numbers are those of the batch attribute.</summary>
public enum TimestampType
{
    /// <summary>The producer's time.</summary>
    CreateTime = 0,

    /// <summary>The time at which the leader appended the batch.</summary>
    LogAppendTime = 1,
}
