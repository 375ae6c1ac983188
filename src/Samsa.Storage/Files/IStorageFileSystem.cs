namespace Samsa.Storage.Files;

/// <summary>
/// Everything that storage does to a disk. Every failure is a <see cref="StorageException"/> that carries the path.
/// What is atomic, and what survives a power cut, is said at each member: tests replace this seam by one that forgets
/// whatever was not flushed.
/// </summary>
public interface IStorageFileSystem
{
    /// <summary>Opens a file. The caller disposes it.</summary>
    IStorageFile Open(string path, StorageFileMode mode);

    /// <summary>True when a file (not a directory) is at <paramref name="path"/>.</summary>
    bool FileExists(string path);

    /// <summary>True when a directory is at <paramref name="path"/>.</summary>
    bool DirectoryExists(string path);

    /// <summary>The length of a file in bytes, -1 when there is none.</summary>
    long FileLength(string path);

    /// <summary>Creates a directory and its parents; nothing happens when it exists.</summary>
    void CreateDirectory(string path);

    /// <summary>Removes a file. Returns false when there was none.</summary>
    bool DeleteFile(string path);

    /// <summary>Removes a directory and everything in it. Returns false when there was none.</summary>
    bool DeleteDirectory(string path);

    /// <summary>
    /// Renames a file or directory in one atomic step; a file at <paramref name="to"/> is replaced. The rename survives a
    /// power cut only after <see cref="FlushDirectory"/> of the parent.
    /// </summary>
    void Move(string from, string to);

    /// <summary>The full paths of the files directly in <paramref name="directory"/>, in ordinal order.</summary>
    IReadOnlyList<string> ListFiles(string directory);

    /// <summary>The full paths of the directories directly in <paramref name="directory"/>, in ordinal order.</summary>
    IReadOnlyList<string> ListDirectories(string directory);

    /// <summary>The whole content of a small file.</summary>
    byte[] ReadAllBytes(string path);

    /// <summary>
    /// Replaces the file by <paramref name="content"/>: afterwards, also after a crash at any moment, the path holds
    /// either the old or the whole new content. Durable on return (temporary file, flush, rename, directory flush).
    /// </summary>
    void WriteAtomically(string path, ReadOnlySpan<byte> content);

    /// <summary>Makes files created, renamed and deleted directly in <paramref name="path"/> durable.</summary>
    void FlushDirectory(string path);

    /// <summary>The size of the volume that holds <paramref name="path"/> and what this process may still use, in bytes.</summary>
    (long Total, long Usable) Space(string path);

    /// <summary>
    /// Takes an exclusive lock on <paramref name="path"/>, creating the file. Throws when somebody else, this process
    /// included, holds it (<see cref="StorageException.IsLockHeld"/>). Disposing gives the lock back and removes the file.
    /// </summary>
    IDisposable Lock(string path);

    /// <summary>When the file was last written.</summary>
    DateTimeOffset LastWriteTime(string path);

    /// <summary>Makes the file look as if it was last written then.</summary>
    void SetLastWriteTime(string path, DateTimeOffset time);
}
