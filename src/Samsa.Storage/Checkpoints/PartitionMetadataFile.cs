using System.Text;
using Samsa.Protocol;
using Samsa.Storage.Files;

namespace Samsa.Storage.Checkpoints;

/// <summary>
/// The file <c>partition.metadata</c> of a partition directory, which ties it to a topic id (KIP-516): two lines
/// <c>version: 0</c> and <c>topic_id: ID</c>, without a line end after the last.
/// </summary>
public static class PartitionMetadataFile
{
    internal const string Name = "partition.metadata";

    private const string VersionKey = "version";
    private const string TopicIdKey = "topic_id";

    /// <summary>The topic id of the partition directory; null when the file is missing (a topic older than topic ids).</summary>
    /// <exception cref="StorageException">The file is malformed; the message names the line.</exception>
    public static Guid? Read(IStorageFileSystem fileSystem, string directory)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        var path = Path.Combine(directory, Name);
        if (!fileSystem.FileExists(path))
        {
            return null;
        }

        Guid? topicId = null;
        var versionSeen = false;
        var number = 0;
        foreach (var rawLine in Encoding.UTF8.GetString(fileSystem.ReadAllBytes(path)).Split('\n'))
        {
            number++;
            var line = rawLine.Trim();
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var key = colon < 0 ? line : line[..colon].Trim();
            var value = colon < 0 ? "" : line[(colon + 1)..].Trim();
            switch (key)
            {
                case "":
                    break;
                case VersionKey when value == "0":
                    versionSeen = true;
                    break;
                case TopicIdKey when TryParseId(value, out var id):
                    topicId = id;
                    break;
                default:
                    throw MalformedFile.At(path,
                        $"Line {number} is '{line}'; expected '{VersionKey}: 0' or '{TopicIdKey}: ' and a topic id of 22 characters");
            }
        }

        return versionSeen && topicId is not null
            ? topicId
            : throw MalformedFile.At(path, $"The line '{(versionSeen ? TopicIdKey : VersionKey)}' is missing");
    }

    /// <summary>Writes the file, durably.</summary>
    public static void Write(IStorageFileSystem fileSystem, string directory, Guid topicId)
    {
        ArgumentNullException.ThrowIfNull(fileSystem);
        fileSystem.WriteAtomically(Path.Combine(directory, Name), Content(topicId));
    }

    /// <summary>
    /// Writes the file of a directory that has no records yet; it survives a power cut only after <see cref="Flush"/>.
    /// </summary>
    internal static void WriteUnflushed(IStorageFileSystem fileSystem, string directory, Guid topicId)
    {
        using var file = fileSystem.Open(Path.Combine(directory, Name), StorageFileMode.Truncate);
        file.Write(Content(topicId), 0);
    }

    /// <summary>Makes the content of the file durable (not its name: that takes a flush of the directory).</summary>
    internal static void Flush(IStorageFileSystem fileSystem, string directory)
    {
        using var file = fileSystem.Open(Path.Combine(directory, Name), StorageFileMode.Existing);
        file.Flush();
    }

    private static byte[] Content(Guid topicId) =>
        Encoding.UTF8.GetBytes($"{VersionKey}: 0\n{TopicIdKey}: {KafkaUuid.Format(topicId)}");

    private static bool TryParseId(string text, out Guid id)
    {
        id = default;
        try
        {
            id = KafkaUuid.Parse(text);
            return id != Guid.Empty;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
