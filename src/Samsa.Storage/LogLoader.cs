using Microsoft.Extensions.Logging;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Epochs;
using Samsa.Storage.Files;
using Samsa.Storage.Producers;
using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <summary>
/// Brings a partition directory into a state that can be served: finishes or undoes what a crash interrupted, checks the
/// indexes, checks the records that may not have reached the disk, rebuilds the producer state. It asks the disk as little as it
/// can, and changes nothing that is right: a broker opens ten thousand logs with it.
/// Used once, by the thread that opens the log. Fails with <see cref="StorageException"/>.
/// </summary>
internal sealed class LogLoader(PartitionLogOptions options)
{
    private readonly IStorageFileSystem _fileSystem = options.FileSystem;
    private readonly ILogger _logger = options.Logger;
    private bool _directoryChanged;
    private bool _epochsLost;

    // The log end as far as it is known without another look at the last segment.
    private long? _end;

    internal LoadedLog Load(out LeaderEpochCache epochs, out ProducerStateManager producers)
    {
        var isNew = !_fileSystem.DirectoryExists(options.Directory);
        var files = DirectoryFiles.None;
        if (isNew && !options.DefersDirectory)
        {
            _fileSystem.CreateDirectory(options.Directory);
        }
        else if (!isNew)
        {
            files = DirectoryFiles.List(_fileSystem, options.Directory);
            _directoryChanged = new LeftoverFiles(_fileSystem, options.Directory, _logger).CleanUp(files);
            files = _directoryChanged ? DirectoryFiles.List(_fileSystem, options.Directory) : files;
        }

        epochs = OpenEpochs(Has(files, LeaderEpochCheckpointFile.Name));
        producers = new ProducerStateManager(options.Directory, options.Producers);
        producers.Found(files.Paths);
        var topicId = Has(files, PartitionMetadataFile.Name) ? ReadTopicId() : null;
        var now = options.Clock.GetUtcNow().ToUnixTimeMilliseconds();

        var segments = FindSegments(files, now, out var unflushed);
        if (segments.Count > 0)
        {
            // The records between such a snapshot and the first segment are gone: it would replay with a gap.
            producers.DeleteSnapshotsBefore(segments[0].BaseOffset);
        }

        var recovered = Recover(segments, unflushed, epochs, producers, now);
        var end = _end ?? EndOf(segments);
        if (segments.Count > 0 && end < options.LogStartOffset)
        {
            _logger.LogError(
                "Log {Partition} ends at offset {End}, before its start offset {Start}: all of it is removed.",
                options.TopicPartition, end, options.LogStartOffset);
            producers.TruncateFullyAndStartAt(options.LogStartOffset);
            Discard(segments, 0);
        }

        var hasFiles = segments.Count > 0;
        if (!hasFiles)
        {
            // A snapshot that outlived all records would keep a transaction open whose marker is gone.
            producers.TruncateFullyAndStartAt(options.LogStartOffset);
            segments.Add(LogSegment.Plan(_fileSystem, options.Directory, options.LogStartOffset, options.Config, now));
            end = options.LogStartOffset;
        }

        var list = new SegmentList(segments);
        var start = Math.Max(options.LogStartOffset, list.First.BaseOffset);

        // In this order, so that nothing is left of a log whose records are all deleted: the next start would drop it.
        epochs.TruncateFromStart(start);
        epochs.TruncateFromEnd(end);
        if (!options.CleanShutdown || recovered || _epochsLost)
        {
            EpochReplay.FillGap(list, start, end, epochs);
        }

        producers.DeleteSnapshotsBefore(list.First.BaseOffset);
        producers.DeleteStraySnapshots(BaseOffsets(segments));
        if (!recovered || producers.MapEndOffset != end)
        {
            LogReplay.Replay(list, producers.Load(start, end, now), end, producers);
        }

        ProducerReadBack.Run(list, producers);
        producers.OnLogStartOffset(start);
        if (_directoryChanged)
        {
            // What was removed must not come back after another crash, behind newer records.
            _fileSystem.FlushDirectory(options.Directory);
        }

        foreach (var segment in segments)
        {
            segment.File.CloseUnused();
        }

        // What a clean stop left behind is durable; after a crash only what the checkpoint says.
        var recoveryPoint = options.CleanShutdown && !recovered ? end : Math.Min(options.RecoveryPoint, end);
        return new LoadedLog(list, start, end, recoveryPoint, hasFiles, topicId, IsSettled: options.CleanShutdown || !hasFiles);
    }

