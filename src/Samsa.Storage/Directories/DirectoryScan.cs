using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage.Files;

namespace Samsa.Storage.Directories;

/// <summary>What a log directory holds before anything in it is opened.</summary>
/// <param name="Partitions">The partitions to open.</param>
/// <param name="Deleted">Paths whose deletion a stop interrupted.</param>
internal sealed record DirectoryScan(IReadOnlyList<TopicPartition> Partitions, IReadOnlyList<string> Deleted)
{
    internal static DirectoryScan Run(IStorageFileSystem fileSystem, string directory, ILogger logger)
    {
        var partitions = new List<TopicPartition>();
        var deleted = new List<string>();
        foreach (var path in fileSystem.ListDirectories(directory))
        {
            switch (PartitionDirectoryName.Parse(Path.GetFileName(path), out var partition))
            {
                case PartitionDirectoryKind.Partition:
                    partitions.Add(partition);
                    break;
                case PartitionDirectoryKind.Deleted:
                    deleted.Add(path);
                    break;
                case PartitionDirectoryKind.Future:
                    StorageLog.FutureIgnored(logger, path);
                    break;
                case PartitionDirectoryKind.Stray:
                    StorageLog.StrayIgnored(logger, path);
                    break;
                default:
                    StorageLog.UnknownEntry(logger, path);
                    break;
            }
        }

        return new DirectoryScan(partitions, deleted);
    }
}
