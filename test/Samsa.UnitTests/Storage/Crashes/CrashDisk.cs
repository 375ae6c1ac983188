using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Samsa.Fuzz.Targets;
using Samsa.Storage;
using Samsa.Storage.Files;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// A disk in memory on which the power may be cut before any change, and which then keeps no more than it promised: of a file
/// what was flushed, of a folder the names that were there at its last flush. What was not flushed is kept, dropped or mixed by
/// the random numbers given. Any thread may enter.
/// </summary>
internal sealed class CrashDisk : IStorageFileSystem
{
    private const int RememberedChanges = 40;

    private readonly Lock _lock = new();
    private readonly DiskFolder _root;
    private readonly Queue<string> _latest = new();
    private long _moment;
    private long _flushedFolderAt;

    public CrashDisk()
        : this(new DiskFolder([]))
    {
    }

    private CrashDisk(DiskFolder root, MemoryZnodes? znodes = null) => (_root, Znodes) = (root, znodes ?? new MemoryZnodes(TimeProvider.System));

    /// <summary>The ZooKeeper of the node that lives on this disk, elsewhere: a power cut here takes nothing from it.</summary>
    public MemoryZnodes Znodes { get; }

    /// <summary>Called before every change and every flush, with what is about to happen, under the lock of the disk.</summary>
    public Action<string>? BeforeChange { get; set; }

    /// <summary>How many changes and flushes there were.</summary>
    public long Changes => _moment;

    /// <summary>The newest changes, for a message.</summary>
    public IReadOnlyList<string> Latest
    {
        get
        {
            lock (_lock)
            {
                return [.. _latest];
            }
        }
    }

    /// <summary>The disk as it is after a power cut at this moment. This one is not changed.</summary>
    public CrashDisk CutPower(Random random)
    {
        lock (_lock)
        {
            // A journal (ext4, XFS) keeps the order of all names; the standard promises each flushed folder and no more.
            long? journal = random.Next(2) == 0 ? random.NextInt64(_flushedFolderAt, _moment + 2) : null;
            return new CrashDisk(_root.Survive(random, withoutLoss: random.Next(8) == 0, journal), Znodes.Copy());
        }
    }

    /// <summary>The disk after the worst power cut: it keeps what was flushed and nothing else.</summary>
    public CrashDisk KeepOnlyPromises()
    {
        lock (_lock)
        {
            return new CrashDisk(_root.Survive(random: null, withoutLoss: false, moment: 0), Znodes.Copy());
        }
    }

    /// <summary>Every file with its bytes.</summary>
    public SortedDictionary<string, byte[]> AllFiles()
    {
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        lock (_lock)
        {
            Collect(_root, "", found);
        }

        return found;
    }

