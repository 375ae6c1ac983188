using Samsa.Protocol.Records;
using Samsa.Storage.Producers;

namespace Samsa.Storage.Segments;

/// <summary>
/// Completes the five batches that are remembered of each producer from the tail of the log. A snapshot, in Kafka's bytes, holds the
/// newest one only; a client whose answers were lost in a restart sends up to five of them again (KIP-98), and must not be refused.
/// </summary>
internal static class ProducerReadBack
{
    // How far back, in entries of the offset index, which bounds the cost: about two small reads for each. Mostly less is enough.
    private const int NearEntries = 16;
    private const int FarEntries = 256;
    private const int Widening = 4;

    // Opening a file costs as much as reading some intervals.
    private const int EntriesPerSegment = 8;

    /// <summary>Reads back; nothing is read where all producers are complete, or where those that are not are idle.</summary>
    internal static void Run(SegmentList segments, ProducerStateManager producers)
    {
        if (producers.Incomplete() is not { } wanted)
        {
            return;
        }

        var far = Back(segments, FarEntries);
        var end = DropIdle(wanted, far);
        if (wanted.Count == 0)
        {
            return;
        }

        for (var entries = NearEntries; entries <= FarEntries && !IsEnough(segments, Back(segments, entries), end, wanted); entries *= Widening)
        {
        }

        foreach (var (producerId, older) in wanted)
        {
            producers.Prepend(producerId, older.Found());
        }
    }

    // An offset of an indexed batch so many entries before the end, or the start of a segment.
    private static long Back(SegmentList segments, int entries)
    {
        for (var i = segments.Count - 1; i >= 0; i--)
        {
            var index = segments[i].OffsetIndex;
            var count = index.File.Count;
            if (entries <= count)
            {
                return index.TryRead(count - entries, out var offset, out _) ? offset : segments[i].BaseOffset;
            }

            entries -= count + EntriesPerSegment;
            if (entries <= 0)
            {
                return segments[i].BaseOffset;
            }
        }

        return segments.First.BaseOffset;
    }

    // A producer whose newest batch lies further back has nothing under way any more. Returns where the remembered batches of
    // all others begin.
    private static long DropIdle(Dictionary<long, OlderBatches> wanted, long from)
    {
        var end = 0L;
        foreach (var (producerId, older) in wanted)
        {
            if (older.NewestOffset < from)
            {
                wanted.Remove(producerId);
            }
            else
            {
                end = Math.Max(end, older.End);
            }
        }

        return end;
    }

    private static bool IsEnough(SegmentList segments, long from, long end, Dictionary<long, OlderBatches> wanted)
    {
        foreach (var older in wanted.Values)
        {
            older.Clear();
        }

        for (var i = Math.Max(0, segments.FloorIndex(from)); i < segments.Count && segments[i].BaseOffset < end; i++)
        {
            Read(segments[i], from, end, wanted);
        }

        foreach (var older in wanted.Values)
        {
            if (!older.IsComplete)
            {
                return false;
            }
        }

        return true;
    }

    private static void Read(LogSegment segment, long from, long end, Dictionary<long, OlderBatches> wanted)
    {
        if (segment.File.TryAcquire() is not { } file)
        {
            return;
        }

        try
        {
            Span<byte> buffer = stackalloc byte[SegmentScanner.BufferBytes];
            segment.TryFind(file, from, segment.Size, out var start, out _);
            var scanner = new SegmentScanner(file, start, segment.Size, buffer);
            while (scanner.MoveNext() && scanner.Current.BaseOffset < end)
            {
                var batch = scanner.Current;
                if (batch.Magic != RecordBatch.CurrentMagic)
                {
                    continue;
                }

                var header = new RecordBatchHeader(scanner.Header);
                if (header.HasProducerId && !header.IsControl && wanted.TryGetValue(header.ProducerId, out var older))
                {
                    older.Note(ProducerBatches.From(header, batch.BaseOffset, batch.LastOffset));
                }
            }
        }
        finally
        {
            segment.File.Release();
        }
    }
}
