using System.Buffers.Binary;
using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// Owns a file of fixed-size entries with an ascending big-endian key at the front of each: the newest entries in a small
/// buffer, older ones on disk. Appends come from the one thread that holds the log's lock, searches from any thread.
/// Lives as long as its segment; holds no handle between calls. Fails with <see cref="StorageException"/>.
/// </summary>
/// <remarks>See docs/decisions/0004: why neither a memory map nor the whole index in memory.</remarks>
internal sealed class IndexFile
{
    private const int BlockBytes = 4096;
    private const int FirstTailBytes = 96;

    private readonly IStorageFileSystem _fileSystem;
    private readonly SegmentLocation _location;
    private readonly string _suffix;
    private readonly int _entryBytes;
    private readonly int _keyBytes;
    private readonly int _entriesPerBlock;
    private readonly Lock _lock = new();

    private byte[]? _tail;
    private int _tailStart;
    private int _count;
    private int _persisted;
    private bool _flushNeeded;

    // The file may hold something else than the entries that count as persisted: the next write puts that right.
    private bool _fileIsStale;

    /// <summary>An index with the <paramref name="count"/> entries that its file holds.</summary>
    internal IndexFile(IStorageFileSystem fileSystem, SegmentLocation location, string suffix, int entryBytes, int keyBytes, int count)
    {
        _fileSystem = fileSystem;
        _location = location;
        _suffix = suffix;
        _entryBytes = entryBytes;
        _keyBytes = keyBytes;
        _entriesPerBlock = BlockBytes / entryBytes;
        _count = _persisted = _tailStart = count;
    }

    internal string Path => _location.PathOf(_suffix);

    internal int Count => Volatile.Read(ref _count);

    internal long Bytes => (long)Count * _entryBytes;

    internal void Append(ReadOnlySpan<byte> entry)
    {
        lock (_lock)
        {
            var used = (_count - _tailStart) * _entryBytes;
            if (_count - _tailStart == _entriesPerBlock)
            {
                PersistLocked();
                _tailStart = _count;
                used = 0;
            }

            if (_tail is null || used + _entryBytes > _tail.Length)
            {
                var size = _tail is null ? FirstTailBytes : Math.Min(_tail.Length * 2, _entriesPerBlock * _entryBytes);
                Array.Resize(ref _tail, size);
            }

            entry.CopyTo(_tail.AsSpan(used));
            Volatile.Write(ref _count, _count + 1);
        }
    }

    /// <summary>Copies entry <paramref name="slot"/>. Returns false when there is none.</summary>
    internal bool TryRead(int slot, Span<byte> entry)
    {
        lock (_lock)
        {
            if (slot < 0 || slot >= _count)
            {
                return false;
            }

            if (slot >= _tailStart)
            {
                TailEntry(slot).CopyTo(entry);
                return true;
            }
        }

        using var file = _fileSystem.Open(Path, StorageFileMode.Read);
        return file.Read(entry[.._entryBytes], (long)slot * _entryBytes) == _entryBytes;
    }

    /// <summary>Copies the last entry whose key is at most <paramref name="key"/>. Returns its slot, -1 when there is none.</summary>
    internal int Floor(long key, Span<byte> entry)
    {
        int onDisk;
        lock (_lock)
        {
            if (_count > _tailStart && KeyOf(TailEntry(_tailStart)) <= key)
            {
                var tail = _tail.AsSpan(0, (_count - _tailStart) * _entryBytes);
                var found = FloorIn(tail, key);
                tail.Slice(found * _entryBytes, _entryBytes).CopyTo(entry);
                return _tailStart + found;
            }

            onDisk = _tailStart;
        }

        return onDisk == 0 ? -1 : FloorOnDisk(onDisk, key, entry);
    }

    /// <summary>Keeps the first <paramref name="count"/> entries.</summary>
    internal void Truncate(int count)
    {
        lock (_lock)
        {
            if (count >= _count)
            {
                return;
            }

            if (count < _persisted)
            {
                using var file = _fileSystem.Open(Path, StorageFileMode.Existing);
                file.SetLength((long)count * _entryBytes);
                _persisted = count;
                _flushNeeded = true;
            }

            _tailStart = Math.Min(_tailStart, count);
            Volatile.Write(ref _count, count);
        }
    }

