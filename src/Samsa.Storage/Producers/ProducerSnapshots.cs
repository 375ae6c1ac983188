using Microsoft.Extensions.Logging;
using Samsa.Storage.Files;

namespace Samsa.Storage.Producers;

/// <summary>
/// Owns the snapshot files of one partition directory. Entered beneath the lock of its <see cref="ProducerStateManager"/>.
/// Lives as long as that. Fails with <see cref="StorageException"/>; a snapshot with bad bytes is deleted and passed over.
/// </summary>
internal sealed class ProducerSnapshots(IStorageFileSystem fileSystem, ILogger logger, string directory)
{
    internal string Directory { get; set; } = directory;

    /// <summary>The offsets of the snapshots, ascending.</summary>
    internal List<long> Offsets()
    {
        var offsets = new List<long>();
        foreach (var path in fileSystem.ListFiles(Directory))
        {
            if (ProducerSnapshotFile.TryParseName(path, out var offset))
            {
                offsets.Add(offset);
            }
        }

        offsets.Sort();
        return offsets;
    }

    internal void Write(long offset, IReadOnlyCollection<ProducerEntry> producers) =>
        fileSystem.WriteAtomically(ProducerSnapshotFile.PathFor(Directory, offset), ProducerSnapshotFile.Encode(producers));

    /// <summary>Reads the newest sound snapshot and deletes the unsound ones above it; null when there is none.</summary>
    internal List<ProducerEntry>? ReadNewest(out long offset)
    {
        var offsets = Offsets();
        for (var i = offsets.Count - 1; i >= 0; i--)
        {
            offset = offsets[i];
            var path = ProducerSnapshotFile.PathFor(Directory, offset);
            if (ProducerSnapshotFile.TryDecode(fileSystem.ReadAllBytes(path), out var producers, out var fault))
            {
                return producers;
            }

            logger.LogWarning("Ignoring and deleting the producer snapshot {Path}: {Fault}.", path, fault);
            Delete(offset);
        }

        offset = -1;
        return null;
    }

    internal void Delete(long offset) => fileSystem.DeleteFile(ProducerSnapshotFile.PathFor(Directory, offset));

    internal void DeleteWhere(Func<long, bool> condition)
    {
        foreach (var offset in Offsets())
        {
            if (condition(offset))
            {
                Delete(offset);
            }
        }
    }
}
