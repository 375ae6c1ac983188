namespace Samsa.Storage.Files;

/// <summary>What <see cref="IStorageFileSystem.Open"/> does when the file is there, and when it is not.</summary>
public enum StorageFileMode
{
    /// <summary>Read only; the file must exist.</summary>
    Read,

    /// <summary>Read and write; the file must exist.</summary>
    Existing,

    /// <summary>Read and write; created empty when missing, kept when present.</summary>
    OpenOrCreate,

    /// <summary>Read and write; created empty, and emptied when present.</summary>
    Truncate,
}
