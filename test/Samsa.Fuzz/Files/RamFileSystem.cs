using Samsa.Fuzz.Targets;
using Samsa.Storage;
using Samsa.Storage.Files;

namespace Samsa.Fuzz.Files;

/// <summary>
/// A disk in memory that is cheap to copy, and that refuses what no honest caller asks for: a file larger than
/// <see cref="LargestFile"/>. Any thread may enter. Lives as long as whoever uses it. Fails like a disk, with
/// <see cref="StorageException"/>.
/// </summary>
internal sealed class RamFileSystem : IStorageFileSystem
{
    /// <summary>More than any input can rightly lead to.</summary>
    public const int LargestFile = 64 << 20;

    private readonly Lock _lock = new();

    // The files of every directory, by their full paths.
    private readonly SortedDictionary<string, SortedDictionary<string, RamFile>> _directories = new(StringComparer.Ordinal);

    public RamFileSystem() => _directories.Add("/", NoFiles());

    /// <summary>The tree of ZooKeeper's nodes of the broker that lives on this disk.</summary>
    public MemoryZnodes Znodes { get; private init; } = new(TimeProvider.System);

    /// <summary>The paths of all files.</summary>
    public IReadOnlyList<string> Paths
    {
        get
        {
            lock (_lock)
            {
                return [.. _directories.Values.SelectMany(files => files.Keys)];
            }
        }
    }

    /// <summary>A disk with the same files, which share their bytes until one side writes.</summary>
    public RamFileSystem Copy()
    {
        var copy = new RamFileSystem { Znodes = Znodes.Copy() };
        lock (_lock)
        {
            foreach (var (directory, files) in _directories)
            {
                var copies = copy._directories[directory] = NoFiles();
                foreach (var (path, file) in files)
                {
                    copies.Add(path, file.Copy());
                }
            }
        }

        return copy;
    }

    /// <summary>Puts a file there, with the directories above it.</summary>
    public void Put(string path, ReadOnlySpan<byte> content)
    {
        CreateDirectory(Path.GetDirectoryName(path)!);
        WriteAtomically(path, content);
    }

    public IStorageFile Open(string path, StorageFileMode mode)
    {
        lock (_lock)
        {
            if (Find(path) is { } file)
            {
                if (mode == StorageFileMode.Truncate)
                {
                    file.SetLength(path, 0);
                }
            }
            else if (mode is StorageFileMode.Read or StorageFileMode.Existing)
            {
                throw new StorageException(path, "No such file");
            }
            else
            {
                FilesAround(path)[path] = file = new RamFile();
            }

            return new RamFileHandle(path, file);
        }
    }

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return Find(path) is not null;
        }
    }

    public bool DirectoryExists(string path)
    {
        lock (_lock)
        {
            return _directories.ContainsKey(path);
        }
    }

    public long FileLength(string path)
    {
        lock (_lock)
        {
            return Find(path)?.Length ?? -1;
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            for (var directory = path; !string.IsNullOrEmpty(directory); directory = Path.GetDirectoryName(directory))
            {
                if (Find(directory) is not null)
                {
                    throw new StorageException(directory, "There is a file of that name");
                }

                _directories.TryAdd(directory, NoFiles());
            }
        }
    }

    public bool DeleteFile(string path)
    {
        lock (_lock)
        {
            return _directories.TryGetValue(Parent(path), out var files) && files.Remove(path);
        }
    }

    public bool DeleteDirectory(string path)
    {
        lock (_lock)
        {
            foreach (var directory in Below(path))
            {
                _directories.Remove(directory);
            }

            return _directories.Remove(path);
        }
    }

    public void Move(string from, string to)
    {
        lock (_lock)
        {
            if (Find(from) is { } moved)
            {
                FilesAround(to)[to] = moved;
                if (from != to)
                {
                    DeleteFile(from);
                }

                return;
            }

            if (!_directories.TryGetValue(from, out var files))
            {
                throw new StorageException(from, "No such file");
            }

            if (_directories.TryGetValue(to, out var there) && there.Count > 0)
            {
                throw new StorageException(to, "The directory is not empty");
            }

            CreateDirectory(to);
            _directories.Remove(from);
            foreach (var (path, file) in files)
            {
                _directories[to].Add(to + path[from.Length..], file);
            }
        }
    }

    public IReadOnlyList<string> ListFiles(string directory)
    {
        lock (_lock)
        {
            return _directories.TryGetValue(directory, out var files)
                ? [.. files.Keys]
                : throw new StorageException(directory, "No such directory");
        }
    }

    public IReadOnlyList<string> ListDirectories(string directory)
    {
        lock (_lock)
        {
            return _directories.ContainsKey(directory)
                ? [.. Below(directory).Where(path => Parent(path) == directory)]
                : throw new StorageException(directory, "No such directory");
        }
    }

    public byte[] ReadAllBytes(string path)
    {
        lock (_lock)
        {
            return Find(path)?.Content() ?? throw new StorageException(path, "No such file");
        }
    }

    public void WriteAtomically(string path, ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            var file = new RamFile();
            file.Write(path, content, 0);
            FilesAround(path)[path] = file;
        }
    }

    public void FlushDirectory(string path)
    {
    }

    public (long Total, long Usable) Space(string path) => (1L << 40, 1L << 39);

    public IDisposable Lock(string path) => Open(path, StorageFileMode.OpenOrCreate);

    // Time stands still on this disk.
    public DateTimeOffset LastWriteTime(string path) => DateTimeOffset.UnixEpoch;

    public void SetLastWriteTime(string path, DateTimeOffset time)
    {
    }

    private static SortedDictionary<string, RamFile> NoFiles() => new(StringComparer.Ordinal);

    private static string Parent(string path) => Path.GetDirectoryName(path) ?? "";

    private RamFile? Find(string path) => _directories.TryGetValue(Parent(path), out var files) ? files.GetValueOrDefault(path) : null;

    // The files beside a path at which a file may be.
    private SortedDictionary<string, RamFile> FilesAround(string path) =>
        _directories.ContainsKey(path) ? throw new StorageException(path, "There is a directory of that name")
        : _directories.TryGetValue(Parent(path), out var files) ? files
        : throw new StorageException(path, "No such directory");

    private List<string> Below(string directory) =>
        [.. _directories.Keys.Where(path => path.Length > directory.Length + 1 && path[directory.Length] == '/' && path.StartsWith(directory, StringComparison.Ordinal))];
}
