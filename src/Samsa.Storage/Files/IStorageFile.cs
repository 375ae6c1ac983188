using Microsoft.Win32.SafeHandles;

namespace Samsa.Storage.Files;

/// <summary>
/// One open file, read and written at explicit positions; there is no cursor. Reads and writes may run on several
/// threads at once. Every failure is a <see cref="StorageException"/>.
/// </summary>
public interface IStorageFile : IDisposable
{
    /// <summary>The path the file was opened with; a later rename does not change it.</summary>
    string Path { get; }

    /// <summary>The length in bytes, asked from the system.</summary>
    long Length { get; }

    /// <summary>The system handle, for transports that send files without copying; null for files that have none.</summary>
    SafeFileHandle? Handle { get; }

    /// <summary>Writes all of <paramref name="bytes"/> at <paramref name="position"/>; returns when the page cache has them.</summary>
    void Write(ReadOnlySpan<byte> bytes, long position);

    /// <summary>
    /// Reads up to <paramref name="destination"/>.Length bytes at <paramref name="position"/>. Returns fewer only at the
    /// end of the file, 0 beyond it.
    /// </summary>
    int Read(Span<byte> destination, long position);

    /// <summary>Returns when everything written before the call is on stable storage (fsync).</summary>
    void Flush();

    /// <summary>Cuts or extends (with zeros) the file.</summary>
    void SetLength(long length);
}
