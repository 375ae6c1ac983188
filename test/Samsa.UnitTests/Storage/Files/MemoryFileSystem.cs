using Microsoft.Win32.SafeHandles;
using Samsa.Storage;
using Samsa.Storage.Files;

namespace Samsa.UnitTests.Storage.Files;

/// <summary>
/// A disk in memory that knows what was flushed. <see cref="Crash"/> turns it into what a power cut leaves: of the writes since
/// the last flush of a file a random prefix, the last one possibly torn; of the creations, renames and removals since the last
/// flush of a directory a random prefix.
/// </summary>
internal sealed class MemoryFileSystem : IStorageFileSystem
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _directories = ["/"];
    private readonly List<NameChange> _unflushedNames = [];
    private Dictionary<string, Inode> _files = [];
    private Dictionary<string, Inode> _durableFiles = [];

    /// <summary>Asked before every write and flush: a message makes the operation fail.</summary>
    public Func<string, string, string?>? Fault { get; set; }

    /// <summary>After this many more changes (of content or names, and flushes) the disk stops: everything else fails. Null: never.</summary>
    public int? ChangesLeft { get; set; }

    /// <summary>How many such changes there were.</summary>
    public int Changes { get; private set; }

    public int OpenHandles { get; private set; }

    /// <summary>A write of more bytes than this writes so many and fails, as on a full disk; null for a disk with room.</summary>
    public int? WriteRoom { get; set; }

    public int Flushes { get; private set; }

    public int DirectoryFlushes { get; private set; }

    public int Writes { get; private set; }

    public int Reads { get; private set; }

    public IStorageFile Open(string path, StorageFileMode mode)
    {
        lock (_lock)
        {
            ThrowOnFault("open", path);
            if (!_files.TryGetValue(path, out var inode))
            {
                if (mode is StorageFileMode.Read or StorageFileMode.Existing)
                {
                    throw new StorageException(path, "No such file");
                }

                RequireParent(path);
                NoteChange(path);
                inode = new Inode();
                _files[path] = inode;
                _unflushedNames.Add(new NameChange(path, inode));
            }
            else if (mode == StorageFileMode.Truncate)
            {
                NoteChange(path);
                inode.SetLength(0);
            }

            OpenHandles++;
            return new OpenFile(this, path, inode);
        }
    }

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return _files.ContainsKey(path);
        }
    }

    public bool DirectoryExists(string path)
    {
        lock (_lock)
        {
            return _directories.Contains(path);
        }
    }

    public long FileLength(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var inode) ? inode.Length : -1;
        }
    }

    public void CreateDirectory(string path)
    {
        lock (_lock)
        {
            ThrowOnFault("create directory", path);
            for (var directory = path; !string.IsNullOrEmpty(directory); directory = Path.GetDirectoryName(directory))
            {
                _directories.Add(directory);
            }
        }
    }

    public bool DeleteFile(string path)
    {
        lock (_lock)
        {
            if (!_files.ContainsKey(path))
            {
                return false;
            }

            NoteChange(path);
            _files.Remove(path);
            _unflushedNames.Add(new NameChange(path, null));
            return true;
        }
    }

    public bool DeleteDirectory(string path)
    {
        lock (_lock)
        {
            foreach (var file in _files.Keys.Where(file => IsIn(file, path)).ToList())
            {
                DeleteFile(file);
            }

            return _directories.RemoveWhere(directory => directory == path || IsIn(directory, path)) > 0;
        }
    }

    public void Move(string from, string to)
    {
        lock (_lock)
        {
            ThrowOnFault("move", from);
            NoteChange(from);
            if (_directories.Contains(from))
            {
                CreateDirectory(to);
                foreach (var file in _files.Keys.Where(file => IsIn(file, from)).ToList())
                {
                    Rename(file, to + file[from.Length..]);
                }

                _directories.RemoveWhere(directory => directory == from || IsIn(directory, from));
                return;
            }

            if (!_files.ContainsKey(from))
            {
                throw new StorageException(from, "No such file");
            }

            Rename(from, to);
        }
    }

    public IReadOnlyList<string> ListFiles(string directory)
    {
        lock (_lock)
        {
            return [.. _files.Keys.Where(file => Path.GetDirectoryName(file) == directory).Order(StringComparer.Ordinal)];
        }
    }

    public IReadOnlyList<string> ListDirectories(string directory)
    {
        lock (_lock)
        {
            return [.. _directories.Where(entry => Path.GetDirectoryName(entry) == directory).Order(StringComparer.Ordinal)];
        }
    }

    public byte[] ReadAllBytes(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var inode)
                ? inode.Content()
                : throw new StorageException(path, "No such file");
        }
    }

    public void WriteAtomically(string path, ReadOnlySpan<byte> content)
    {
        lock (_lock)
        {
            using (var file = Open(path + ".tmp", StorageFileMode.Truncate))
            {
                file.Write(content, 0);
                file.Flush();
            }

            Move(path + ".tmp", path);
            FlushDirectory(Path.GetDirectoryName(path)!);
        }
    }

    public void FlushDirectory(string path)
    {
        lock (_lock)
        {
            ThrowOnFault("flush directory", path);
            NoteChange(path);

            // As a journal does: everything that was done to names before is durable, too.
            DirectoryFlushes++;
            _durableFiles = new Dictionary<string, Inode>(_files);
            _unflushedNames.Clear();
        }
    }

    public (long Total, long Usable) Space(string path) => (1L << 40, 1L << 39);

    public IDisposable Lock(string path) => Open(path, StorageFileMode.OpenOrCreate);

    public DateTimeOffset LastWriteTime(string path)
    {
        lock (_lock)
        {
            return _files.TryGetValue(path, out var inode) ? inode.LastWriteTime : DateTimeOffset.UnixEpoch;
        }
    }

    public void SetLastWriteTime(string path, DateTimeOffset time)
    {
        lock (_lock)
        {
            _files[path].LastWriteTime = time;
        }
    }

    /// <summary>A file as it is now, for comparisons.</summary>
    public void WriteFile(string path, byte[] content)
    {
        CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = Open(path, StorageFileMode.Truncate);
        file.Write(content, 0);
    }

    /// <summary>For a fault hook that wants to take its time: others may use the disk meanwhile.</summary>
    public void Unlocked(Action action)
    {
        _lock.Exit();
        try
        {
            action();
        }
        finally
        {
            _lock.Enter();
        }
    }

    /// <summary>Cuts the power. Handles opened before must not be used any more.</summary>
    public void Crash(Random random)
    {
        lock (_lock)
        {
            var survivors = new Dictionary<string, Inode>(_durableFiles);
            foreach (var change in _unflushedNames.Take(random.Next(_unflushedNames.Count + 1)))
            {
                if (change.Inode is null)
                {
                    survivors.Remove(change.Path);
                }
                else
                {
                    survivors[change.Path] = change.Inode;
                }
            }

            foreach (var inode in survivors.Values)
            {
                inode.Crash(random);
            }

            _files = survivors;
            _durableFiles = new Dictionary<string, Inode>(survivors);
            _unflushedNames.Clear();
        }
    }

    private static bool IsIn(string path, string directory) =>
        path.Length > directory.Length && path.StartsWith(directory, StringComparison.Ordinal) && path[directory.Length] == '/';

    private void RequireParent(string path)
    {
        if (!_directories.Contains(Path.GetDirectoryName(path)!))
        {
            throw new StorageException(path, "No such directory");
        }
    }

    private void Rename(string from, string to)
    {
        var inode = _files[from];
        _files.Remove(from);
        _files[to] = inode;
        _unflushedNames.Add(new NameChange(to, inode));
        _unflushedNames.Add(new NameChange(from, null));
    }

    private void ThrowOnFault(string operation, string path)
    {
        if (Fault?.Invoke(operation, path) is { } message)
        {
            throw new StorageException(path, message);
        }
    }

    private void NoteChange(string path)
    {
        if (ChangesLeft is 0)
        {
            throw new StorageException(path, "The disk has stopped");
        }

        ChangesLeft--;
        Changes++;
    }

    private sealed record NameChange(string Path, Inode? Inode);

    private sealed record DataChange(long Position, byte[]? Bytes, long Length);

    private sealed class OpenFile(MemoryFileSystem owner, string path, Inode inode) : IStorageFile
    {
        private bool _disposed;

        public string Path => path;

        SafeFileHandle? IStorageFile.Handle => null;

        public long Length
        {
            get
            {
                lock (owner._lock)
                {
                    return inode.Length;
                }
            }
        }

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            lock (owner._lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                owner.ThrowOnFault("write", path);
                owner.NoteChange(path);
                owner.Writes++;
                if (owner.WriteRoom < bytes.Length)
                {
                    inode.Write(bytes[..owner.WriteRoom.Value], position);
                    throw new StorageException(path, "No space left on device");
                }

                inode.Write(bytes, position);
            }
        }

        public int Read(Span<byte> destination, long position)
        {
            lock (owner._lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                owner.Reads++;
                return inode.Read(destination, position);
            }
        }

        public void Flush()
        {
            lock (owner._lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                owner.ThrowOnFault("flush", path);
                owner.NoteChange(path);
                owner.Flushes++;
                inode.Flush();
            }
        }

        public void SetLength(long length)
        {
            lock (owner._lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                owner.NoteChange(path);
                inode.SetLength(length);
            }
        }

        public void Dispose()
        {
            lock (owner._lock)
            {
                if (!_disposed)
                {
                    _disposed = true;
                    owner.OpenHandles--;
                }
            }
        }
    }

    private sealed class Inode
    {
        private readonly List<DataChange> _unflushed = [];
        private byte[] _durable = [];
        private byte[] _data = [];
        private int _length;

        public long Length => _length;

        /// <summary>1970 unless somebody sets it.</summary>
        public DateTimeOffset LastWriteTime { get; set; } = DateTimeOffset.UnixEpoch;

        public byte[] Content() => _data[.._length];

        public void Write(ReadOnlySpan<byte> bytes, long position)
        {
            _unflushed.Add(new DataChange(position, bytes.ToArray(), 0));
            Apply(bytes, position);
        }

        public int Read(Span<byte> destination, long position)
        {
            var count = (int)Math.Clamp(_length - position, 0, destination.Length);
            _data.AsSpan((int)Math.Min(position, _length), count).CopyTo(destination);
            return count;
        }

        public void SetLength(long length)
        {
            _unflushed.Add(new DataChange(0, null, length));
            Resize(length);
        }

        public void Flush()
        {
            _durable = Content();
            _unflushed.Clear();
        }

        public void Crash(Random random)
        {
            var changes = _unflushed.ToList();
            _data = [.. _durable];
            _length = _data.Length;
            var survivors = random.Next(changes.Count + 1);
            for (var i = 0; i < survivors; i++)
            {
                var change = changes[i];
                if (change.Bytes is null)
                {
                    Resize(change.Length);
                    continue;
                }

                var torn = i == survivors - 1 ? random.Next(change.Bytes.Length + 1) : change.Bytes.Length;
                Apply(change.Bytes.AsSpan(0, torn), change.Position);
            }

            Flush();
        }

        private void Apply(ReadOnlySpan<byte> bytes, long position)
        {
            var end = (int)position + bytes.Length;
            if (end > _data.Length)
            {
                Array.Resize(ref _data, Math.Max(end, _data.Length * 2));
            }

            bytes.CopyTo(_data.AsSpan((int)position));
            _length = Math.Max(_length, end);
        }

        private void Resize(long length)
        {
            if (length > _data.Length)
            {
                Array.Resize(ref _data, (int)length);
            }

            if (length < _length)
            {
                _data.AsSpan((int)length, _length - (int)length).Clear();
            }

            _length = (int)length;
        }
    }
}
