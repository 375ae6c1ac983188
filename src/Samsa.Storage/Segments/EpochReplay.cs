using System.Buffers;
using Samsa.Storage.Epochs;

namespace Samsa.Storage.Segments;

/// <summary>
/// Reads leader epochs back from the batches in front of the first known one. Retention and deletion of records shorten the
/// checkpoint at once; when a crash undoes them, the records are there again and their epochs are not.
/// </summary>
internal static class EpochReplay
{
    /// <summary>Fills the gap between <paramref name="start"/> and the first entry; nothing is read when there is none.</summary>
    internal static void FillGap(SegmentList segments, long start, long end, LeaderEpochCache epochs)
    {
        var gapEnd = epochs.Earliest?.StartOffset ?? end;
        if (start >= gapEnd)
        {
            return;
        }

        var found = new List<EpochEntry>();
        for (var i = Math.Max(0, segments.FloorIndex(start)); i < segments.Count && segments[i].BaseOffset < gapEnd; i++)
        {
            Read(segments[i], start, gapEnd, found);
        }

        epochs.Prepend(found);
    }

    private static void Read(LogSegment segment, long start, long end, List<EpochEntry> found)
    {
        if (segment.File.TryAcquire() is not { } file)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            segment.TryFind(file, start, segment.Size, out var position, out _);
            var scanner = new SegmentScanner(file, position, segment.Size, buffer);
            while (scanner.MoveNext() && scanner.Current.BaseOffset < end)
            {
                var epoch = scanner.Current.LeaderEpoch;
                if (epoch > (found is [.., var last] ? last.Epoch : -1))
                {
                    found.Add(new EpochEntry(epoch, Math.Max(start, scanner.Current.BaseOffset)));
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
