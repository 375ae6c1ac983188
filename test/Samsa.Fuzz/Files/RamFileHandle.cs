using Microsoft.Win32.SafeHandles;
using Samsa.Storage.Files;

namespace Samsa.Fuzz.Files;

/// <summary>An open file of a <see cref="RamFileSystem"/>.</summary>
internal sealed class RamFileHandle(string path, RamFile file) : IStorageFile
{
    private bool _disposed;

    public string Path => path;

    public long Length => file.Length;

    public SafeFileHandle? Handle => null;

    public void Write(ReadOnlySpan<byte> bytes, long position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        file.Write(path, bytes, position);
    }

    public int Read(Span<byte> destination, long position)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return file.Read(destination, position);
    }

    public void Flush() => ObjectDisposedException.ThrowIf(_disposed, this);

    public void SetLength(long length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        file.SetLength(path, length);
    }

    public void Dispose() => _disposed = true;
}
