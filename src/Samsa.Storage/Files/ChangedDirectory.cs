namespace Samsa.Storage.Files;

/// <summary>
/// Owns the question whether the names in a directory that many logs share are on stable storage: one flush answers for all
/// that changed before it. Any thread may enter. Lives as long as the log directory. A flush fails with
/// <see cref="StorageException"/>, and is then made up for by the next.
/// </summary>
internal sealed class ChangedDirectory(IStorageFileSystem fileSystem, string path)
{
    private readonly Lock _lock = new();
    private long _changes;
    private long _flushed;

    /// <summary>Notes that a name was made. Returns what <see cref="Flush"/> needs to know to make it durable.</summary>
    internal long Note() => Interlocked.Increment(ref _changes);

    /// <summary>Returns when the change, and whatever came before it, is durable.</summary>
    internal void Flush(long change)
    {
        lock (_lock)
        {
            if (_flushed < change)
            {
                var seen = Volatile.Read(ref _changes);
                fileSystem.FlushDirectory(path);
                _flushed = seen;
            }
        }
    }
}
