using Samsa.Storage.Segments;

namespace Samsa.Storage.Compaction;

/// <summary>Which neighbouring segments become one: their sizes and those of their indexes must not exceed what one may have.</summary>
internal static class SegmentGroups
{
    /// <summary>
    /// Groups the segments of <paramref name="segments"/> that begin below <paramref name="end"/>, oldest first;
    /// <paramref name="firstUncleanable"/> is the base of the segment behind the last that could be compacted.
    /// </summary>
    internal static List<List<LogSegment>> Of(SegmentList segments, long end, long firstUncleanable, LogConfig config)
    {
        var groups = new List<List<LogSegment>>();
        List<LogSegment>? group = null;
        long size = 0;
        long indexBytes = 0;
        long timeIndexBytes = 0;
        for (var i = 0; i < segments.Count && segments[i].BaseOffset < end; i++)
        {
            var segment = segments[i];
            var next = i + 1 < segments.Count && segments[i + 1].BaseOffset < end ? segments[i + 1].BaseOffset : firstUncleanable;
            size += segment.Size;
            indexBytes += segment.OffsetIndex.File.Bytes;
            timeIndexBytes += segment.TimeIndex.File.Bytes;
            var fits = group is not null
                && size <= config.SegmentBytes
                && indexBytes <= config.SegmentIndexBytes
                && timeIndexBytes <= config.SegmentIndexBytes
                && (segment.Size == 0 || next - 1 - group[0].BaseOffset <= int.MaxValue);
            if (!fits)
            {
                group = [];
                groups.Add(group);
                size = segment.Size;
                indexBytes = segment.OffsetIndex.File.Bytes;
                timeIndexBytes = segment.TimeIndex.File.Bytes;
            }

            group!.Add(segment);
        }

        return groups;
    }
}
