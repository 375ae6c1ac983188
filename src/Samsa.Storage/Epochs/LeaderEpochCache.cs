using Samsa.Storage.Checkpoints;
using Samsa.Storage.Files;

namespace Samsa.Storage.Epochs;

/// <summary>
/// Owns the leader epochs of one partition log and their file <c>leader-epoch-checkpoint</c> (KIP-101, KIP-279).
/// Any thread reads without a lock; changes take a short lock, normally beneath the log's own.
/// Lives as long as its log. Epochs and start offsets both strictly ascend. What an append adds reaches the file with
/// <see cref="Flush"/>, before the recovery point passes the append: until then recovery finds it in the records. What a
/// truncation takes away is in the file before the change shows.
/// Fails with <see cref="StorageException"/> when the file is malformed or cannot be written; the old state then stays.
/// </summary>
public sealed class LeaderEpochCache
{
    private readonly IStorageFileSystem _fileSystem;
    private readonly Lock _lock = new();
    private string _directory;
    private volatile EpochEntry[] _entries;
    private bool _flushNeeded;

    /// <summary>Reads the checkpoint of the partition directory; without one there are no epochs yet.</summary>
    public LeaderEpochCache(IStorageFileSystem fileSystem, string directory)
        : this(fileSystem, directory, exists: true)
    {
    }

    /// <summary>The same where it may be known that there is no file.</summary>
    internal LeaderEpochCache(IStorageFileSystem fileSystem, string directory, bool exists)
    {
        _fileSystem = fileSystem;
        _directory = directory;
        _entries = exists ? Read(fileSystem, FilePath) : [];
    }

    /// <summary>All entries, oldest first.</summary>
    public IReadOnlyList<EpochEntry> Entries => _entries;

    /// <summary>The newest epoch, null when there is none.</summary>
    public int? LatestEpoch => _entries is [.., var last] ? last.Epoch : null;

    /// <summary>The oldest epoch, null when there is none.</summary>
    public EpochEntry? Earliest => _entries is [var first, ..] ? first : null;

    /// <summary>
    /// Notes that records from <paramref name="startOffset"/> on belong to <paramref name="epoch"/>. Entries that contradict
    /// it (a higher epoch, or a start at or after it) go away. Nothing happens, and nothing is allocated, when the newest
    /// epoch is already this one and began no later. Returns true when something changed.
    /// </summary>
    public bool Assign(int epoch, long startOffset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(startOffset);
        if (IsCurrent(_entries, epoch, startOffset))
        {
            return false;
        }

        lock (_lock)
        {
            if (IsCurrent(_entries, epoch, startOffset))
            {
                return false;
            }

            var entries = new List<EpochEntry>(_entries);
            Append(entries, new EpochEntry(epoch, startOffset));
            _entries = [.. entries];
            _flushNeeded = true;
            return true;
        }
    }

    /// <summary>
    /// Writes the entries that are not in the file yet, so that a flush of the directory makes them durable. Returns false
    /// when there are none.
    /// </summary>
    public bool Flush()
    {
        lock (_lock)
        {
            if (!_flushNeeded)
            {
                return false;
            }

            LeaderEpochCheckpointFile.WriteBeforeDirectoryFlush(_fileSystem, FilePath, _entries);
            _flushNeeded = false;
            return true;
        }
    }

    /// <summary>
    /// The end of <paramref name="epoch"/>: the log end for the newest epoch, otherwise the start of the next higher one,
    /// together with the largest epoch here that is not above the requested one. An epoch above the newest (and -1) has no
    /// answer; one below the oldest is answered by itself and the start of the oldest.
    /// </summary>
    public EpochEndOffset EndOffsetFor(int epoch, long logEndOffset)
    {
        var entries = _entries;
        if (epoch < 0 || entries.Length == 0)
        {
            return EpochEndOffset.None;
        }

        if (entries[^1].Epoch == epoch)
        {
            return new EpochEndOffset(epoch, logEndOffset);
        }

        var floor = LastIndexWhere(entries, epoch, static (entry, bound) => entry.Epoch <= bound);
        return floor == entries.Length - 1
            ? EpochEndOffset.None
            : new EpochEndOffset(floor < 0 ? epoch : entries[floor].Epoch, entries[floor + 1].StartOffset);
    }

