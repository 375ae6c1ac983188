using System.Buffers.Binary;
using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// The <c>.index</c> file of a segment: offset to position in the record file, one entry per
/// <c>index.interval.bytes</c>; 8 bytes each, the offset relative to the segment's base. An entry names the last offset of
/// a batch and the position where that batch starts.
/// </summary>
internal sealed class OffsetIndex
{
    internal const int EntryBytes = 8;

    private readonly long _baseOffset;

    // The last entry, once it was asked for: opening a log asks several times.
    private int _lastSlot = -1;
    private long _lastOffset;
    private long _lastPosition;

    internal OffsetIndex(IStorageFileSystem fileSystem, SegmentLocation location, int maxBytes, int count)
    {
        _baseOffset = location.BaseOffset;
        MaxEntries = maxBytes / EntryBytes;
        File = new IndexFile(fileSystem, location, LogFileNames.IndexSuffix, EntryBytes, sizeof(int), count);
    }

    internal IndexFile File { get; }

    internal int MaxEntries { get; }

    internal bool IsFull => File.Count >= MaxEntries;

    internal void Append(long offset, long position)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteInt32BigEndian(entry, (int)(offset - _baseOffset));
        BinaryPrimitives.WriteInt32BigEndian(entry[4..], (int)position);
        File.Append(entry);
        _lastSlot = -1;
    }

    /// <summary>The position of the last indexed batch that ends at or before <paramref name="offset"/>, 0 without one.</summary>
    internal long FloorPosition(long offset)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        return File.Floor(offset - _baseOffset, entry) < 0 ? 0 : (uint)BinaryPrimitives.ReadInt32BigEndian(entry[4..]);
    }

    /// <summary>The newest entry; the base offset at position 0 when there is none. For whoever may append.</summary>
    internal bool TryReadLast(out long offset, out long position)
    {
        var slot = File.Count - 1;
        if (slot >= 0 && slot != _lastSlot)
        {
            TryRead(slot, out _lastOffset, out _lastPosition);
            _lastSlot = slot;
        }

        (offset, position) = slot < 0 ? (_baseOffset, 0) : (_lastOffset, _lastPosition);
        return slot >= 0;
    }

    /// <summary>The entry in <paramref name="slot"/>.</summary>
    internal bool TryRead(int slot, out long offset, out long position)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        var found = File.TryRead(slot, entry);
        offset = found ? _baseOffset + BinaryPrimitives.ReadInt32BigEndian(entry) : _baseOffset;
        position = found ? (uint)BinaryPrimitives.ReadInt32BigEndian(entry[4..]) : 0;
        return found;
    }

    /// <summary>Forgets the entries at and above <paramref name="offset"/>.</summary>
    internal void TruncateTo(long offset)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        File.Truncate(File.Floor(offset - _baseOffset - 1, entry) + 1);
    }
}
