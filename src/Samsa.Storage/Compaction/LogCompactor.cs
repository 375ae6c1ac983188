using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Storage.Segments;

namespace Samsa.Storage.Compaction;

/// <summary>
/// Compacts one log at a time: reads the dirty part and notes the newest offset of every key, then copies all segments up to
/// there without what is superseded. Owns buffers, and the map while a pass runs. One thread; reusable until disposed.
/// Fails with <see cref="DamagedBatchException"/> for records that are not sound, and with <see cref="StorageException"/>; the log
/// is then as it was, or compacted in part, which is as good.
/// </summary>
internal sealed class LogCompactor(TimeProvider clock, CleanerThrottle throttle) : IDisposable
{
    private readonly BatchSource _source = new();
    private readonly BatchFilter _filter = new();
    private readonly RecordReader _reader = new();
    private readonly PooledBuffer _output = new();

    /// <summary>Runs one pass. It ends early, and says so, when <paramref name="stop"/> is cancelled or the log was cut.</summary>
    internal CleanOutcome Clean(PartitionLog log, in CleanableRange range, CleanerOptions options, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var statistics = new CleanStatistics();

        // What goes, goes because something newer is there: a record of the key, a batch of the producer. After a crash that
        // must be there, too.
        var producers = ProducerTail.Of(log.Producers);
        log.FlushAll();
        var slots = options.SlotsPerThread;
        using var map = new OffsetMap(SlotsFor(range, options), options.LoadFactor);
        var complete = BuildMap(log, range, map, options, statistics, stop, out var mapEnd);
        if (complete)
        {
            statistics.MapUtilization = (double)map.Count / slots;
            var rules = new CleaningRules(map, mapEnd, now, log.Config.DeleteRetentionMs, producers);
            complete = CleanSegments(log, range, rules, options, statistics, stop);
        }

        statistics.Elapsed = clock.GetElapsedTime(started);
        return new CleanOutcome(complete, mapEnd, statistics);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _source.Dispose();
        _filter.Dispose();
        _reader.Dispose();
        _output.Dispose();
    }

    // No more than the keys can be: a small log needs no large map.
    private static long SlotsFor(in CleanableRange range, CleanerOptions options)
    {
        var records = Math.Max(0, range.End - range.FirstDirtyOffset);
        var needed = (records / Math.Clamp(options.LoadFactor, 0.01, 1)) + 2;
        return needed < options.SlotsPerThread ? (long)needed : options.SlotsPerThread;
    }

    // False when told to stop.
    private bool BuildMap(
        PartitionLog log, in CleanableRange range, OffsetMap map, CleanerOptions options, CleanStatistics statistics,
        CancellationToken stop, out long mapEnd)
    {
        mapEnd = range.FirstDirtyOffset;
        var segments = log.Segments;
        var transactions = new TransactionTracker();
        transactions.Add(log.ListAbortedTransactions(range.FirstDirtyOffset, range.End));
        var full = false;
        for (var i = Math.Max(0, segments.FloorIndex(range.FirstDirtyOffset)); i + 1 < segments.Count && !full; i++)
        {
            if (segments[i].BaseOffset >= range.End)
            {
                break;
            }

            if (!MapSegment(segments[i], range.FirstDirtyOffset, transactions, map, options, statistics, stop, ref mapEnd, out full))
            {
                return false;
            }

            // Compaction may have left the end of a segment without a batch.
            mapEnd = full ? mapEnd : Math.Max(mapEnd, segments[i + 1].BaseOffset);
        }

        return true;
    }

    private bool MapSegment(
        LogSegment segment, long from, TransactionTracker transactions, OffsetMap map, CleanerOptions options,
        CleanStatistics statistics, CancellationToken stop, ref long mapEnd, out bool full)
    {
        full = false;
        if (segment.File.TryAcquire() is not { } file)
        {
            return false;
        }

        try
        {
            var size = segment.Size;
            segment.TryFind(file, from, size, out var position, out _);
            _source.Start(file, position, size, options.BufferBytesPerThread);
            while (_source.Fill())
            {
                if (!throttle.Take(_source.Buffered, stop) || segment.File.IsRetired)
                {
                    return false;
                }

                while (_source.MoveNext())
                {
                    statistics.MapBytesRead += _source.Info.Size;
                    full = !TryMap(from, transactions, map, statistics, ref mapEnd);
                    if (full)
                    {
                        return true;
                    }
                }
            }

            return true;
        }
        finally
        {
            segment.File.Release();
        }
    }

