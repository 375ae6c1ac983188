using System.Buffers.Binary;
using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// The <c>.timeindex</c> file of a segment: 12 bytes per entry, the largest timestamp so far and the last offset of the
/// batch that brought it (relative to the segment's base). Timestamps strictly ascend. A closed segment ends with an entry
/// for its largest timestamp.
/// </summary>
internal sealed class TimeIndex
{
    internal const int EntryBytes = 12;

    private readonly long _baseOffset;
    private long _lastTimestamp;
    private long _lastOffset;

    internal TimeIndex(IStorageFileSystem fileSystem, SegmentLocation location, int maxBytes, int count)
    {
        _baseOffset = location.BaseOffset;
        MaxEntries = maxBytes / EntryBytes;
        File = new IndexFile(fileSystem, location, LogFileNames.TimeIndexSuffix, EntryBytes, sizeof(long), count);
        ReadLast();
    }

    internal IndexFile File { get; }

    internal int MaxEntries { get; }

    /// <summary>One entry is kept free for the one that closing the segment adds.</summary>
    internal bool IsFull => File.Count >= MaxEntries - 1;

    /// <summary>The newest entry; timestamp -1 and the base offset when there is none.</summary>
    internal TimestampOffset Last => new(_lastTimestamp, _lastOffset);

    /// <summary>Adds an entry unless its timestamp is not above the last one's.</summary>
    internal void MaybeAppend(long timestamp, long offset)
    {
        if (timestamp <= _lastTimestamp || offset < _lastOffset)
        {
            return;
        }

        Span<byte> entry = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteInt64BigEndian(entry, timestamp);
        BinaryPrimitives.WriteInt32BigEndian(entry[8..], (int)(offset - _baseOffset));
        File.Append(entry);
        _lastTimestamp = timestamp;
        _lastOffset = offset;
    }

    /// <summary>The last entry whose timestamp is at most <paramref name="timestamp"/>; (-1, base offset) without one.</summary>
    internal TimestampOffset Floor(long timestamp)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        return File.Floor(timestamp, entry) < 0 ? new(-1, _baseOffset) : Parse(entry, _baseOffset);
    }

    /// <summary>The entry in <paramref name="slot"/>.</summary>
    internal bool TryRead(int slot, out TimestampOffset value)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        var found = File.TryRead(slot, entry);
        value = found ? Parse(entry, _baseOffset) : new(-1, _baseOffset);
        return found;
    }

    /// <summary>Forgets the entries at and above <paramref name="offset"/>. Offsets ascend with the timestamps.</summary>
    internal void TruncateTo(long offset)
    {
        var low = 0;
        var high = File.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (TryRead(middle, out var entry) && entry.Offset >= offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        File.Truncate(low);
        ReadLast();
    }

    /// <summary>Forgets everything.</summary>
    internal void Reset()
    {
        File.Reset();
        ReadLast();
    }

    private void ReadLast()
    {
        TryRead(File.Count - 1, out var last);
        (_lastTimestamp, _lastOffset) = (last.Timestamp, last.Offset);
    }

    /// <summary>Reads one entry of an index whose offsets count from <paramref name="baseOffset"/>.</summary>
    internal static TimestampOffset Parse(ReadOnlySpan<byte> entry, long baseOffset) =>
        new(BinaryPrimitives.ReadInt64BigEndian(entry), baseOffset + BinaryPrimitives.ReadInt32BigEndian(entry[8..]));
}
