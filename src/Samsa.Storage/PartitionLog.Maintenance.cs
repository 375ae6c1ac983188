using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <content>Rolling, truncation and retention: everything that adds or removes segments.</content>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Starts a new segment when the active one has passed <c>segment.ms</c> and has records. Returns true when it did. Appends
    /// roll by themselves; this is for logs that nobody writes to.
    /// </summary>
    public bool MaybeRoll()
    {
        lock (_lock)
        {
            var active = _segments.Active;
            var now = _options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            if (_closed || active.Size == 0 || !active.MustRoll(_config, 0, active.BaseOffset, now, _options.Clock))
            {
                return false;
            }

            RollLocked(_logEndOffset);
            return true;
        }
    }

    /// <summary>Starts a new segment at the log end, also when the active one has room. Nothing happens when it is empty.</summary>
    public void Roll()
    {
        lock (_lock)
        {
            if (!_closed && _segments.Active.Size > 0)
            {
                RollLocked(_logEndOffset);
            }
        }
    }

    /// <summary>
    /// Moves the log start offset up: records below are no longer served, and their segments go at the next retention.
    /// Refused with <see cref="ErrorCode.OffsetOutOfRange"/> beyond the high watermark; a lower offset changes nothing.
    /// </summary>
    public ErrorCode IncrementLogStartOffset(long offset)
    {
        lock (_lock)
        {
            if (offset > _highWatermark)
            {
                return ErrorCode.OffsetOutOfRange;
            }

            MoveLogStart(offset);
            return ErrorCode.None;
        }
    }

    /// <summary>
    /// Removes the records at and above <paramref name="offset"/>, durably. Returns false when there were none. A batch that
    /// holds the offset goes as a whole. The directory's checkpoints must be written anew afterwards (<c>LogDirectory.WriteTruncation</c>).
    /// </summary>
    public bool TruncateTo(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        lock (_lock)
        {
            if (_closed || offset >= _logEndOffset)
            {
                // The epoch of a leader that wrote nothing may begin right here.
                LeaderEpochs.TruncateFromEnd(offset);
                return false;
            }

            if (offset < _segments.First.BaseOffset)
            {
                RestartLocked(offset);
                return true;
            }

            SettleNames();
            NoteTruncation(offset);
            var segments = _segments;
            var keep = segments.FloorIndex(offset) + 1;
            var kept = segments.Take(keep);
            Volatile.Write(ref _logEndOffset, offset);
            _tail.Clear();
            _segments = kept;

            // From the end, and durably before the next record: after a crash at any moment the log must be what it was up to
            // some offset, never old records behind new ones.
            for (var i = segments.Count - 1; i >= keep; i--)
            {
                Remove(segments[i], withSnapshot: true);
            }

            _options.FileSystem.FlushDirectory(Directory);

            // A batch that straddles the cut goes whole: the log then ends below the offset.
            var end = kept.Active.TruncateTo(offset, _options.Clock);
            kept.Active.Flush();
            Volatile.Write(ref _logEndOffset, end);
            Volatile.Write(ref _highWatermark, Math.Min(_highWatermark, end));
            Volatile.Write(ref _logStartOffset, Math.Min(_logStartOffset, end));
            _flusher.Truncated(end, startsThere: false);
            LeaderEpochs.TruncateFromEnd(end);
            var replayFrom = Producers.TruncateAndReload(_logStartOffset, end, Now());
            LogReplay.Replay(kept, replayFrom, end, Producers);
            ProducerReadBack.Run(kept, Producers);
            Producers.OnHighWatermark(_highWatermark);

            // A producer snapshot that comes back after a crash would tell of records that are no longer in the log.
            _options.FileSystem.FlushDirectory(Directory);
            _options.Logger.LogInformation("Log {Partition} was truncated to offset {Offset}.", TopicPartition, end);
            return true;
        }
    }

    /// <summary>
    /// Removes everything; the next record gets <paramref name="offset"/>. The directory's checkpoints must be written anew afterwards.
    /// </summary>
    public void TruncateFullyAndStartAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        lock (_lock)
        {
            if (!_closed)
            {
                RestartLocked(offset);
            }
        }
    }

    /// <summary>
    /// Removes old segments: those wholly below the log start offset, and where <c>cleanup.policy</c> contains <c>delete</c>
    /// those older than <c>retention.ms</c> at <paramref name="now"/> (ms since 1970) or in excess of <c>retention.bytes</c>.
    /// Nothing at or above the high watermark goes. Also closes files that nobody reads any more. Returns how many went.
    /// </summary>
    public int ApplyRetention(long now)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return 0;
            }

            var removed = RemoveOldest(RetentionRule.BelowLogStart(_segments, _logStartOffset, _highWatermark, _logEndOffset));
            if (_config.Delete)
            {
                removed += RemoveOldest(
                    RetentionRule.BySize(_segments, _config.RetentionBytes, _highWatermark, _logEndOffset));
                removed += RemoveOldest(
                    RetentionRule.ByTime(_segments, _config.RetentionMs, now, _highWatermark, _logEndOffset));
            }

            var segments = _segments;
            for (var i = 0; i < segments.Count; i++)
            {
                segments[i].CloseIfIdle();
            }

            return removed;
        }
    }

    bool LogFlusher.IFlushSource.IsReleased => _released;

    void LogFlusher.IFlushSource.FlushState()
    {
        if (LeaderEpochs.Flush())
        {
            _flusher.NoteDirectoryChanged();
        }

        Producers.FlushSnapshots();
        if (_topicIdUnflushed)
        {
            PartitionMetadataFile.Flush(_options.FileSystem, Directory);
            _topicIdUnflushed = false;
        }
    }

    SegmentList LogFlusher.IFlushSource.Snapshot(out long logEndOffset)
    {
        lock (_lock)
        {
            logEndOffset = _logEndOffset;
            return _segments;
        }
    }

    private int RemoveOldest(int count)
    {
        if (count == 0)
        {
            return 0;
        }

        if (count == _segments.Count)
        {
            RollLocked(_logEndOffset);
        }

        var segments = _segments;
        var kept = segments.Skip(count);
        MoveLogStart(kept.First.BaseOffset);
        _segments = kept;
        for (var i = 0; i < count; i++)
        {
            Remove(segments[i], withSnapshot: true);
        }

        _options.Logger.LogInformation(
            "Log {Partition} dropped {Count} old segments; it now starts at offset {Offset}.", TopicPartition, count, _logStartOffset);
        return count;
    }

    private void RestartLocked(long offset)
    {
        CreateFilesLocked();
        NoteTruncation(offset);
        var segments = _segments;
        Volatile.Write(ref _logEndOffset, offset);
        _tail.Clear();

        // Snapshots go first, they can be made again from the records; one that stays behind would tell of producers and open
        // transactions that are gone. The first segment goes last: after a crash in between, what is left is the front of the old log.
        Producers.TruncateFullyAndStartAt(offset);
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            Remove(segments[i], withSnapshot: false);
        }

        _options.FileSystem.FlushDirectory(Directory);
        _segments = new SegmentList([CreateSegment(offset)]);
        LeaderEpochs.Clear();
        Volatile.Write(ref _logStartOffset, offset);
        Volatile.Write(ref _highWatermark, offset);
        _flusher.Truncated(offset, startsThere: true);
        _options.Logger.LogInformation("Log {Partition} was emptied and starts at offset {Offset}.", TopicPartition, offset);
    }

    private LogSegment RollLocked(long baseOffset)
    {
        var segments = _segments;
        var active = segments.Active;
        if (active.Size == 0 && active.BaseOffset == baseOffset)
        {
            // Nothing to roll: an index that is full before the first record is only configured too small.
            return active;
        }

        active.Seal();
        if (_flusher.Sealed(baseOffset))
        {
            active.Flush();
        }

        Producers.UpdateMapEndOffset(baseOffset);
        TakeSnapshotLocked();
        var created = CreateSegment(baseOffset);
        if (active.Size == 0)
        {
            _segments = segments.Count == 1 ? new SegmentList([created]) : segments.Take(segments.Count - 1).Add(created);
            Remove(active, withSnapshot: false);
        }
        else
        {
            _segments = segments.Add(created);
        }

        var flusher = _flusher;
        _options.Scheduler.Schedule(TimeSpan.Zero, () => flusher.FlushSealed(baseOffset));
        return created;
    }

    private LogSegment CreateSegment(long baseOffset)
    {
        _flusher.NoteDirectoryChanged();
        return LogSegment.Create(_options.FileSystem, Directory, baseOffset, _config, Now());
    }

    private void MoveLogStart(long offset)
    {
        if (offset > _logStartOffset)
        {
            Volatile.Write(ref _logStartOffset, offset);
            LeaderEpochs.TruncateFromStart(offset);
            Producers.OnLogStartOffset(offset);
        }
    }

    private void Remove(LogSegment segment, bool withSnapshot)
    {
        var files = segment.Retire(LogFileNames.DeletedSuffix);
        if (withSnapshot)
        {
            Producers.DeleteSnapshot(segment.BaseOffset);
        }

        _flusher.NoteDirectoryChanged();
        DelayedRemoval.Schedule(_options, files, _config.FileDeleteDelayMs);
    }

    private long Now() => _options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
}
