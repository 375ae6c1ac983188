using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// Owns the handle of one segment's record file: opened at first use, shared by everybody who holds a reference.
/// Any thread may enter; a short lock guards the count. Lives as long as its segment plus the last region in flight:
/// the handle is closed when the file is idle or retired and nobody holds a reference.
/// Fails with <see cref="StorageException"/> when the file cannot be opened.
/// </summary>
internal sealed class SegmentFile(IStorageFileSystem fileSystem, SegmentLocation location)
{
    private readonly Lock _lock = new();
    private IStorageFile? _file;
    private int _references;
    private bool _touched;
    private bool _retired;

    internal string Path => location.PathOf(LogFileNames.LogSuffix);

    /// <summary>True while a handle is open.</summary>
    internal bool IsOpen => Volatile.Read(ref _file) is not null;

    /// <summary>True once no new reference is given.</summary>
    internal bool IsRetired => Volatile.Read(ref _retired);

    /// <summary>Takes a reference. Returns null once the file is retired. Pair with <see cref="Release"/>.</summary>
    internal IStorageFile? TryAcquire()
    {
        lock (_lock)
        {
            if (_retired)
            {
                return null;
            }

            _file ??= fileSystem.Open(Path, StorageFileMode.Existing);
            _references++;
            _touched = true;
            return _file;
        }
    }

    /// <summary>Gives a reference back.</summary>
    internal void Release()
    {
        lock (_lock)
        {
            if (--_references == 0 && _retired)
            {
                CloseHandle();
            }
        }
    }

    /// <summary>Closes the handle when nobody holds a reference; it opens again when needed.</summary>
    internal void CloseUnused()
    {
        lock (_lock)
        {
            _touched = false;
            if (_references == 0)
            {
                CloseHandle();
            }
        }
    }

    /// <summary>
    /// Closes the handle when nobody holds a reference and nobody took one since the last call. Returns true when closed.
    /// </summary>
    internal bool CloseIfIdle()
    {
        lock (_lock)
        {
            var idle = _references == 0 && !_touched && _file is not null;
            _touched = false;
            if (idle)
            {
                CloseHandle();
            }

            return idle;
        }
    }

    /// <summary>Refuses new references; the handle is closed at once or with the last reference.</summary>
    internal void Retire()
    {
        lock (_lock)
        {
            Volatile.Write(ref _retired, true);
            if (_references == 0)
            {
                CloseHandle();
            }
        }
    }

    private void CloseHandle()
    {
        _file?.Dispose();
        Volatile.Write(ref _file, null);
    }
}
