using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>
/// A view of the 61-byte header of a record batch of magic 2 (KIP-98). It reads what is there and judges nothing:
/// see <see cref="RecordBatch.CheckStructure"/>.
/// </summary>
public readonly ref struct RecordBatchHeader
{
    /// <summary>Position of the base offset (int64). Outside the CRC.</summary>
    public const int BaseOffsetPosition = 0;

    /// <summary>Position of the batch length (int32): the bytes that follow this field. Outside the CRC.</summary>
    public const int BatchLengthPosition = 8;

    /// <summary>Position of the partition leader epoch (int32). Outside the CRC.</summary>
    public const int PartitionLeaderEpochPosition = 12;

    /// <summary>Position of the magic byte, the same in all format versions. Outside the CRC.</summary>
    public const int MagicPosition = 16;

    /// <summary>Position of the CRC-32C (uint32) of everything from <see cref="AttributesPosition"/> to the end.</summary>
    public const int CrcPosition = 17;

    /// <summary>Position of the attributes (int16).</summary>
    public const int AttributesPosition = 21;

    /// <summary>Position of the last offset delta (int32).</summary>
    public const int LastOffsetDeltaPosition = 23;

    /// <summary>Position of the base timestamp (int64, ms).</summary>
    public const int BaseTimestampPosition = 27;

    /// <summary>Position of the maximum timestamp (int64, ms).</summary>
    public const int MaxTimestampPosition = 35;

    /// <summary>Position of the producer id (int64).</summary>
    public const int ProducerIdPosition = 43;

    /// <summary>Position of the producer epoch (int16).</summary>
    public const int ProducerEpochPosition = 51;

    /// <summary>Position of the base sequence (int32).</summary>
    public const int BaseSequencePosition = 53;

    /// <summary>Position of the record count (int32).</summary>
    public const int RecordCountPosition = 57;

    /// <summary>Length of the header; the records follow.</summary>
    public const int Size = 61;

    /// <summary>Bytes of offset and size, which every format version has and the size does not count.</summary>
    public const int LogOverhead = 12;

    /// <summary>Attribute bits 0-2: <see cref="CompressionType"/>.</summary>
    public const int CompressionMask = 0x07;

    /// <summary>Attribute bit 3: <see cref="Records.TimestampType"/>.</summary>
    public const int TimestampTypeMask = 0x08;

    /// <summary>Attribute bit 4: the batch belongs to a transaction.</summary>
    public const int TransactionalMask = 0x10;

    /// <summary>Attribute bit 5: the batch holds a control record.</summary>
    public const int ControlMask = 0x20;

    /// <summary>Attribute bit 6: the base timestamp holds the delete horizon (KIP-534).</summary>
    public const int DeleteHorizonMask = 0x40;

    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>A view of the header at the start of <paramref name="batch"/>, which must have at least <see cref="Size"/> bytes.</summary>
    public RecordBatchHeader(ReadOnlySpan<byte> batch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch.Length, Size, nameof(batch));
        _bytes = batch[..Size];
    }

    /// <summary>The bytes of the header.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Offset of the first record the batch was written with.</summary>
    public long BaseOffset => BinaryPrimitives.ReadInt64BigEndian(_bytes[BaseOffsetPosition..]);

    /// <summary>Bytes after the length field.</summary>
    public int BatchLength => BinaryPrimitives.ReadInt32BigEndian(_bytes[BatchLengthPosition..]);

    /// <summary>Bytes of the whole batch, the header's first two fields included. Wider than the field so that it cannot overflow.</summary>
    public long TotalSize => (long)BatchLength + LogOverhead;

    /// <summary>Leader epoch stamped by the broker, -1 from a producer.</summary>
    public int PartitionLeaderEpoch => BinaryPrimitives.ReadInt32BigEndian(_bytes[PartitionLeaderEpochPosition..]);

    /// <summary>Format version.</summary>
    public sbyte Magic => (sbyte)_bytes[MagicPosition];

    /// <summary>The stored checksum.</summary>
    public uint Crc => BinaryPrimitives.ReadUInt32BigEndian(_bytes[CrcPosition..]);

    /// <summary>The attribute bits.</summary>
    public short Attributes => BinaryPrimitives.ReadInt16BigEndian(_bytes[AttributesPosition..]);

    /// <summary>The codec; values above <see cref="CompressionType.Zstd"/> do not exist and are a structural fault.</summary>
    public CompressionType Compression => (CompressionType)(Attributes & CompressionMask);

    /// <summary>What the timestamps mean.</summary>
    public TimestampType TimestampType => (Attributes & TimestampTypeMask) != 0 ? TimestampType.LogAppendTime : TimestampType.CreateTime;

    /// <summary>True for a batch of a transaction.</summary>
    public bool IsTransactional => (Attributes & TransactionalMask) != 0;

    /// <summary>True for a control batch.</summary>
    public bool IsControl => (Attributes & ControlMask) != 0;

    /// <summary>True when the base timestamp is a delete horizon.</summary>
    public bool HasDeleteHorizon => (Attributes & DeleteHorizonMask) != 0;

    /// <summary>The time from which tombstones or markers of the batch may go, ms; null when the batch has none.</summary>
    public long? DeleteHorizonMs => HasDeleteHorizon ? BaseTimestamp : null;

    /// <summary>Offset of the last record minus the base offset; kept when compaction removes records.</summary>
    public int LastOffsetDelta => BinaryPrimitives.ReadInt32BigEndian(_bytes[LastOffsetDeltaPosition..]);

    /// <summary>Offset of the last record.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>The offset after the batch.</summary>
    public long NextOffset => LastOffset + 1;

    /// <summary>The time that the records' timestamp deltas count from, ms.</summary>
    public long BaseTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[BaseTimestampPosition..]);

    /// <summary>The largest timestamp, or the append time; -1 when there is none, ms.</summary>
    public long MaxTimestamp => BinaryPrimitives.ReadInt64BigEndian(_bytes[MaxTimestampPosition..]);

    /// <summary>Producer id, -1 when there is none.</summary>
    public long ProducerId => BinaryPrimitives.ReadInt64BigEndian(_bytes[ProducerIdPosition..]);

    /// <summary>True when the batch carries a producer id.</summary>
    public bool HasProducerId => ProducerId > RecordBatch.NoProducerId;

    /// <summary>Producer epoch, -1 when there is none.</summary>
    public short ProducerEpoch => BinaryPrimitives.ReadInt16BigEndian(_bytes[ProducerEpochPosition..]);

    /// <summary>Sequence of the first record, -1 when there is none.</summary>
    public int BaseSequence => BinaryPrimitives.ReadInt32BigEndian(_bytes[BaseSequencePosition..]);

    /// <summary>Sequence of the last record, -1 when there is none; sequences wrap from the largest int32 to 0.</summary>
    public int LastSequence => BaseSequence == RecordBatch.NoSequence
        ? RecordBatch.NoSequence
        : RecordBatch.AddToSequence(BaseSequence, LastOffsetDelta);

    /// <summary>Number of records.</summary>
    public int RecordCount => BinaryPrimitives.ReadInt32BigEndian(_bytes[RecordCountPosition..]);
}
