namespace Samsa.Storage.Checkpoints;

/// <summary>
/// The failure of a file that can be read but does not make sense. Its inner exception is a <see cref="FormatException"/>,
/// by which it can be told from a failing disk.
/// </summary>
internal static class MalformedFile
{
    internal static StorageException At(string path, string message) => new(path, message, new FormatException(message));

    internal static bool Is(StorageException failure) => failure.InnerException is FormatException;
}
