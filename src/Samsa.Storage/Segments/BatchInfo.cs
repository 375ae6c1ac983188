using System.Buffers.Binary;
using Samsa.Protocol.Records;

namespace Samsa.Storage.Segments;

/// <summary>
/// What the log needs to know of a stored batch, whatever its magic: read from the first <see cref="HeaderBytes"/> bytes
/// (less at the end of a file of old messages).
/// </summary>
internal readonly struct BatchInfo
{
    /// <summary>The bytes that are enough for every magic.</summary>
    internal const int HeaderBytes = RecordBatchHeader.Size;

    // Magic 0 and 1: offset, size, crc, magic, attributes, [timestamp].
    private const int LegacyTimestampPosition = 18;
    private const int LegacyTimestampEnd = 26;

    private BatchInfo(int size, sbyte magic, long baseOffset, long lastOffset, long maxTimestamp, int leaderEpoch)
    {
        Size = size;
        Magic = magic;
        BaseOffset = baseOffset;
        LastOffset = lastOffset;
        MaxTimestamp = maxTimestamp;
        LeaderEpoch = leaderEpoch;
    }

    /// <summary>Bytes of the whole batch.</summary>
    internal int Size { get; }

    internal sbyte Magic { get; }

    /// <summary>The first offset; for a compressed message set of magic 0 or 1 only its last one is known, and used.</summary>
    internal long BaseOffset { get; }

    internal long LastOffset { get; }

    internal long NextOffset => LastOffset + 1;

    /// <summary>-1 when the format has none, and for a batch without records, which an index of times must not lead to.</summary>
    internal long MaxTimestamp { get; }

    /// <summary>-1 when the format has none.</summary>
    internal int LeaderEpoch { get; }

    /// <summary>
    /// Reads the header at the start of <paramref name="bytes"/>. Returns false when there is none: too few bytes, an
    /// impossible size or offset, or an unknown magic. Whether the whole batch is there is not looked at.
    /// </summary>
    internal static bool TryRead(ReadOnlySpan<byte> bytes, out BatchInfo batch)
    {
        batch = default;
        if (RecordBatch.ReadSize(bytes, out var size, out var magic) != RecordFault.None)
        {
            return false;
        }

        if (magic == RecordBatch.CurrentMagic)
        {
            if (bytes.Length < RecordBatchHeader.Size)
            {
                return false;
            }

            var header = new RecordBatchHeader(bytes);
            var maxTimestamp = header.RecordCount == 0 ? RecordBatch.NoTimestamp : header.MaxTimestamp;
            batch = new BatchInfo(size, magic, header.BaseOffset, header.LastOffset, maxTimestamp, header.PartitionLeaderEpoch);
            return header.LastOffsetDelta >= 0 && header.BaseOffset >= 0 && header.BaseOffset < long.MaxValue - header.LastOffsetDelta;
        }

        var hasTimestamp = magic == 1 && bytes.Length >= LegacyTimestampEnd;
        var offset = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var timestamp = hasTimestamp ? BinaryPrimitives.ReadInt64BigEndian(bytes[LegacyTimestampPosition..]) : -1;
        batch = new BatchInfo(size, magic, offset, offset, timestamp, -1);
        return offset is >= 0 and < long.MaxValue && (magic == 0 || hasTimestamp);
    }
}
