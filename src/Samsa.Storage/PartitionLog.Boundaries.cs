namespace Samsa.Storage;

/// <content>The segments as old clients see them.</content>
public sealed partial class PartitionLog
{
    /// <summary>The segments, oldest first; an active one without records counts too. Only ListOffsets v0 asks for them.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    public IReadOnlyList<SegmentBoundary> Boundaries()
    {
        var segments = _segments;
        var boundaries = new List<SegmentBoundary>(segments.Count);
        for (var i = 0; i < segments.Count; i++)
        {
            var segment = segments[i];
            var first = Math.Max(segment.BaseOffset, LogStartOffset);
            boundaries.Add(new SegmentBoundary(first, _options.FileSystem.LastWriteTime(segment.File.Path)));
        }

        return boundaries;
    }
}
