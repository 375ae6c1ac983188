using Samsa.Storage.Files;

namespace Samsa.Storage.Checkpoints;

/// <summary>
/// The marker <c>.kafka_cleanshutdown</c> that a broker leaves in a log directory after all its logs are flushed and closed.
/// It is taken away at the next start, so that a crash after that is seen as one.
/// </summary>
public static class CleanShutdownFile
{
    private const string Name = ".kafka_cleanshutdown";

    /// <summary>Removes the marker. Returns true when it was there.</summary>
    public static bool Take(IStorageFileSystem fileSystem, string directory)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        if (!fileSystem.DeleteFile(Path.Combine(directory, Name)))
        {
            return false;
        }

        fileSystem.FlushDirectory(directory);
        return true;
    }

    /// <summary>Leaves the marker, durably. The broker epoch is -1: it exists only under KRaft.</summary>
    public static void Write(IStorageFileSystem fileSystem, string directory)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        fileSystem.WriteAtomically(Path.Combine(directory, Name), """{"version":0,"brokerEpoch":-1}"""u8);
    }
}
