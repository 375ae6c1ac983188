namespace Samsa.Protocol.Records;

/// <summary>What a <see cref="RecordBatchBuilder"/> writes into the header of a batch. The defaults are those of a plain producer.</summary>
public readonly record struct RecordBatchOptions()
{
    /// <summary>The offset of the first record.</summary>
    public long BaseOffset { get; init; }

    /// <summary>The partition leader epoch, -1 when it is left to the broker.</summary>
    public int PartitionLeaderEpoch { get; init; } = RecordBatch.NoPartitionLeaderEpoch;

    /// <summary>The codec.</summary>
    public CompressionType Compression { get; init; }

    /// <summary>The codec's level (<c>compression.*.level</c>); null is Kafka's default for the codec.</summary>
    public int? CompressionLevel { get; init; }

    /// <summary>What the timestamps mean.</summary>
    public TimestampType TimestampType { get; init; }

    /// <summary>The append time in ms, the batch's maximum timestamp under <see cref="TimestampType.LogAppendTime"/>.</summary>
    public long LogAppendTime { get; init; } = RecordBatch.NoTimestamp;

    /// <summary>The producer id, -1 for none.</summary>
    public long ProducerId { get; init; } = RecordBatch.NoProducerId;

    /// <summary>The producer epoch, -1 for none.</summary>
    public short ProducerEpoch { get; init; } = RecordBatch.NoProducerEpoch;

    /// <summary>The sequence of the first record, -1 for none.</summary>
    public int BaseSequence { get; init; } = RecordBatch.NoSequence;

    /// <summary>True for a batch of a transaction.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>True for a control batch.</summary>
    public bool IsControl { get; init; }

    /// <summary>The delete horizon in ms (KIP-534): takes the place of the base timestamp. Null for none.</summary>
    public long? DeleteHorizonMs { get; init; }

    /// <summary>The options that write a header like <paramref name="header"/> again, offsets and epoch included.</summary>
    public static RecordBatchOptions From(RecordBatchHeader header) => new()
    {
        BaseOffset = header.BaseOffset,
        PartitionLeaderEpoch = header.PartitionLeaderEpoch,
        Compression = header.Compression,
        TimestampType = header.TimestampType,
        LogAppendTime = header.TimestampType == TimestampType.LogAppendTime ? header.MaxTimestamp : RecordBatch.NoTimestamp,
        ProducerId = header.ProducerId,
        ProducerEpoch = header.ProducerEpoch,
        BaseSequence = header.BaseSequence,
        IsTransactional = header.IsTransactional,
        IsControl = header.IsControl,
        DeleteHorizonMs = header.DeleteHorizonMs,
    };
}
