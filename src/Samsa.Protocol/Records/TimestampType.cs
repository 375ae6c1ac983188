namespace Samsa.Protocol.Records;

/// <summary>What the timestamps of a batch mean (bit 3 of its attributes, topic property <c>message.timestamp.type</c>).</summary>
public enum TimestampType
{
    /// <summary>Magic 0: there are no timestamps.</summary>
    NoTimestamp = -1,

    /// <summary>The time the producer gave each record.</summary>
    CreateTime = 0,

    /// <summary>The time the broker appended the batch; it overrides the timestamps of the records.</summary>
    LogAppendTime = 1,
}
