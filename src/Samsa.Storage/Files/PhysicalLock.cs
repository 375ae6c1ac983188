namespace Samsa.Storage.Files;

/// <summary>
/// The lock of a log directory. Two locks in one: the exclusive share mode keeps out another holder in this process or in
/// another .NET process, the record lock (fcntl) keeps out Apache Kafka, which locks its <c>.lock</c> files that way.
/// </summary>
internal sealed class PhysicalLock : IDisposable
{
    // How the runtime reports a file that another handle shares with nobody: EAGAIN of Linux and macOS, Windows' own code.
    private const int WouldBlockLinux = 11;
    private const int WouldBlockMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    private readonly string _path;
    private readonly FileStream _stream;

    internal PhysicalLock(string path)
    {
        _path = path;
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (failure.HResult is WouldBlockLinux or WouldBlockMac or SharingViolation)
        {
            throw Held(failure);
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.Wrap(path, "Cannot open the lock file", failure);
        }

        try
        {
            if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            {
                _stream.Lock(0, 1);
            }
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            _stream.Dispose();
            throw Held(failure);
        }
    }

    public void Dispose()
    {
        try
        {
            // Removed while still held, so that nobody locks a name that is about to vanish. Windows refuses that order.
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(_path);
            }

            _stream.Dispose();
            if (OperatingSystem.IsWindows())
            {
                File.Delete(_path);
            }
        }
        catch (Exception failure) when (DiskFailure.Is(failure))
        {
            throw DiskFailure.Wrap(_path, "Cannot remove the lock file", failure);
        }
    }

    private StorageException Held(Exception cause) =>
        new(_path, $"Cannot lock the file; another process may be using this log directory: {cause.Message}", cause) { IsLockHeld = true };
}
