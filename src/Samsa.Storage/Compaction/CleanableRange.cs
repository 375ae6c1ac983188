using Samsa.Storage.Segments;

namespace Samsa.Storage.Compaction;

/// <summary>The part of a log that may be compacted now, and how urgent that is.</summary>
/// <param name="FirstDirtyOffset">Everything below was compacted before.</param>
/// <param name="End">The first offset (the base of a segment) that must not be touched yet.</param>
/// <param name="CleanBytes">The size of the segments below <see cref="FirstDirtyOffset"/>.</param>
/// <param name="DirtyBytes">The size of the segments from there to <see cref="End"/>.</param>
/// <param name="OverdueMs">By how much the oldest dirty record has passed <c>max.compaction.lag.ms</c>; 0 when it has not.</param>
/// <param name="IsCheckpointWrong">The checkpoint lay outside of the log, which may have been cut at either end.</param>
internal readonly record struct CleanableRange(
    long FirstDirtyOffset, long End, long CleanBytes, long DirtyBytes, long OverdueMs, bool IsCheckpointWrong)
{
    /// <summary>The part that is dirty, 0 to 1.</summary>
    internal double DirtyRatio => CleanBytes + DirtyBytes == 0 ? 0 : (double)DirtyBytes / (CleanBytes + DirtyBytes);

    /// <summary>Looks at a log whose records below <paramref name="checkpoint"/> are compacted (null: none), at <paramref name="now"/> ms.</summary>
    internal static CleanableRange Of(PartitionLog log, long? checkpoint, long now)
    {
        var config = log.Config;
        var segments = log.Segments;

        // Not the log start: it may fall back in a crash, and a value below must not come back without its tombstone.
        var start = segments.First.BaseOffset;
        var firstDirty = checkpoint ?? start;
        var isWrong = firstDirty < start || firstDirty > log.LogEndOffset;
        if (isWrong)
        {
            firstDirty = start;
        }

        // What a transaction that is open may still abort is not touched, and neither is what is too young.
        var firstUnstable = Math.Min(log.Producers.FirstUnstableOffset ?? long.MaxValue, log.HighWatermark);
        var firstUncleanable = Math.Min(firstUnstable, segments.Active.BaseOffset);
        var firstDirtySegment = Math.Max(0, segments.FloorIndex(firstDirty));
        if (config.MinCompactionLagMs > 0)
        {
            firstUncleanable = Math.Min(firstUncleanable, FirstYoung(segments, firstDirtySegment, now - config.MinCompactionLagMs));
        }

        firstUncleanable = Math.Max(firstDirty, firstUncleanable);
        var endSegment = Math.Max(0, Math.Min(segments.FloorIndex(firstUncleanable), segments.Count - 1));
        var end = segments[endSegment].BaseOffset;
        var clean = 0L;
        var dirty = 0L;
        for (var i = 0; i < segments.Count; i++)
        {
            // A segment that the last pass came into the middle of counts for both, as in Apache Kafka.
            clean += segments[i].BaseOffset < firstDirty ? segments[i].Size : 0;
            dirty += i >= firstDirtySegment && i < endSegment ? segments[i].Size : 0;
        }

        var overdue = Overdue(segments, firstDirtySegment, config, now);
        return new CleanableRange(firstDirty, end, clean, dirty, overdue, isWrong);
    }

    private static long FirstYoung(SegmentList segments, int from, long olderThan)
    {
        for (var i = from; i + 1 < segments.Count; i++)
        {
            if (segments[i].RetentionTime() > olderThan)
            {
                return segments[i].BaseOffset;
            }
        }

        return long.MaxValue;
    }

    // The same time that decides over a roll stands for the oldest record of a segment (KIP-354).
    private static long Overdue(SegmentList segments, int from, LogConfig config, long now)
    {
        if (config.MaxCompactionLagMs == long.MaxValue)
        {
            return 0;
        }

        var oldest = long.MaxValue;
        for (var i = from; i + 1 < segments.Count; i++)
        {
            var first = segments[i].FirstTimestamp();
            oldest = first > 0 ? Math.Min(oldest, first) : oldest;
        }

        return Math.Max(0, now - config.MaxCompactionLagMs - oldest);
    }
}
