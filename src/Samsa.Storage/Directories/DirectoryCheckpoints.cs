using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Files;

namespace Samsa.Storage.Directories;

/// <summary>
/// Owns the three offset checkpoints of one log directory. Any thread may write; one write at a time.
/// Lives as long as its directory. A malformed file is reported and counts as empty, which costs a longer recovery and nothing
/// else; a file that cannot be read or written is a <see cref="StorageException"/>.
/// </summary>
internal sealed class DirectoryCheckpoints(IStorageFileSystem fileSystem, string directory, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Checkpoint _recoveryPoints = new(fileSystem, Path.Combine(directory, OffsetCheckpointFile.RecoveryPointName));
    private readonly Checkpoint _logStarts = new(fileSystem, Path.Combine(directory, OffsetCheckpointFile.LogStartOffsetName));
    private readonly Checkpoint _highWatermarks = new(fileSystem, Path.Combine(directory, OffsetCheckpointFile.HighWatermarkName));

    /// <summary>Reads all three. Called once, before any write.</summary>
    internal void Load()
    {
        lock (_lock)
        {
            _recoveryPoints.Load(logger);
            _logStarts.Load(logger);
            _highWatermarks.Load(logger);
        }
    }

    internal long RecoveryPointOf(TopicPartition partition) => _recoveryPoints.ValueOf(partition);

    internal long LogStartOffsetOf(TopicPartition partition) => _logStarts.ValueOf(partition);

    /// <summary>The last known high watermark, null when there is none.</summary>
    internal long? HighWatermarkOf(TopicPartition partition) => _highWatermarks.Find(partition);

    internal void WriteRecoveryPoints(IEnumerable<PartitionLog> logs)
    {
        lock (_lock)
        {
            _recoveryPoints.Write(logs, static log => log.RecoveryPoint);
        }
    }

    /// <summary>Writes the start offsets that do not follow from the first segment's name.</summary>
    internal void WriteLogStartOffsets(IEnumerable<PartitionLog> logs)
    {
        lock (_lock)
        {
            _logStarts.Write(logs, static log => log.LogStartOffset > log.FirstSegmentOffset ? log.LogStartOffset : null);
        }
    }

    internal void WriteHighWatermarks(IEnumerable<PartitionLog> logs)
    {
        lock (_lock)
        {
            _highWatermarks.Write(logs, static log => log.HighWatermark);
        }
    }

    /// <summary>
    /// Takes a partition out of all files that still name it. A new log must not inherit the offsets of a deleted one of
    /// the same name: after a crash it would be believed to be flushed, or be cut.
    /// </summary>
    internal void Forget(TopicPartition partition)
    {
        lock (_lock)
        {
            _recoveryPoints.Forget(partition);
            _logStarts.Forget(partition);
            _highWatermarks.Forget(partition);
        }
    }

    /// <summary>One file and what it holds.</summary>
    private sealed class Checkpoint(IStorageFileSystem fileSystem, string path)
    {
        private readonly OffsetCheckpointFile _file = new(fileSystem, path);
        private Dictionary<TopicPartition, long> _entries = [];

        internal void Load(ILogger logger)
        {
            try
            {
                _entries = _file.Read();
            }
            catch (StorageException malformed) when (MalformedFile.Is(malformed))
            {
                StorageLog.CheckpointIgnored(logger, path, malformed.Message);
            }
        }

        internal long? Find(TopicPartition partition) => _entries.TryGetValue(partition, out var offset) ? offset : null;

        internal long ValueOf(TopicPartition partition) => _entries.GetValueOrDefault(partition);

        internal void Write(IEnumerable<PartitionLog> logs, Func<PartitionLog, long?> valueOf)
        {
            var entries = new Dictionary<TopicPartition, long>(_entries.Count);
            foreach (var log in logs)
            {
                if (valueOf(log) is { } value)
                {
                    entries[log.TopicPartition] = value;
                }
            }

            _file.Write(entries);
            _entries = entries;
        }

        internal void Forget(TopicPartition partition)
        {
            if (_entries.ContainsKey(partition))
            {
                var entries = new Dictionary<TopicPartition, long>(_entries);
                entries.Remove(partition);
                _file.Write(entries);
                _entries = entries;
            }
        }
    }
}
