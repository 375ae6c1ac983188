using System.Buffers;
using Samsa.Protocol.Records;
using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// Tells from the records of a segment that a compaction wrote it: offsets, or records of a batch, are missing. A broker that appends
/// leaves none out. Such a segment, and everything in front of it, was durable before it got its name: a compaction passes
/// over a log from its start, and flushes what it writes.
/// </summary>
internal static class CompactionTraces
{
    /// <summary>True when a batch shows it, where <paramref name="expected"/> is the offset behind the one before.</summary>
    /// <param name="bytes">The batch, at least its header.</param>
    /// <param name="batch">What is known of it.</param>
    /// <param name="expected">The end of the batch before it, or the base offset of the segment.</param>
    internal static bool Shows(ReadOnlySpan<byte> bytes, in BatchInfo batch, long expected)
    {
        if (batch.Magic == RecordBatch.CurrentMagic)
        {
            var header = new RecordBatchHeader(bytes);
            return batch.BaseOffset > expected || header.RecordCount <= header.LastOffsetDelta || header.HasDeleteHorizon;
        }

        // The offset of a compressed message set is that of its last message.
        return batch.BaseOffset > expected && !IsCompressed(bytes);
    }

    /// <summary>
    /// True when one of the segments from <paramref name="from"/> on shows it, before its first batch that is not sound: what a power
    /// cut tore says nothing.
    /// </summary>
    internal static bool AreIn(List<LogSegment> segments, int from)
    {
        var buffer = Array.Empty<byte>();
        try
        {
            for (var i = from; i < segments.Count; i++)
            {
                if (AreIn(segments[i], ref buffer))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool AreIn(LogSegment segment, ref byte[] buffer)
    {
        if (segment.File.TryAcquire() is not { } file)
        {
            return false;
        }

        try
        {
            var expected = segment.BaseOffset;
            Span<byte> headers = stackalloc byte[SegmentScanner.BufferBytes];
            var scanner = new SegmentScanner(file, 0, segment.Size, headers);
            while (scanner.MoveNext() && scanner.Current.BaseOffset >= expected && scanner.Current.Size <= segment.Size - scanner.Position)
            {
                var batch = Read(file, scanner.Position, scanner.Current.Size, ref buffer);
                if (!IsSound(batch))
                {
                    return false;
                }

                if (Shows(batch, scanner.Current, expected))
                {
                    return true;
                }

                expected = scanner.Current.NextOffset;
            }

            return false;
        }
        finally
        {
            segment.File.Release();
        }
    }

    private static ReadOnlySpan<byte> Read(IStorageFile file, long position, int size, ref byte[] buffer)
    {
        if (buffer.Length < size)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(size);
        }

        return buffer.AsSpan(0, file.Read(buffer.AsSpan(0, size), position));
    }

    private static bool IsSound(ReadOnlySpan<byte> batch)
    {
        var batches = new RecordBatchEnumerator(batch);
        return batches.MoveNext() && batches.Current.IsCrcValid();
    }

    private static bool IsCompressed(ReadOnlySpan<byte> message) =>
        (message[RecordBatchHeader.MagicPosition + 1] & RecordBatchHeader.CompressionMask) != 0;
}
