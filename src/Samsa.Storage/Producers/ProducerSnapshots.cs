using Microsoft.Extensions.Logging;
using Samsa.Storage.Files;

namespace Samsa.Storage.Producers;

/// <summary>
/// Owns the snapshot files of one partition directory; nobody else makes or removes any. Entered beneath the lock of its
/// <see cref="ProducerStateManager"/>, except <see cref="Flush"/>. Lives as long as that. Fails with <see cref="StorageException"/>; a snapshot with bad
/// bytes is deleted and passed over.
/// </summary>
internal sealed class ProducerSnapshots(IStorageFileSystem fileSystem, ILogger logger, string directory)
{
    // Ascending; null until asked for the first time.
    private long[]? _offsets;
    private long[] _unflushed = [];

    internal string Directory { get; set; } = directory;

    /// <summary>The offsets of the snapshots, ascending.</summary>
    internal ReadOnlySpan<long> Offsets => _offsets ??= OffsetsIn(fileSystem.ListFiles(Directory));

    /// <summary>Notes which files there are, so that the disk is not asked again.</summary>
    internal void Found(IReadOnlyList<string> paths) => _offsets = OffsetsIn(paths);

    /// <summary>
    /// Writes a snapshot. It survives a power cut only after <see cref="Flush"/> and a flush of the directory; one that is torn
    /// by it has a wrong checksum and is passed over.
    /// </summary>
    internal void Write(long offset, IReadOnlyCollection<ProducerEntry> producers)
    {
        using (var file = fileSystem.Open(ProducerSnapshotFile.PathFor(Directory, offset), StorageFileMode.Truncate))
        {
            file.Write(ProducerSnapshotFile.Encode(producers), 0);
        }

        _offsets = [.. Without(Offsets, offset), offset];
        Array.Sort(_offsets);
        _unflushed = [.. Without(_unflushed, offset), offset];
    }

    /// <summary>
    /// Makes the content of what was written durable. Called without the lock, so that appends do not wait for the disk: what
    /// is written or deleted at the same time may be flushed again, or be gone.
    /// </summary>
    internal void Flush()
    {
        var unflushed = Interlocked.Exchange(ref _unflushed, []);
        foreach (var offset in unflushed)
        {
            var path = ProducerSnapshotFile.PathFor(Directory, offset);
            try
            {
                using var file = fileSystem.Open(path, StorageFileMode.Existing);
                file.Flush();
            }
            catch (StorageException)
            {
                if (fileSystem.FileExists(path))
                {
                    _unflushed = [.. _unflushed, .. unflushed];
                    throw;
                }
            }
        }
    }

    /// <summary>Reads the newest sound snapshot and deletes the unsound ones above it; null when there is none.</summary>
    internal List<ProducerEntry>? ReadNewest(out long offset)
    {
        while (Offsets is [.., var newest])
        {
            offset = newest;
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

    internal void Delete(long offset)
    {
        if (Offsets.Contains(offset))
        {
            fileSystem.DeleteFile(ProducerSnapshotFile.PathFor(Directory, offset));
            _offsets = Without(Offsets, offset);
            _unflushed = Without(_unflushed, offset);
        }
    }

    internal void DeleteWhere(Func<long, bool> condition)
    {
        foreach (var offset in Offsets)
        {
            if (condition(offset))
            {
                Delete(offset);
            }
        }
    }

    private static long[] OffsetsIn(IReadOnlyList<string> paths)
    {
        List<long>? offsets = null;
        foreach (var path in paths)
        {
            if (ProducerSnapshotFile.TryParseName(path, out var offset))
            {
                (offsets ??= []).Add(offset);
            }
        }

        offsets?.Sort();
        return offsets?.ToArray() ?? [];
    }

    private static long[] Without(ReadOnlySpan<long> offsets, long offset)
    {
        var at = offsets.IndexOf(offset);
        return at < 0 ? offsets.ToArray() : [.. offsets[..at], .. offsets[(at + 1)..]];
    }
}
