namespace Samsa.Storage.Files;

/// <summary>Tells failures of the disk from our own bugs, and gives them the type that takes a directory offline.</summary>
internal static class DiskFailure
{
    internal static bool Is(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or NotSupportedException or System.Security.SecurityException;

    internal static StorageException Wrap(string path, string what, Exception cause) =>
        new(path, $"{what}: {cause.Message}", cause);
}