    private bool Has(DirectoryFiles files, string name) => files.Contains(Path.Combine(options.Directory, name));

    // The records name their epochs, so nothing is lost with the file but time.
    private LeaderEpochCache OpenEpochs(bool exists)
    {
        try
        {
            return new LeaderEpochCache(_fileSystem, options.Directory, exists);
        }
        catch (StorageException malformed) when (MalformedFile.Is(malformed))
        {
            _logger.LogWarning(
                "The leader epochs of {Partition} are read back from its records: {Fault}", options.TopicPartition, malformed.Message);
            _directoryChanged |= _fileSystem.DeleteFile(Path.Combine(options.Directory, LeaderEpochCheckpointFile.Name));
            _epochsLost = true;
            return new LeaderEpochCache(_fileSystem, options.Directory, exists: false);
        }
    }

    // A power cut may tear the file of a directory that was just made; the broker's metadata then names the topic id again.
    private Guid? ReadTopicId()
    {
        try
        {
            return PartitionMetadataFile.Read(_fileSystem, options.Directory);
        }
        catch (StorageException torn) when (!options.CleanShutdown && MalformedFile.Is(torn))
        {
            // Nobody may name it again (a topic that was being deleted), and after a clean stop such a file means a bad disk.
            _logger.LogWarning("{Partition} is opened without its topic id: {Fault}", options.TopicPartition, torn.Message);
            _directoryChanged |= _fileSystem.DeleteFile(Path.Combine(options.Directory, PartitionMetadataFile.Name));
            return null;
        }
    }

    // Also says from which segment on the records may not have reached the disk.
    private List<LogSegment> FindSegments(DirectoryFiles files, long now, out int unflushed)
    {
        var offsets = new List<long>();
        foreach (var path in files.Paths)
        {
            if (LogFileNames.TryParse(path, LogFileNames.LogSuffix, out var baseOffset))
            {
                offsets.Add(baseOffset);
            }
        }

        unflushed = options.CleanShutdown
            ? offsets.Count
            : Math.Max(0, offsets.FindLastIndex(baseOffset => baseOffset <= options.RecoveryPoint));
        var segments = new List<LogSegment>(Math.Max(1, offsets.Count));
        foreach (var baseOffset in offsets)
        {
            var size = _fileSystem.FileLength(LogFileNames.Path(options.Directory, baseOffset, LogFileNames.LogSuffix));
            segments.Add(new LogSegment(
                _fileSystem, options.Directory, baseOffset, options.Config, now, size, hasIndexes: segments.Count < unflushed));
        }

        return segments;
    }

    // Checks records where they cannot be trusted. Returns true when anything was looked at.
    private bool Recover(
        List<LogSegment> segments, int unflushed, LeaderEpochCache epochs, ProducerStateManager producers, long now)
    {
        var any = false;
        for (var i = 0; i < segments.Count; i++)
        {
            var isLast = i + 1 == segments.Count;
            if (i < unflushed)
            {
                var next = isLast ? long.MaxValue : segments[i + 1].BaseOffset;
                var faults = IndexCheck.Check(_fileSystem, segments[i], next);
                if (faults is null && isLast)
                {
                    _end = TryFindEnd(segments[i], out var end) ? end : null;
                    faults = _end is null ? "behind the last index entry there is something else than whole batches" : null;
                }

                if (faults is null)
                {
                    continue;
                }

                _logger.LogWarning(
                    "Rebuilding the indexes of segment {Base} of {Partition}: {Fault}.",
                    segments[i].BaseOffset, options.TopicPartition, faults);
            }

            any = true;
            PrepareProducers(segments, i, producers, now);
            var recovery = new SegmentRecovery(segments[i], options, i < unflushed ? null : epochs, producers);
            var wasCut = recovery.Run(hasLaterSegments: !isLast);
            _end = recovery.End;
            if (isLast ? wasCut : HasHole(segments, i, recovery, wasCut, wasFlushed: i < unflushed))
            {
                // What follows lost records goes, too. What was cut is none where the next segment goes on from there: it is
                // space that a segment had in reserve.
                Discard(segments, i + 1);
                break;
            }

            if (!isLast)
            {
                segments[i].Seal();
                producers.TakeSnapshot();
            }

            if (i < unflushed)
            {
                // Below the recovery point everything counts as durable, also the names of files that were missing.
                segments[i].Flush();
                _directoryChanged = true;
            }
        }

        return any;
    }

