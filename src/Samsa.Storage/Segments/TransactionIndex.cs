using System.Buffers.Binary;
using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// Owns the <c>.txnindex</c> file of a segment: its aborted transactions, 34 bytes each, in the order of their markers.
/// The file exists only when there is an entry. Appends hold the log's lock, lookups come from any thread.
/// Loaded at the first use; holds no handle. Fails with <see cref="StorageException"/>.
/// </summary>
internal sealed class TransactionIndex(IStorageFileSystem fileSystem, SegmentLocation location)
{
    internal const int EntryBytes = 34;

    private const short CurrentVersion = 0;

    private readonly Lock _lock = new();
    private List<AbortedTransaction>? _entries;
    private bool _flushNeeded;

    internal string Path => location.PathOf(LogFileNames.TransactionIndexSuffix);

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return Load().Count;
            }
        }
    }

    /// <summary>Keeps the entries in memory: the file is about to get another name, and readers may still ask.</summary>
    internal void KeepInMemory()
    {
        lock (_lock)
        {
            Load();
        }
    }

    internal void Append(AbortedTransaction aborted)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        BinaryPrimitives.WriteInt16BigEndian(entry, CurrentVersion);
        BinaryPrimitives.WriteInt64BigEndian(entry[2..], aborted.ProducerId);
        BinaryPrimitives.WriteInt64BigEndian(entry[10..], aborted.FirstOffset);
        BinaryPrimitives.WriteInt64BigEndian(entry[18..], aborted.LastOffset);
        BinaryPrimitives.WriteInt64BigEndian(entry[26..], aborted.LastStableOffset);
        lock (_lock)
        {
            var entries = Load();
            using var file = fileSystem.Open(Path, StorageFileMode.OpenOrCreate);
            file.Write(entry, (long)entries.Count * EntryBytes);
            entries.Add(aborted);
            _flushNeeded = true;
        }
    }

    /// <summary>
    /// Adds the transactions that overlap [<paramref name="from"/>, <paramref name="to"/>). Returns true when the answer is
    /// complete, false when later segments must be asked too.
    /// </summary>
    internal bool Collect(long from, long to, ref List<AbortedTransaction>? found)
    {
        lock (_lock)
        {
            var entries = Load();
            for (var i = FirstEndingAt(entries, from); i < entries.Count; i++)
            {
                if (entries[i].FirstOffset < to)
                {
                    (found ??= []).Add(entries[i]);
                }

                if (entries[i].LastStableOffset >= to)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Forgets the transactions whose marker is at or above <paramref name="offset"/>.</summary>
    internal void TruncateTo(long offset)
    {
        lock (_lock)
        {
            var entries = Load();
            var keep = FirstEndingAt(entries, offset);
            if (keep < entries.Count)
            {
                entries.RemoveRange(keep, entries.Count - keep);
                using var file = fileSystem.Open(Path, StorageFileMode.Existing);
                file.SetLength((long)keep * EntryBytes);
                _flushNeeded = true;
            }
        }
    }

    internal void Flush()
    {
        lock (_lock)
        {
            if (!_flushNeeded)
            {
                return;
            }

            _flushNeeded = false;
        }

        using var file = fileSystem.Open(Path, StorageFileMode.Existing);
        file.Flush();
    }

    /// <summary>Forgets everything and removes the file.</summary>
    internal void Reset()
    {
        lock (_lock)
        {
            _entries = [];
            _flushNeeded = false;
            fileSystem.DeleteFile(Path);
        }
    }

    /// <summary>Reads one entry.</summary>
    internal static AbortedTransaction Parse(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadInt64BigEndian(entry[2..]),
        BinaryPrimitives.ReadInt64BigEndian(entry[10..]),
        BinaryPrimitives.ReadInt64BigEndian(entry[18..]),
        BinaryPrimitives.ReadInt64BigEndian(entry[26..]));

    // Markers ascend, so the first candidate is found by halving.
    private static int FirstEndingAt(List<AbortedTransaction> entries, long offset)
    {
        var low = 0;
        var high = entries.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (entries[middle].LastOffset >= offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private List<AbortedTransaction> Load()
    {
        if (_entries is not null)
        {
            return _entries;
        }

        _entries = [];
        if (!fileSystem.FileExists(Path))
        {
            return _entries;
        }

        var bytes = fileSystem.ReadAllBytes(Path).AsSpan();
        for (; bytes.Length >= EntryBytes; bytes = bytes[EntryBytes..])
        {
            _entries.Add(Parse(bytes));
        }

        return _entries;
    }
}