    // False when the map has no room for another key; the log is then known up to the record before.
    private bool TryMap(long from, TransactionTracker transactions, OffsetMap map, CleanStatistics statistics, ref long mapEnd)
    {
        var bytes = _source.Current;
        if (_source.Info.Magic == RecordBatch.CurrentMagic && !HasLiveRecords(bytes, transactions))
        {
            mapEnd = Math.Max(mapEnd, _source.Info.NextOffset);
            return true;
        }

        var records = _reader.Read(bytes);
        while (records.MoveNext())
        {
            var record = records.Current;
            statistics.MapRecordsRead++;
            if (record.Key.IsNull || record.Offset < from)
            {
                continue;
            }

            if (map.IsFull)
            {
                return false;
            }

            map.Put(record.Key.Span, record.Offset);
            mapEnd = record.Offset + 1;
        }

        if (records.Fault != RecordFault.None)
        {
            throw new DamagedBatchException(_source.Path, _source.Position, records.Fault.Describe());
        }

        mapEnd = Math.Max(mapEnd, _source.Info.NextOffset);
        return true;
    }

    private static bool HasLiveRecords(ReadOnlySpan<byte> batch, TransactionTracker transactions)
    {
        var header = new RecordBatchHeader(batch);
        if (header.IsControl)
        {
            transactions.OnControl(batch);
            return false;
        }

        return !transactions.OnRecords(header);
    }

    private bool CleanSegments(
        PartitionLog log, in CleanableRange range, CleaningRules rules, CleanerOptions options, CleanStatistics statistics,
        CancellationToken stop)
    {
        var transactions = new TransactionTracker();
        _filter.Begin(rules, transactions, statistics);
        var segments = log.Segments;
        var horizon = LegacyHorizon(segments, range.FirstDirtyOffset, rules.DeleteRetentionMs);
        foreach (var group in SegmentGroups.Of(segments, rules.MapEnd, range.End, log.Config))
        {
            if (!CleanGroup(log, segments, group, horizon, transactions, rules.Now, options, statistics, stop))
            {
                return false;
            }
        }

        return true;
    }

    // Batches of magic 0 and 1 cannot carry a time: their tombstones go by the age of the newest segment that was clean before.
    private static long LegacyHorizon(SegmentList segments, long firstDirty, long deleteRetentionMs)
    {
        var last = segments.FloorIndex(firstDirty - 1);
        return last < 0 ? 0 : segments[last].LastWriteTime().ToUnixTimeMilliseconds() - deleteRetentionMs;
    }

    private bool CleanGroup(
        PartitionLog log, SegmentList segments, List<LogSegment> group, long legacyHorizon, TransactionTracker transactions, long now,
        CleanerOptions options, CleanStatistics statistics, CancellationToken stop)
    {
        var cleaned = new CleanedSegment(log, group[0].BaseOffset, now);
        var discard = true;
        try
        {
            _filter.ForgetChanges();
            transactions.Index = cleaned.Transactions;
            var next = group[0].BaseOffset;
            for (var i = 0; i < group.Count; i++)
            {
                _filter.KeepsLegacyTombstones = group[i].LastWriteTime().ToUnixTimeMilliseconds() > legacyHorizon;
                next = segments[segments.FloorIndex(group[i].BaseOffset) + 1].BaseOffset;
                transactions.Add(log.ListAbortedTransactions(group[i].BaseOffset, next));
                if (!Copy(group[i], i + 1 == group.Count, cleaned, options, statistics, stop))
                {
                    return false;
                }
            }

            if (!cleaned.CoverUpTo(next) && group.Count == 1 && !_filter.HasChanges)
            {
                // It is as clean as it can be.
                return true;
            }

            cleaned.Finish(group[^1].LastWriteTime());

            // A swap that the disk interrupts is for the next start to finish, or to undo.
            discard = false;
            discard = !log.Replace(cleaned, group, stop);
            return !discard;
        }
        finally
        {
            if (discard)
            {
                cleaned.Discard();
            }
        }
    }

    private bool Copy(
        LogSegment segment, bool isLast, CleanedSegment cleaned, CleanerOptions options, CleanStatistics statistics,
        CancellationToken stop)
    {
        if (segment.File.TryAcquire() is not { } file)
        {
            return false;
        }

        try
        {
            var size = segment.Size;
            _source.Start(file, 0, size, options.BufferBytesPerThread);
            while (_source.Fill())
            {
                if (!throttle.Take(_source.Buffered, stop) || segment.File.IsRetired)
                {
                    return false;
                }

                _output.Clear();
                while (_source.MoveNext())
                {
                    statistics.BytesRead += _source.Info.Size;

                    // The last batch of all stays, if only as an empty one: segments then end where the next one begins, and still
                    // tell of its producer and epoch.
                    _filter.Filter(_source, isLast && _source.Position + _source.Info.Size == size, _output);
                }

                statistics.BytesWritten += _output.Length;
                cleaned.Append(_output.Span);
                if (!throttle.Take(_output.Length, stop))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            segment.File.Release();
        }
    }
}
