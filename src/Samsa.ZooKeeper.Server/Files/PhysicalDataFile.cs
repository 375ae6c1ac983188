using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Samsa.ZooKeeper.Server.Files;

/// <summary>A file on the disk.</summary>
internal sealed partial class PhysicalDataFile(string path, FileMode mode) : IDataFile
{
    // Linux's numbers.
    private const int Interrupted = 4;
    private const int InvalidArgument = 22;

    private readonly SafeFileHandle _handle = Open(path, mode);

    public long Length => RandomAccess.GetLength(_handle);

    public int Read(Span<byte> buffer, long position)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(_handle, buffer[total..], position + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> bytes, long position) => RandomAccess.Write(_handle, bytes, position);

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    /// <remarks>
    /// On Linux without the times of the file (fdatasync): they change with every write, and would have the file system's journal written
    /// as well. The length, and where the bytes are, come along.
    /// </remarks>
    public void Flush()
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(_handle);
            return;
        }

        while (SyncData(_handle) != 0)
        {
            // After any other failure a second try may succeed without the bytes: the kernel tells a lost page once.
            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case InvalidArgument:
                    // Nothing that can be flushed, as .NET's own call takes it.
                    return;
                default:
                    throw new IOException($"Cannot flush {path}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle Open(string path, FileMode mode)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new IOException(denied.Message, denied);
        }
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int SyncData(SafeFileHandle file);
}
