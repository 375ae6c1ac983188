using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Files;

namespace Samsa.Storage.Directories;

/// <summary>
/// Owns the four offset checkpoints of one log directory. Any thread may write; one write at a time.
/// Lives as long as its directory. A malformed file is reported and counts as empty, which costs a longer recovery and nothing
/// else; a file that cannot be read or written is a <see cref="StorageException"/>.
/// </summary>
internal sealed class DirectoryCheckpoints(IStorageFileSystem fileSystem, string directory, ILogger logger)
{
    private readonly Lock _lock = new();
    private readonly Checkpoint _recoveryPoints = new(fileSystem, Path.Combine(directory, OffsetCheckpointFile.RecoveryPointName));
    private readonly Checkpoint _logStarts = new(fileSystem, Path.Combine(directory, OffsetCheckpointFile.LogStartOffsetName));
    private readonly Checkpoint _highWatermarks = new(fileSystem, Path.Combine(directory, OffsetCheckpointFile.HighWatermarkName));

    private readonly Checkpoint _compacted = new(fileSystem, Path.Combine(directory, OffsetCheckpointFile.CleanerName));

    /// <summary>Reads all four. Called once, before any write.</summary>
    internal void Load()
    {
        lock (_lock)
        {
            _recoveryPoints.Load(logger);
            _logStarts.Load(logger);
            _highWatermarks.Load(logger);
            _compacted.Load(logger);
        }
    }

    internal long RecoveryPointOf(TopicPartition partition) => _recoveryPoints.ValueOf(partition);

    internal long LogStartOffsetOf(TopicPartition partition) => _logStarts.ValueOf(partition);

    /// <summary>The last known high watermark, null when there is none.</summary>
    internal long? HighWatermarkOf(TopicPartition partition) => _highWatermarks.Find(partition);

    /// <summary>Up to where the log is compacted, null when it never was.</summary>
    internal long? CompactedTo(TopicPartition partition) => _compacted.Find(partition);

    internal void WriteCompactedTo(TopicPartition partition, long offset)
    {
        lock (_lock)
        {
            _compacted.Set(partition, offset);
        }
    }

    /// <summary>
    /// Takes what is no longer so out of the cleaner's checkpoint: partitions that are gone, and offsets behind the end of a log. A
    /// start accepts holes between segments up to there (compaction makes some), and would take for one what new records lost.
    /// </summary>
    internal void RetainCompacted(IEnumerable<PartitionLog> logs)
    {
        lock (_lock)
        {
            _compacted.Retain(logs);
        }
    }

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
            _logStarts.Write(logs, static log => log.LogStartToCheckpoint);
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
            _compacted.Forget(partition);
        }
    }

    /// <summary>One file and what it holds.</summary>
    private sealed class Checkpoint(IStorageFileSystem fileSystem, string path)
    {
        private readonly OffsetCheckpointFile _file = new(fileSystem, path);

        // Replaced, never changed: anybody may look while one writes.
        private volatile Dictionary<TopicPartition, long> _entries = [];

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

            Replace(entries);
        }

        internal void Set(TopicPartition partition, long offset) =>
            Replace(new Dictionary<TopicPartition, long>(_entries) { [partition] = offset });

        // Only what is in the file already, and no larger than the end of the log.
        internal void Retain(IEnumerable<PartitionLog> logs)
        {
            var entries = new Dictionary<TopicPartition, long>();
            var lowered = false;
            foreach (var log in logs)
            {
                if (_entries.TryGetValue(log.TopicPartition, out var offset))
                {
                    var end = log.LogEndOffset;
                    lowered |= offset > end;
                    entries[log.TopicPartition] = Math.Min(offset, end);
                }
            }

            if (lowered || entries.Count < _entries.Count)
            {
                Replace(entries);
            }
        }

        internal void Forget(TopicPartition partition)
        {
            if (_entries.ContainsKey(partition))
            {
                var entries = new Dictionary<TopicPartition, long>(_entries);
                entries.Remove(partition);
                Replace(entries);
            }
        }

        private void Replace(Dictionary<TopicPartition, long> entries)
        {
            _file.Write(entries);
            _entries = entries;
        }
    }
}
