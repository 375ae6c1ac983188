using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>
/// One whole batch (magic 2) or message (magic 0 and 1, possibly a compressed wrapper) inside a buffer, with the questions
/// that can be answered for all of them without reading records.
/// </summary>
public readonly ref struct RecordBatchView
{
    internal RecordBatchView(ReadOnlySpan<byte> bytes, int position)
    {
        Bytes = bytes;
        Position = position;
    }

    /// <summary>The bytes of the batch.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Where the batch starts in the buffer that was enumerated.</summary>
    public int Position { get; }

    /// <summary>The bytes the batch takes.</summary>
    public int Size => Bytes.Length;

    /// <summary>The format version: 0, 1 or 2.</summary>
    public sbyte Magic => (sbyte)Bytes[RecordBatchHeader.MagicPosition];

    /// <summary>The header of a batch of magic 2; must not be asked for another.</summary>
    public RecordBatchHeader Header => Magic == RecordBatch.CurrentMagic
        ? new RecordBatchHeader(Bytes)
        : throw new InvalidOperationException("Only a batch of magic 2 has this header.");

    /// <summary>The first field: base offset (magic 2), offset of the message, or of the last message inside a wrapper (0, 1).</summary>
    public long OffsetField => BinaryPrimitives.ReadInt64BigEndian(Bytes);

    /// <summary>The offset of the last record.</summary>
    public long LastOffset => Magic == RecordBatch.CurrentMagic ? Header.LastOffset : OffsetField;

    /// <summary>The codec bits, which may name no existing codec.</summary>
    public CompressionType Compression => Magic == RecordBatch.CurrentMagic ? Header.Compression : LegacyMessage.CompressionOf(Bytes);

    /// <summary>What the timestamps mean.</summary>
    public TimestampType TimestampType => Magic switch
    {
        RecordBatch.CurrentMagic => Header.TimestampType,
        1 => LegacyMessage.TimestampTypeOf(Bytes),
        _ => TimestampType.NoTimestamp,
    };

    /// <summary>The largest timestamp in ms, -1 when there is none.</summary>
    public long MaxTimestamp => Magic switch
    {
        RecordBatch.CurrentMagic => Header.MaxTimestamp,
        1 => LegacyMessage.TimestampOf(Bytes),
        _ => RecordBatch.NoTimestamp,
    };

    /// <summary>Computes the checksum (CRC-32C for magic 2, CRC-32 before) and compares.</summary>
    public bool IsCrcValid() => Magic == RecordBatch.CurrentMagic ? RecordBatch.IsCrcValid(Bytes) : LegacyMessage.IsCrcValid(Bytes);
}
