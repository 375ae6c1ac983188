using System.Buffers;
using Samsa.Protocol.Records;
using Samsa.Storage.Producers;

namespace Samsa.Storage.Segments;

/// <summary>Shows batches that are in the log to the producer state, after a start or a truncation.</summary>
internal static class LogReplay
{
    // The records of a marker are tiny; of all other batches only the header matters.
    private const int ControlBatchBytes = 256;

    /// <summary>Replays the batches with offsets in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    internal static void Replay(SegmentList segments, long from, long to, ProducerStateManager producers)
    {
        for (var i = Math.Max(0, segments.FloorIndex(from)); i < segments.Count && segments[i].BaseOffset < to && from < to; i++)
        {
            Replay(segments[i], from, to, producers);
        }

        producers.UpdateMapEndOffset(to);
    }

    private static void Replay(LogSegment segment, long from, long to, ProducerStateManager producers)
    {
        if (segment.File.TryAcquire() is not { } file)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            Span<byte> control = stackalloc byte[ControlBatchBytes];
            segment.TryFind(file, from, segment.Size, out var start, out _);
            var scanner = new SegmentScanner(file, start, segment.Size, buffer);
            while (scanner.MoveNext() && scanner.Current.BaseOffset < to)
            {
                var batch = scanner.Current;
                if (batch.Magic != RecordBatch.CurrentMagic || !new RecordBatchHeader(scanner.Header).HasProducerId)
                {
                    continue;
                }

                if (new RecordBatchHeader(scanner.Header).IsControl && batch.Size <= control.Length)
                {
                    var read = file.Read(control[..batch.Size], scanner.Position);
                    ProducerBatches.Note(producers, control[..read], batch, aborted: null);
                }
                else
                {
                    ProducerBatches.Note(producers, scanner.Header, batch, aborted: null);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            segment.File.Release();
        }
    }
}
