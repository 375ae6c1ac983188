using Microsoft.Win32.SafeHandles;
using Samsa.Storage.Files;

namespace Samsa.IntegrationTests.Wire;

/// <summary>
/// The physical disk, except that the flush of a segment waits at a gate: a test holds it closed to see what happens before
/// the records are durable. Any thread; opened gates let everybody pass.
/// </summary>
internal sealed class GatedFileSystem : IStorageFileSystem, IDisposable
{
    private readonly PhysicalFileSystem _disk = PhysicalFileSystem.Instance;
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private int _waiting;
    private int _flushed;

    /// <summary>How many flushes stand at the gate.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>How many flushes of segments are done.</summary>
    public int Flushed => Volatile.Read(ref _flushed);

    public void Close() => _gate.Reset();

    public void Open() => _gate.Set();

    public void Dispose() => _gate.Dispose();

    public IStorageFile Open(string path, StorageFileMode mode) => new File(this, _disk.Open(path, mode));

    public bool FileExists(string path) => _disk.FileExists(path);

    public bool DirectoryExists(string path) => _disk.DirectoryExists(path);

    public long FileLength(string path) => _disk.FileLength(path);

    public void CreateDirectory(string path) => _disk.CreateDirectory(path);

    public bool DeleteFile(string path) => _disk.DeleteFile(path);

    public bool DeleteDirectory(string path) => _disk.DeleteDirectory(path);

    public void Move(string from, string to) => _disk.Move(from, to);

    public IReadOnlyList<string> ListFiles(string directory) => _disk.ListFiles(directory);

    public IReadOnlyList<string> ListDirectories(string directory) => _disk.ListDirectories(directory);

    public byte[] ReadAllBytes(string path) => _disk.ReadAllBytes(path);

    public void WriteAtomically(string path, ReadOnlySpan<byte> content) => _disk.WriteAtomically(path, content);

    public void FlushDirectory(string path) => _disk.FlushDirectory(path);

    public (long Total, long Usable) Space(string path) => _disk.Space(path);

    public IDisposable Lock(string path) => _disk.Lock(path);

    public DateTimeOffset LastWriteTime(string path) => _disk.LastWriteTime(path);

    public void SetLastWriteTime(string path, DateTimeOffset time) => _disk.SetLastWriteTime(path, time);

    private void FlushSegment(IStorageFile file)
    {
        Interlocked.Increment(ref _waiting);
        _gate.Wait(WireClient.Patience);
        Interlocked.Decrement(ref _waiting);
        file.Flush();
        Interlocked.Increment(ref _flushed);
    }

    private sealed class File(GatedFileSystem owner, IStorageFile inner) : IStorageFile
    {
        public string Path => inner.Path;

        public long Length => inner.Length;

        public SafeFileHandle? Handle => inner.Handle;

        public void Write(ReadOnlySpan<byte> bytes, long position) => inner.Write(bytes, position);

        public int Read(Span<byte> destination, long position) => inner.Read(destination, position);

        public void SetLength(long length) => inner.SetLength(length);

        public void Dispose() => inner.Dispose();

        public void Flush()
        {
            if (Path.EndsWith(".log", StringComparison.Ordinal))
                owner.FlushSegment(inner);
            else
                inner.Flush();
        }
    }
}