    /// <summary>
    /// Forgets everything. The file stays as it is until entries are written again: recovery of ten thousand idle logs need not
    /// touch twenty thousand files.
    /// </summary>
    internal void Reset()
    {
        lock (_lock)
        {
            _fileIsStale = true;
            _tailStart = _persisted = 0;
            Volatile.Write(ref _count, 0);
        }
    }

    /// <summary>Writes the buffered entries, so that the file holds exactly the entries and nothing else.</summary>
    internal void Persist()
    {
        lock (_lock)
        {
            PersistLocked();
        }
    }

    /// <summary>Writes the buffered entries and gives the buffer back: the segment will not be appended to again.</summary>
    internal void Seal()
    {
        lock (_lock)
        {
            PersistLocked();
            _tailStart = _count;
            _tail = null;
        }
    }

    /// <summary>Makes all entries durable.</summary>
    internal void Flush()
    {
        lock (_lock)
        {
            PersistLocked();
            if (!_flushNeeded)
            {
                return;
            }

            _flushNeeded = false;
        }

        using var file = _fileSystem.Open(Path, StorageFileMode.Existing);
        file.Flush();
    }

    private void PersistLocked()
    {
        var pending = _count - _persisted;
        if (pending == 0 && !_fileIsStale && (_count > 0 || _fileSystem.FileExists(Path)))
        {
            return;
        }

        using var file = _fileSystem.Open(Path, StorageFileMode.OpenOrCreate);
        if (_fileIsStale)
        {
            if (file.Length != (long)_persisted * _entryBytes)
            {
                file.SetLength((long)_persisted * _entryBytes);
            }

            // Also when nothing had to be cut: an earlier process may have done that, and not flushed it.
            _fileIsStale = false;
            _flushNeeded = true;
        }

        if (pending > 0)
        {
            var start = (_persisted - _tailStart) * _entryBytes;
            file.Write(_tail.AsSpan(start, pending * _entryBytes), (long)_persisted * _entryBytes);
            _persisted = _count;
            _flushNeeded = true;
        }
    }

    private int FloorOnDisk(int count, long key, Span<byte> entry)
    {
        using var file = _fileSystem.Open(Path, StorageFileMode.Read);
        Span<byte> block = stackalloc byte[BlockBytes];
        var low = 0;
        var high = (count - 1) / _entriesPerBlock;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            var first = block[.._entryBytes];
            if (file.Read(first, (long)middle * _entriesPerBlock * _entryBytes) < _entryBytes || KeyOf(first) > key)
            {
                high = middle - 1;
            }
            else
            {
                low = middle;
            }
        }

        var start = low * _entriesPerBlock;
        var bytes = Math.Min(_entriesPerBlock, count - start) * _entryBytes;
        var read = file.Read(block[..bytes], (long)start * _entryBytes) / _entryBytes;
        var found = FloorIn(block[..(read * _entryBytes)], key);
        if (found < 0)
        {
            return -1;
        }

        block.Slice(found * _entryBytes, _entryBytes).CopyTo(entry);
        return start + found;
    }

    private int FloorIn(ReadOnlySpan<byte> entries, long key)
    {
        var low = -1;
        var high = (entries.Length / _entryBytes) - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (KeyOf(entries[(middle * _entryBytes)..]) > key)
            {
                high = middle - 1;
            }
            else
            {
                low = middle;
            }
        }

        return low;
    }

    private long KeyOf(ReadOnlySpan<byte> entry) => _keyBytes == sizeof(int)
        ? BinaryPrimitives.ReadInt32BigEndian(entry)
        : BinaryPrimitives.ReadInt64BigEndian(entry);

    private Span<byte> TailEntry(int slot) => _tail.AsSpan((slot - _tailStart) * _entryBytes, _entryBytes);
}
