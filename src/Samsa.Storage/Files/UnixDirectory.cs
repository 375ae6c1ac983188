using System.Runtime.InteropServices;

namespace Samsa.Storage.Files;

/// <summary>fsync of a directory, which the base class library does not offer.</summary>
internal static partial class UnixDirectory
{
    private const int ReadOnly = 0;

    // Some file systems (and some network mounts) refuse to sync a directory with EINVAL; there is nothing to do then.
    private const int InvalidArgument = 22;

    internal static void Flush(string path)
    {
        var descriptor = Open(path, ReadOnly);
        if (descriptor < 0)
        {
            throw Failure(path, "Cannot open the directory");
        }

        try
        {
            if (Sync(descriptor) != 0 && Marshal.GetLastPInvokeError() != InvalidArgument)
            {
                throw Failure(path, "Cannot flush the directory");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static StorageException Failure(string path, string what) =>
        new(path, $"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
