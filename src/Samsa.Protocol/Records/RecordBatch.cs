using System.Buffers.Binary;

namespace Samsa.Protocol.Records;

/// <summary>
/// What can be done to a batch where it lies. The setters of the base offset and the leader epoch leave the CRC alone
/// (it does not cover them); all others compute it anew. Unless a method says otherwise the bytes are one whole batch of magic 2.
/// </summary>
public static class RecordBatch
{
    /// <summary>The current format version.</summary>
    public const sbyte CurrentMagic = 2;

    /// <summary>No producer id.</summary>
    public const long NoProducerId = -1;

    /// <summary>No producer epoch.</summary>
    public const short NoProducerEpoch = -1;

    /// <summary>No sequence number.</summary>
    public const int NoSequence = -1;

    /// <summary>No timestamp.</summary>
    public const long NoTimestamp = -1;

    /// <summary>No leader epoch.</summary>
    public const int NoPartitionLeaderEpoch = -1;

    /// <summary>The bytes that <see cref="ReadSize"/> needs: up to and including the magic byte.</summary>
    public const int PrefixSize = RecordBatchHeader.MagicPosition + 1;

    // Everything that a message of magic 0 or 1 has apart from key and value, without offset and size.
    internal const int MinSizeV0 = 14;
    internal const int MinSizeV1 = 22;
    internal const int MinSizeV2 = RecordBatchHeader.Size - RecordBatchHeader.LogOverhead;

    /// <summary>
    /// Reads how many bytes the batch or message at the start of <paramref name="buffer"/> takes, whatever its magic.
    /// Truncated means that fewer than <see cref="PrefixSize"/> bytes are there; that the whole batch is there is not checked.
    /// </summary>
    public static RecordFault ReadSize(ReadOnlySpan<byte> buffer, out int totalSize, out sbyte magic)
    {
        totalSize = 0;
        magic = 0;
        if (buffer.Length < PrefixSize)
        {
            return RecordFault.Truncated;
        }

        var size = BinaryPrimitives.ReadInt32BigEndian(buffer[RecordBatchHeader.BatchLengthPosition..]);
        if (size is < MinSizeV0 or > int.MaxValue - RecordBatchHeader.LogOverhead)
        {
            return RecordFault.InvalidSize;
        }

        magic = (sbyte)buffer[RecordBatchHeader.MagicPosition];
        if (magic is < 0 or > CurrentMagic)
        {
            return RecordFault.InvalidMagic;
        }

        if (size < (magic == 2 ? MinSizeV2 : magic == 1 ? MinSizeV1 : MinSizeV0))
        {
            return RecordFault.InvalidSize;
        }

        totalSize = size + RecordBatchHeader.LogOverhead;
        return RecordFault.None;
    }

    /// <summary>
    /// Checks that <paramref name="batch"/> is exactly one batch of magic 2 whose header makes sense: size, magic, codec, counts.
    /// The CRC and the records are not looked at.
    /// </summary>
    public static RecordFault CheckStructure(ReadOnlySpan<byte> batch)
    {
        var fault = ReadSize(batch, out var size, out var magic);
        if (fault != RecordFault.None)
        {
            return fault;
        }

        if (magic != CurrentMagic)
        {
            return RecordFault.InvalidMagic;
        }

        if (size != batch.Length)
        {
            return size > batch.Length ? RecordFault.Truncated : RecordFault.InvalidSize;
        }

        var header = new RecordBatchHeader(batch);
        if (header.Compression > CompressionType.Zstd)
        {
            return RecordFault.UnknownCodec;
        }

        // Compaction may leave fewer records than offsets, never more.
        return header.RecordCount < 0 || header.LastOffsetDelta < 0 || header.RecordCount - 1 > header.LastOffsetDelta
            ? RecordFault.InvalidHeader
            : RecordFault.None;
    }

    /// <summary>True when the stored CRC-32C matches. Fewer bytes than a header never match.</summary>
    public static bool IsCrcValid(ReadOnlySpan<byte> batch) =>
        batch.Length >= RecordBatchHeader.Size && new RecordBatchHeader(batch).Crc == ComputeCrc(batch);

