using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage.Files;
using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <content>The read path and the lookups. They work on a published list of segments and take no lock of the log.</content>
public sealed partial class PartitionLog
{
    /// <summary>
    /// Finds records from the batch that holds <paramref name="offset"/> on, as a region of one segment file. It ends before
    /// <paramref name="upTo"/>, and after <paramref name="maxBytes"/>, at whatever byte that is.
    /// </summary>
    /// <param name="offset">The first offset wanted; the region may start with earlier records of the same batch.</param>
    /// <param name="maxBytes">The largest region.</param>
    /// <param name="upTo">No record at or above this offset is given: the high watermark, last stable or log end offset.</param>
    /// <param name="minOneMessage">The first batch is given whole even when it is larger than <paramref name="maxBytes"/>.</param>
    /// <returns><see cref="ErrorCode.OffsetOutOfRange"/> for an offset outside the log.</returns>
    public LogReadResult Read(long offset, int maxBytes, long upTo, bool minOneMessage)
    {
        var patience = default(SpinWait);
        while (!_closed)
        {
            var end = LogEndOffset;
            if (offset > end || offset < LogStartOffset)
            {
                return ReadAnswer(ErrorCode.OffsetOutOfRange, null, false);
            }

            var segments = _segments;
            if (offset < LogStartOffset)
            {
                // Retention moved the start before it published this list, which begins above the offset: what it begins with is
                // not what was asked for.
                continue;
            }

            if (TryRead(segments, offset, maxBytes, Math.Min(upTo, end), minOneMessage, out var result))
            {
                return result;
            }

            // A segment went away (retention, truncation) between finding and opening it: the new list knows better.
            patience.SpinOnce();
        }

        return ReadAnswer(ErrorCode.NotLeaderOrFollower, null, false);
    }

