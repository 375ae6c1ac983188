namespace Samsa.Storage;

/// <summary>
/// The disk failed: a file or directory could not be read, written, renamed or flushed. The log directory that holds
/// <see cref="Path"/> should go offline; other directories go on.
/// </summary>
public sealed class StorageException : Exception
{
    /// <summary>A failure at <paramref name="path"/>.</summary>
    public StorageException(string path, string message, Exception? innerException = null)
        : base($"{message} ({path})", innerException) => Path = path;

    /// <summary>The file or directory that failed.</summary>
    public string Path { get; }

    /// <summary>True when no disk failed: somebody else holds the lock of the directory.</summary>
    public bool IsLockHeld { get; init; }
}