    /// <summary>The CRC-32C that the batch should carry.</summary>
    public static uint ComputeCrc(ReadOnlySpan<byte> batch) => Crc32C.Compute(batch[RecordBatchHeader.AttributesPosition..]);

    /// <summary>Computes and stores the CRC.</summary>
    public static void UpdateCrc(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[RecordBatchHeader.CrcPosition..], ComputeCrc(batch));

    /// <summary>Stamps the base offset. The CRC does not cover it.</summary>
    public static void SetBaseOffset(Span<byte> batch, long baseOffset) =>
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.BaseOffsetPosition..], baseOffset);

    /// <summary>Stamps the offset of the last record, from which the base offset follows. The CRC does not cover it.</summary>
    public static void SetLastOffset(Span<byte> batch, long lastOffset) =>
        SetBaseOffset(batch, lastOffset - new RecordBatchHeader(batch).LastOffsetDelta);

    /// <summary>Stamps the partition leader epoch. The CRC does not cover it.</summary>
    public static void SetLeaderEpoch(Span<byte> batch, int leaderEpoch) =>
        BinaryPrimitives.WriteInt32BigEndian(batch[RecordBatchHeader.PartitionLeaderEpochPosition..], leaderEpoch);

    /// <summary>
    /// Sets timestamp type and maximum timestamp (ms) and the CRC. Nothing is written when both are already there,
    /// so a batch from a well-behaved producer is not touched.
    /// </summary>
    public static void SetMaxTimestamp(Span<byte> batch, TimestampType type, long maxTimestamp)
    {
        var header = new RecordBatchHeader(batch);
        if (header.TimestampType == type && header.MaxTimestamp == maxTimestamp)
        {
            return;
        }

        var attributes = header.Attributes & ~RecordBatchHeader.TimestampTypeMask;
        if (type == TimestampType.LogAppendTime)
        {
            attributes |= RecordBatchHeader.TimestampTypeMask;
        }

        BinaryPrimitives.WriteInt16BigEndian(batch[RecordBatchHeader.AttributesPosition..], (short)attributes);
        BinaryPrimitives.WriteInt64BigEndian(batch[RecordBatchHeader.MaxTimestampPosition..], maxTimestamp);
        UpdateCrc(batch);
    }

    /// <summary>Marks the batch with the broker's append time (ms), which from then on is the timestamp of all its records.</summary>
    public static void SetLogAppendTime(Span<byte> batch, long appendTime) =>
        SetMaxTimestamp(batch, TimestampType.LogAppendTime, appendTime);

    /// <summary>
    /// A batch without records that covers the same offsets and carries the same producer state as the one with this header:
    /// what compaction leaves of a producer's last batch so that its sequence is not forgotten. The time of that stays too; without a
    /// producer nobody needs it, and Apache Kafka would take it for the time of a record.
    /// </summary>
    public static byte[] BuildEmpty(RecordBatchHeader header)
    {
        var batch = new byte[RecordBatchHeader.Size];
        header.Bytes.CopyTo(batch);
        var attributes = header.Attributes & ~(RecordBatchHeader.CompressionMask | RecordBatchHeader.DeleteHorizonMask);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.BatchLengthPosition), MinSizeV2);
        BinaryPrimitives.WriteInt16BigEndian(batch.AsSpan(RecordBatchHeader.AttributesPosition), (short)attributes);
        var timestamp = header.HasProducerId ? header.MaxTimestamp : NoTimestamp;
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(RecordBatchHeader.BaseTimestampPosition), timestamp);
        BinaryPrimitives.WriteInt64BigEndian(batch.AsSpan(RecordBatchHeader.MaxTimestampPosition), timestamp);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.RecordCountPosition), 0);
        UpdateCrc(batch);
        return batch;
    }

    /// <summary>Sequence arithmetic: the largest int32 is followed by 0.</summary>
    public static int AddToSequence(int sequence, int increment) =>
        sequence > int.MaxValue - increment ? increment - (int.MaxValue - sequence) - 1 : sequence + increment;

    /// <summary>Sequence arithmetic: before 0 comes the largest int32.</summary>
    public static int SubtractFromSequence(int sequence, int decrement) =>
        sequence < decrement ? int.MaxValue - (decrement - sequence) + 1 : sequence - decrement;
}
