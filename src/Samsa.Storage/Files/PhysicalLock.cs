namespace Samsa.Storage.Files;

/// <summary>
/// The lock of a log directory. Two locks in one: the exclusive share mode keeps out another holder in this process or in
/// another .NET process, the record lock (fcntl) keeps out Apache Kafka, which locks its <c>.lock</c> files that way.
/// </summary>
internal sealed class PhysicalLock : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;

    internal PhysicalLock(string path)
    {
        _path = path;
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
            {
                _stream.Lock(0, 1);
            }
        }
        catch
        {
            _stream.Dispose();
            throw;
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
}
