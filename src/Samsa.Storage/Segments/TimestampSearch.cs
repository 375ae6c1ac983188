using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>Finds records of one segment by their time. Only the batch that holds the answer is read whole and decompressed.</summary>
internal static class TimestampSearch
{
    /// <summary>
    /// The first record at or after <paramref name="startOffset"/> whose timestamp is at least <paramref name="timestamp"/>.
    /// </summary>
    internal static TimestampOffset? First(LogSegment segment, long timestamp, long startOffset, out bool retired)
    {
        // Everything up to the last index entry below the timestamp is older than it.
        var from = Math.Max(segment.TimeIndex.Floor(timestamp - 1).Offset, startOffset);
        return Search(segment, from, timestamp, startOffset, out retired);
    }

    /// <summary>The first record that has the largest timestamp of the segment.</summary>
    internal static TimestampOffset? Newest(LogSegment segment, out bool retired)
    {
        var newest = segment.Newest;
        return Search(segment, newest.Offset, newest.Timestamp, segment.BaseOffset, out retired);
    }

    private static TimestampOffset? Search(
        LogSegment segment, long from, long timestamp, long startOffset, out bool retired)
    {
        retired = false;
        var file = segment.File.TryAcquire();
        if (file is null)
        {
            retired = true;
            return null;
        }

        try
        {
            var size = segment.Size;
            var exists = segment.TryFind(file, from, size, out var position, out _);
            if (segment.File.IsRetired)
            {
                // The index that was asked may be that of the segment that took its place and its names.
                retired = true;
                return null;
            }

            if (!exists)
            {
                return null;
            }

            Span<byte> buffer = stackalloc byte[SegmentScanner.BufferBytes];
            var scanner = new SegmentScanner(file, position, size, buffer);
            while (scanner.MoveNext())
            {
                if (scanner.Current.Size > size - scanner.Position)
                {
                    // After a clean stop nobody has looked at this size; memory for it would be for nothing.
                    return null;
                }

                if (scanner.Current.MaxTimestamp >= timestamp
                    && scanner.Current.LastOffset >= startOffset
                    && InBatch(file, scanner.Position, scanner.Current, timestamp, startOffset) is { } found)
                {
                    return found;
                }
            }

            return null;
        }
        catch (StorageException) when (segment.File.IsRetired)
        {
            retired = true;
            return null;
        }
        finally
        {
            segment.File.Release();
        }
    }

    private static TimestampOffset? InBatch(
        IStorageFile file, long position, in BatchInfo batch, long timestamp, long startOffset)
    {
        var rented = Buffers.Rent(batch.Size);
        try
        {
            var bytes = rented.AsSpan(0, batch.Size);
            if (file.Read(bytes, position) < batch.Size)
            {
                return null;
            }

            int? epoch = batch.LeaderEpoch < 0 ? null : batch.LeaderEpoch;
            using var reader = new RecordReader();
            var records = reader.Read(bytes);
            while (records.MoveNext())
            {
                // The records of a compressed batch may claim offsets that are not the batch's: nobody looked at them on the way in.
                if (records.Current.Timestamp >= timestamp && records.Current.Offset >= startOffset && records.Current.Offset <= batch.LastOffset)
                {
                    return new TimestampOffset(records.Current.Timestamp, records.Current.Offset, epoch);
                }
            }

            return null;
        }
        finally
        {
            Buffers.Return(rented);
        }
    }
}