    public IStorageFile Open(string path, StorageFileMode mode)
    {
        lock (_lock)
        {
            if (Find(path) is DiskFile file)
            {
                if (mode == StorageFileMode.Truncate && file.Length > 0)
                {
                    Note($"truncate {path} to 0");
                    file.SetLength(0);
                }

                return new OpenFile(this, path, file);
            }

            if (mode is StorageFileMode.Read or StorageFileMode.Existing)
            {
                throw new StorageException(path, "No such file");
            }

            Note($"create {path}");
            file = new DiskFile([]);
            ParentOf(path).Set(_moment, Path.GetFileName(path), file);
            return new OpenFile(this, path, file);
        }
    }

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return Find(path) is DiskFile;
        }
    }

    public bool DirectoryExists(string path)
    {
        lock (_lock)
        {
            return Find(path) is DiskFolder;
        }
    }

    public long FileLength(string path)
    {
        lock (_lock)
        {
            return Find(path) is DiskFile file ? file.Length : -1;
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            if (Find(path) is DiskFolder)
            {
                return;
            }

            CreateDirectory(Path.GetDirectoryName(path)!);
            Note($"create folder {path}");
            ParentOf(path).Set(_moment, Path.GetFileName(path), new DiskFolder([]));
        }
    }

    public bool DeleteFile(string path)
    {
        lock (_lock)
        {
            if (Find(path) is not DiskFile)
            {
                return false;
            }

            Note($"delete {path}");
            ParentOf(path).Set(_moment, Path.GetFileName(path), null);
            return true;
        }
    }

    public bool DeleteDirectory(string path)
    {
        lock (_lock)
        {
            if (Find(path) is not DiskFolder)
            {
                return false;
            }

            foreach (var file in ListFiles(path))
            {
                DeleteFile(file);
            }

            foreach (var folder in ListDirectories(path))
            {
                DeleteDirectory(folder);
            }

            Note($"delete folder {path}");
            ParentOf(path).Set(_moment, Path.GetFileName(path), null);
            return true;
        }
    }

    public void Move(string from, string to)
    {
        lock (_lock)
        {
            var parent = ParentOf(from);
            if (!ReferenceEquals(parent, ParentOf(to)))
            {
                throw new NotSupportedException($"{from} would move to another folder, {to}");
            }

            if (Find(from) is null)
            {
                throw new StorageException(from, "No such file");
            }

            Note($"rename {from} to {Path.GetFileName(to)}");
            parent.Rename(_moment, Path.GetFileName(from), Path.GetFileName(to));
        }
    }

    public IReadOnlyList<string> ListFiles(string directory) => List<DiskFile>(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => List<DiskFolder>(directory);

    public byte[] ReadAllBytes(string path)
    {
        lock (_lock)
        {
            return Find(path) is DiskFile file ? file.Content() : throw new StorageException(path, "No such file");
        }
    }

    // The steps of the real one, so that the power may go between any two.
    public void WriteAtomically(string path, ReadOnlySpan<byte> content)
    {
        using (var file = Open(path + ".tmp", StorageFileMode.Truncate))
        {
            file.Write(content, 0);
            file.Flush();
        }

        Move(path + ".tmp", path);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    public void FlushDirectory(string path)
    {
        lock (_lock)
        {
            var folder = Find(path) as DiskFolder ?? throw new StorageException(path, "No such folder");
            Note($"flush folder {path}");
            folder.Flush();
            _flushedFolderAt = _moment;
        }
    }

    public (long Total, long Usable) Space(string path) => (1L << 40, 1L << 39);

    public IDisposable Lock(string path)
    {
        Open(path, StorageFileMode.OpenOrCreate).Dispose();
        return new Unlocker(this, path);
    }

    // Time stands still on this disk.
    public DateTimeOffset LastWriteTime(string path) => DateTimeOffset.UnixEpoch;

    public void SetLastWriteTime(string path, DateTimeOffset time)
    {
    }

    private static void Collect(DiskFolder folder, string path, SortedDictionary<string, byte[]> found)
    {
        foreach (var (name, node) in folder.Entries)
        {
            if (node is DiskFolder inner)
            {
                Collect(inner, $"{path}/{name}", found);
            }
            else
            {
                found[$"{path}/{name}"] = ((DiskFile)node).Content();
            }
        }
    }

    private void Note(string change)
    {
        BeforeChange?.Invoke(change);
        _moment++;
        _latest.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{_moment}: {change}"));
        if (_latest.Count > RememberedChanges)
        {
            _latest.Dequeue();
        }
    }

    private DiskNode? Find(string path)
    {
        DiskNode? node = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            node = (node as DiskFolder)?.Entries.GetValueOrDefault(name);
        }

        return node;
    }

    private DiskFolder ParentOf(string path) =>
        Find(Path.GetDirectoryName(path)!) as DiskFolder ?? throw new StorageException(path, "No such folder");

    private List<string> List<TNode>(string directory)
        where TNode : DiskNode
    {
        lock (_lock)
        {
            var folder = Find(directory) as DiskFolder ?? throw new StorageException(directory, "No such folder");
            return [.. folder.Entries.Where(static entry => entry.Value is TNode)
                .Select(entry => $"{directory}/{entry.Key}").Order(StringComparer.Ordinal)];
        }
    }

    private sealed class Unlocker(CrashDisk disk, string path) : IDisposable
    {
        public void Dispose() => disk.DeleteFile(path);
    }

    private sealed class OpenFile(CrashDisk disk, string path, DiskFile file) : IStorageFile
    {
        public string Path => path;

        SafeFileHandle? IStorageFile.Handle => null;

        public long Length
        {
            get
            {
                lock (disk._lock)
                {
                    return file.Length;
                }
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            lock (disk._lock)
            {
                disk.Note($"write {bytes.Length} bytes at {position} of {path}");
                file.Write(bytes, position);
            }
        }

        public int Read(Span<byte> destination, long position)
        {
            lock (disk._lock)
            {
                return file.Read(destination, position);
            }
        }

        public void Flush()
        {
            lock (disk._lock)
            {
                disk.Note($"flush {path}");
                file.Flush();
            }
        }

        public void SetLength(long length)
        {
            lock (disk._lock)
            {
                if (length != file.Length)
                {
                    disk.Note($"set length of {path} to {length}");
                    file.SetLength(length);
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