    // A later segment may have reached the disk when the end of an earlier one did not. Apache Kafka's compaction leaves
    // such holes rightly, and it keeps what follows any of them: only where nothing speaks for compaction records were lost.
    private bool HasHole(List<LogSegment> segments, int index, SegmentRecovery recovery, bool wasCut, bool wasFlushed)
    {
        var next = segments[index + 1].BaseOffset;
        if (recovery.End == next)
        {
            return false;
        }

        if (recovery.End < next && !wasCut
            && (wasFlushed || next <= options.CompactedTo || recovery.WasCompacted || CompactionTraces.AreIn(segments, index + 1)))
        {
            return false;
        }

        _logger.LogError(
            "Segment {Base} of {Partition} ends at offset {End}, but the next one starts at {Next}: records were lost.",
            segments[index].BaseOffset, options.TopicPartition, recovery.End, next);
        return true;
    }

    // The abort markers of a segment only make sense to a state that has seen the transactions begin.
    private void PrepareProducers(List<LogSegment> segments, int index, ProducerStateManager producers, long now)
    {
        var offset = segments[index].BaseOffset;
        if (index > 0 && producers.MapEndOffset == offset)
        {
            return;
        }

        var from = producers.Load(Math.Max(options.LogStartOffset, segments[0].BaseOffset), offset, now);
        if (index > 0)
        {
            LogReplay.Replay(new SegmentList(segments.GetRange(0, index)), from, offset, producers);
        }
        else
        {
            producers.UpdateMapEndOffset(offset);
        }
    }

    private static long EndOf(List<LogSegment> segments)
    {
        if (segments.Count == 0)
        {
            return 0;
        }

        return TryFindEnd(segments[^1], out var end)
            ? end
            : throw new InvalidOperationException($"Segment {segments[^1].BaseOffset} is damaged after it was recovered");
    }

    private static bool TryFindEnd(LogSegment segment, out long end)
    {
        if (segment.Size == 0)
        {
            end = segment.BaseOffset;
            return true;
        }

        var file = segment.File.TryAcquire()
            ?? throw new InvalidOperationException($"Segment {segment.BaseOffset} is closed while the log is opened");
        try
        {
            return segment.TryRestoreTail(file, out end);
        }
        finally
        {
            segment.File.Release();
        }
    }

    private void Discard(List<LogSegment> segments, int first)
    {
        for (var i = segments.Count - 1; i >= first; i--)
        {
            _logger.LogError(
                "Segment {Base} of {Partition} ({Bytes} bytes) is removed: it follows records that are gone.",
                segments[i].BaseOffset, options.TopicPartition, segments[i].Size);
            DelayedRemoval.Schedule(options, segments[i].Retire(LogFileNames.DeletedSuffix), options.Config.FileDeleteDelayMs);
            segments.RemoveAt(i);
            _directoryChanged = true;
        }
    }

    private static HashSet<long> BaseOffsets(List<LogSegment> segments)
    {
        var offsets = new HashSet<long>();
        foreach (var segment in segments)
        {
            offsets.Add(segment.BaseOffset);
        }

        return offsets;
    }
}
