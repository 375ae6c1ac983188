using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <summary>
/// How many of the oldest segments may go. Every rule stops at the first segment that must stay, at the high watermark, and
/// at an empty active segment.
/// </summary>
internal static class RetentionRule
{
    /// <summary>Segments that end at or below the log start offset.</summary>
    internal static int BelowLogStart(SegmentList segments, long logStartOffset, long highWatermark, long logEndOffset)
    {
        var count = 0;
        while (count + 1 < segments.Count
            && segments[count + 1].BaseOffset <= logStartOffset
            && MayGo(segments, count, highWatermark, logEndOffset))
        {
            count++;
        }

        return count;
    }

    /// <summary><c>retention.bytes</c>: segments without which the log is still at least that large.</summary>
    internal static int BySize(SegmentList segments, long retentionBytes, long highWatermark, long logEndOffset)
    {
        if (retentionBytes < 0)
        {
            return 0;
        }

        var excess = segments.TotalSize() - retentionBytes;
        var count = 0;
        while (count < segments.Count && excess >= segments[count].Size && MayGo(segments, count, highWatermark, logEndOffset))
        {
            excess -= segments[count].Size;
            count++;
        }

        return count;
    }

    /// <summary><c>retention.ms</c>: segments whose newest record is older.</summary>
    internal static int ByTime(SegmentList segments, long retentionMs, long now, long highWatermark, long logEndOffset)
    {
        if (retentionMs < 0)
        {
            return 0;
        }

        var count = 0;
        while (count < segments.Count
            && MayGo(segments, count, highWatermark, logEndOffset)
            && now - segments[count].RetentionTime() > retentionMs)
        {
            count++;
        }

        return count;
    }

    private static bool MayGo(SegmentList segments, int index, long highWatermark, long logEndOffset)
    {
        var isActive = index + 1 == segments.Count;
        var end = isActive ? logEndOffset : segments[index + 1].BaseOffset;
        return end <= highWatermark && !(isActive && segments[index].Size == 0);
    }
}