    /// <summary>
    /// Finds the first record whose timestamp is at least <paramref name="timestamp"/> (ms). Null when there is none. Only the
    /// one batch that holds the answer is decompressed.
    /// </summary>
    public TimestampOffset? OffsetForTimestamp(long timestamp)
    {
        while (!_closed)
        {
            var start = LogStartOffset;
            var segments = _segments;
            var retired = false;
            for (var i = Math.Max(0, segments.FloorIndex(start)); i < segments.Count && !retired; i++)
            {
                if (segments[i].Size > 0
                    && segments[i].Newest.Timestamp >= timestamp
                    && TimestampSearch.First(segments[i], timestamp, start, out retired) is { } found)
                {
                    return found;
                }
            }

            if (!retired)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>The record with the largest timestamp, the first one of several. Null when the log is empty.</summary>
    public TimestampOffset? MaxTimestamp()
    {
        while (!_closed)
        {
            var segments = _segments;
            LogSegment? newest = null;
            for (var i = 0; i < segments.Count; i++)
            {
                if (segments[i].Newest.Timestamp > (newest?.Newest.Timestamp ?? NoTime))
                {
                    newest = segments[i];
                }
            }

            if (newest is null)
            {
                return null;
            }

            var found = TimestampSearch.Newest(newest, out var retired);
            if (!retired)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The aborted transactions that overlap [<paramref name="from"/>, <paramref name="to"/>), in the order of their markers.</summary>
    public IReadOnlyList<AbortedTransaction> ListAbortedTransactions(long from, long to)
    {
        var segments = _segments;
        List<AbortedTransaction>? found = null;
        for (var i = Math.Max(0, segments.FloorIndex(from)); i < segments.Count; i++)
        {
            if (segments[i].Transactions.Collect(from, to, ref found))
            {
                break;
            }
        }

        return found ?? (IReadOnlyList<AbortedTransaction>)[];
    }

    // False when a segment was retired under our hands.
    private bool TryRead(
        SegmentList segments, long offset, int maxBytes, long upTo, bool minOneMessage, out LogReadResult result)
    {
        for (var i = Math.Max(0, segments.FloorIndex(offset)); i < segments.Count && segments[i].BaseOffset < upTo; i++)
        {
            var segment = segments[i];
            if (segment.File.TryAcquire() is not { } file)
            {
                result = default;
                return false;
            }

            FileRegion? region = null;
            try
            {
                var last = i + 1 == segments.Count || segments[i + 1].BaseOffset > upTo;
                var stop = last ? PositionOf(segment, file, upTo, segment.Size, out _) : segment.Size;
                var start = PositionOf(segment, file, offset, stop, out var batchSize);
                if (segment.File.IsRetired)
                {
                    // What was looked up may have been the index of the segment that took its place and its names.
                    result = default;
                    return false;
                }

                if (start < stop && !(HasMore(segments, i, upTo) && HasNoRecord(file, start, stop)))
                {
                    var length = Limit(file, start, stop, maxBytes, minOneMessage, ref batchSize, out var incomplete);
                    region = length > 0 ? new FileRegion(segment.File, file, start, length) : null;
                    result = ReadAnswer(ErrorCode.None, region, incomplete);
                    return true;
                }
            }
            catch (StorageException) when (segment.File.IsRetired)
            {
                result = default;
                return false;
            }
            finally
            {
                if (region is null)
                {
                    segment.File.Release();
                }
            }
        }

        result = ReadAnswer(ErrorCode.None, null, false);
        return true;
    }

    // Compaction may leave a segment with nothing but batches without records (the last one of each producer). Alone in an answer
    // they would make librdkafka ask for twice as much each time, until it gives up. Such a batch is a header, so most segments
    // are told apart by their length.
    private static bool HasNoRecord(IStorageFile file, long start, long stop)
    {
        if ((stop - start) % RecordBatchHeader.Size != 0)
        {
            return false;
        }

        Span<byte> batch = stackalloc byte[RecordBatchHeader.Size];
        for (; start < stop; start += batch.Length)
        {
            if (file.Read(batch, start) < batch.Length
                || RecordBatch.CheckStructure(batch) != RecordFault.None
                || new RecordBatchHeader(batch).RecordCount != 0)
            {
                return false;
            }
        }

        return true;
    }

    private static bool HasMore(SegmentList segments, int index, long upTo) =>
        index + 1 < segments.Count && segments[index + 1].BaseOffset < upTo && segments[index + 1].Size > 0;

    // The position of the first batch that holds or follows the offset, or stop. The batch's size when it was looked at, or 0.
    private long PositionOf(LogSegment segment, IStorageFile file, long offset, long stop, out int batchSize)
    {
        batchSize = 0;
        if (offset <= segment.BaseOffset)
        {
            return 0;
        }

        if (_tail.TryFind(offset, segment, out var position))
        {
            return Math.Min(position, stop);
        }

        if (!segment.TryFind(file, offset, stop, out position, out var batch))
        {
            return stop;
        }

        batchSize = batch.Size;
        return position;
    }

    private static int Limit(
        IStorageFile file, long start, long stop, int maxBytes, bool minOneMessage, ref int batchSize, out bool incomplete)
    {
        incomplete = false;
        var available = stop - start;
        if (available <= maxBytes)
        {
            return (int)available;
        }

        if (batchSize == 0)
        {
            Span<byte> prefix = stackalloc byte[RecordBatch.PrefixSize];
            var read = file.Read(prefix, start);
            _ = RecordBatch.ReadSize(prefix[..read], out batchSize, out _);
        }

        incomplete = maxBytes < batchSize && !minOneMessage;
        var wanted = minOneMessage ? Math.Max(maxBytes, batchSize) : Math.Max(maxBytes, 0);
        return (int)Math.Min(wanted, available);
    }

    private LogReadResult ReadAnswer(ErrorCode error, FileRegion? region, bool firstBatchIncomplete) => new(
        error, region, HighWatermark, LastStableOffset, LogStartOffset, LogEndOffset, firstBatchIncomplete);
}
