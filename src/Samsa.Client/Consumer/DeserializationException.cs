using Samsa.Protocol;

namespace Samsa.Client.Consumer;

/// <summary>A record cannot be deserialized. The consumer stays at it: a seek to the offset after it goes on.</summary>
public sealed class DeserializationException : ConsumeException
{
    /// <summary>A failure of one record.</summary>
    public DeserializationException(FailedRecord record)
        : base(
            ErrorCode.InvalidRecord,
            (record ?? throw new ArgumentNullException(nameof(record))).Partition,
            record.Offset,
            $"The {(record.Part == Serialization.RecordPart.Key ? "key" : "value")} of the record of {record.Partition} at offset {record.Offset} cannot be deserialized: {record.Cause.Message}",
            record.Cause) => Record = record;

    /// <summary>The record.</summary>
    public FailedRecord Record { get; }
}
