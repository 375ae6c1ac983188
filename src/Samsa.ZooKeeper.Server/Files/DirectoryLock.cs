using Microsoft.Win32.SafeHandles;

namespace Samsa.ZooKeeper.Server.Files;

/// <summary>
/// Keeps a directory from a second server: a start looks at the last log, and cuts off what it takes for a torn end. Owns an open file, which
/// nobody else opens meanwhile; the system frees it with the process, however that ends. The file stays.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    /// <summary>The name that an embedded server's lock has too.</summary>
    internal const string Name = ".samsa-zookeeper.lock";

    private readonly SafeFileHandle _handle;

    private DirectoryLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Makes the directory where it is not there, and takes it.</summary>
    /// <exception cref="IOException">Another process has it, or it cannot be used.</exception>
    internal static DirectoryLock Take(string directory)
    {
        try
        {
            new PhysicalDataFileSystem().CreateDirectory(directory);
            return new DirectoryLock(File.OpenHandle(Path.Combine(directory, Name), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{directory} cannot be taken; is another server using it? {refused.Message}", refused);
        }
    }

    public void Dispose() => _handle.Dispose();
}