    /// <summary>The epoch in which the record at <paramref name="offset"/> was (or would be) written; null before the oldest entry.</summary>
    public int? EpochForOffset(long offset)
    {
        var entries = _entries;
        var index = LastIndexWhere(entries, offset, static (entry, bound) => entry.StartOffset <= bound);
        return index < 0 ? null : entries[index].Epoch;
    }

    /// <summary>The largest epoch below <paramref name="epoch"/>, null when there is none.</summary>
    public int? PreviousEpoch(int epoch)
    {
        var entries = _entries;
        var index = LastIndexWhere(entries, epoch - 1L, static (entry, bound) => entry.Epoch <= bound);
        return index < 0 ? null : entries[index].Epoch;
    }

    /// <summary>Forgets every epoch that begins at or after <paramref name="endOffset"/>: the log was cut there.</summary>
    public void TruncateFromEnd(long endOffset)
    {
        lock (_lock)
        {
            var kept = LastIndexWhere(_entries, endOffset - 1, static (entry, bound) => entry.StartOffset <= bound) + 1;
            if (kept < _entries.Length)
            {
                Replace(_entries[..kept]);
            }
        }
    }

    /// <summary>
    /// Notes that the log now begins at <paramref name="startOffset"/>: older epochs go, and the one that holds the offset
    /// begins there.
    /// </summary>
    public void TruncateFromStart(long startOffset)
    {
        lock (_lock)
        {
            var holder = LastIndexWhere(_entries, startOffset, static (entry, bound) => entry.StartOffset <= bound);
            if (holder < 0 || (holder == 0 && _entries[0].StartOffset == startOffset))
            {
                return;
            }

            var kept = _entries[holder..];
            kept[0] = new EpochEntry(kept[0].Epoch, startOffset);
            Replace(kept);
        }
    }

    /// <summary>Forgets everything: the log was emptied.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (_entries.Length > 0)
            {
                Replace([]);
            }
        }
    }

    /// <summary>Puts older epochs, read back from the records, in front of the known ones.</summary>
    internal void Prepend(List<EpochEntry> older)
    {
        lock (_lock)
        {
            var entries = new List<EpochEntry>(older);
            foreach (var entry in _entries)
            {
                if (entries.Count == 0 || entries[^1].Epoch != entry.Epoch)
                {
                    Append(entries, entry);
                }
            }

            if (older.Count > 0)
            {
                Replace([.. entries]);
            }
        }
    }

    /// <summary>Notes that the partition directory has got another name.</summary>
    public void Relocate(string directory)
    {
        lock (_lock)
        {
            _directory = directory;
        }
    }

    // Put together when needed: a broker may hold very many logs.
    private string FilePath => Path.Combine(_directory, LeaderEpochCheckpointFile.Name);

    private static EpochEntry[] Read(IStorageFileSystem fileSystem, string path)
    {
        var entries = new List<EpochEntry>();
        foreach (var entry in LeaderEpochCheckpointFile.Read(fileSystem, path))
        {
            Append(entries, entry);
        }

        return [.. entries];
    }

    private static bool IsCurrent(EpochEntry[] entries, int epoch, long startOffset) =>
        entries is [.., var last] && last.Epoch == epoch && last.StartOffset <= startOffset;

    private static void Append(List<EpochEntry> entries, EpochEntry entry)
    {
        while (entries.Count > 0 && (entries[^1].Epoch >= entry.Epoch || entries[^1].StartOffset >= entry.StartOffset))
        {
            entries.RemoveAt(entries.Count - 1);
        }

        entries.Add(entry);
    }

    // Entries are few (one per leader change) and questions are about the newest: from the end, one by one.
    private static int LastIndexWhere(EpochEntry[] entries, long bound, Func<EpochEntry, long, bool> matches)
    {
        var index = entries.Length - 1;
        while (index >= 0 && !matches(entries[index], bound))
        {
            index--;
        }

        return index;
    }

    private void Replace(EpochEntry[] entries)
    {
        LeaderEpochCheckpointFile.Write(_fileSystem, FilePath, entries);
        _entries = entries;
        _flushNeeded = false;
    }
}
