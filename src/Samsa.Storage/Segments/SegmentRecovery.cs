using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage.Epochs;
using Samsa.Storage.Files;
using Samsa.Storage.Producers;

namespace Samsa.Storage.Segments;

/// <summary>
/// Reads every batch of one segment, checks structure and checksum, and builds indexes, producer state and leader epochs
/// from what it reads. The segment is cut at the first batch that is damaged. Used once, while a log is opened.
/// Without <c>epochs</c> these are left alone: noting one drops the later ones, which only a scan up to the log's end brings back.
/// </summary>
internal sealed class SegmentRecovery(
    LogSegment segment, PartitionLogOptions options, LeaderEpochCache? epochs, ProducerStateManager producers)
{
    private const int BufferBytes = 1024 * 1024;

    // How far behind a damaged batch a sound one is looked for, only to tell a torn tail from a damaged middle.
    private const int SearchBytes = 4 * 1024 * 1024;

    private byte[] _buffer = [];
    private long _bufferStart;
    private int _buffered;

    /// <summary>The offset after the last sound batch, once <see cref="Run"/> is done.</summary>
    internal long End { get; private set; }

    /// <summary>True when, once <see cref="Run"/> is done, the segment shows that it was compacted.</summary>
    internal bool WasCompacted { get; private set; }

    /// <summary>Returns true when records were cut off.</summary>
    internal bool Run(bool hasLaterSegments)
    {
        if (segment.Size == 0)
        {
            segment.ResetIndexes();
            segment.MarkUnflushed();
            producers.UpdateMapEndOffset(segment.BaseOffset);
            End = segment.BaseOffset;
            return false;
        }

        var file = segment.File.TryAcquire()
            ?? throw new InvalidOperationException($"Segment {segment.BaseOffset} is closed while the log is opened");
        _buffer = Buffers.Rent(BufferBytes);
        try
        {
            segment.ResetIndexes();
            var size = segment.Size;
            var position = Scan(file, size, out var next, out var fault);
            if (position < size)
            {
                Report(file, position, size, next, fault, hasLaterSegments);
                segment.CutAt(file, position, next);
                file.Flush();
            }

            segment.MarkUnflushed();
            producers.UpdateMapEndOffset(next);
            End = next;
            return position < size;
        }
        finally
        {
            Buffers.Return(_buffer);
            segment.File.Release();
        }
    }

    private long Scan(IStorageFile file, long size, out long next, out string fault)
    {
        next = segment.BaseOffset;
        fault = "";
        long position = 0;
        while (position < size)
        {
            var bytes = Fill(file, position, BatchInfo.HeaderBytes, size);
            if (!BatchInfo.TryRead(bytes, out var batch))
            {
                fault = "there is no batch header";
                return position;
            }

            if (batch.Size > size - position)
            {
                fault = $"the batch should have {batch.Size} bytes";
                return position;
            }

            if (batch.BaseOffset < next || batch.LastOffset - segment.BaseOffset > int.MaxValue)
            {
                fault = $"the batch has offsets {batch.BaseOffset} to {batch.LastOffset}, expected {next} or somewhat more";
                return position;
            }

            bytes = Fill(file, position, batch.Size, size)[..batch.Size];
            if (!IsCrcValid(bytes))
            {
                fault = "the checksum of the batch is wrong";
                return position;
            }

            WasCompacted = WasCompacted || CompactionTraces.Shows(bytes, batch, next);
            segment.Note(batch, position, options.Config.IndexIntervalBytes);
            if (epochs is not null && batch.LeaderEpoch >= 0 && epochs.EpochForOffset(batch.BaseOffset) != batch.LeaderEpoch)
            {
                // Only where the checkpoint says something else: noting the epoch again would drop the later ones.
                epochs.Assign(batch.LeaderEpoch, batch.BaseOffset);
            }

            ProducerBatches.Note(producers, bytes, batch, segment.Transactions);
            next = batch.NextOffset;
            position += batch.Size;
        }

        return position;
    }

    // At least count bytes from position on, less only at the end.
    private ReadOnlySpan<byte> Fill(IStorageFile file, long position, int count, long size)
    {
        count = (int)Math.Min(count, size - position);
        if (position < _bufferStart || position + count > _bufferStart + _buffered)
        {
            if (count > _buffer.Length)
            {
                Buffers.Return(_buffer);
                _buffer = Buffers.Rent(count);
            }

            _buffered = file.Read(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, size - position)), position);
            _bufferStart = position;
        }

        return _buffer.AsSpan((int)(position - _bufferStart), (int)Math.Min(_bufferStart + _buffered - position, int.MaxValue));
    }

    private void Report(IStorageFile file, long position, long size, long next, string fault, bool hasLaterSegments)
    {
        var sound = FindSound(file, position + 1, size, next);
        if (sound < 0 && !hasLaterSegments)
        {
            options.Logger.LogWarning(
                "The tail of {Path} was torn: {Lost} bytes from position {Position} on are cut ({Fault}). {Partition} ends at offset {Offset}.",
                file.Path, size - position, position, fault, options.TopicPartition, next);
            return;
        }

        options.Logger.LogError(
            "{Path} is damaged at position {Position} ({Fault}), although sound records follow {Where}. Everything from there on ({Lost} bytes here) is cut; {Partition} ends at offset {Offset}.",
            file.Path,
            position,
            fault,
            sound >= 0 ? $"at position {sound}" : "in later segments",
            size - position,
            options.TopicPartition,
            next);
    }

    private long FindSound(IStorageFile file, long from, long size, long next)
    {
        var end = Math.Min(size, from + SearchBytes);
        for (var position = from; position + RecordBatchHeader.Size <= end; position++)
        {
            // Cheap tests first: nearly every position fails at the magic byte or the size.
            var bytes = Fill(file, position, BatchInfo.HeaderBytes, size);
            if (BatchInfo.TryRead(bytes, out var batch)
                && batch.Magic == RecordBatch.CurrentMagic
                && batch.BaseOffset >= next
                && batch.LastOffset - segment.BaseOffset <= int.MaxValue
                && batch.Size <= size - position
                && IsCrcValid(Fill(file, position, batch.Size, size)[..batch.Size]))
            {
                return position;
            }
        }

        return -1;
    }

    private static bool IsCrcValid(ReadOnlySpan<byte> batch)
    {
        var batches = new RecordBatchEnumerator(batch);
        return batches.MoveNext() && batches.Current.IsCrcValid();
    }
}
