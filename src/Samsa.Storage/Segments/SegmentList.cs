namespace Samsa.Storage.Segments;

/// <summary>
/// The segments of a log in the order of their base offsets, never empty, the last one active. Immutable: readers keep
/// the list they found while the log publishes another.
/// </summary>
internal sealed class SegmentList
{
    private readonly LogSegment[] _segments;

    internal SegmentList(IReadOnlyList<LogSegment> segments)
    {
        if (segments.Count == 0)
        {
            throw new ArgumentException("A log has at least one segment", nameof(segments));
        }

        _segments = [.. segments];
    }

    internal int Count => _segments.Length;

    internal LogSegment First => _segments[0];

    internal LogSegment Active => _segments[^1];

    internal LogSegment this[int index] => _segments[index];

    /// <summary>The index of the last segment whose base offset is at most <paramref name="offset"/>, -1 when there is none.</summary>
    internal int FloorIndex(long offset)
    {
        // Nearly every question is about the newest records.
        if (_segments[^1].BaseOffset <= offset)
        {
            return _segments.Length - 1;
        }

        var low = -1;
        var high = _segments.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) >> 1;
            if (_segments[middle].BaseOffset > offset)
            {
                high = middle - 1;
            }
            else
            {
                low = middle;
            }
        }

        return low;
    }

    internal SegmentList Add(LogSegment segment) => new([.. _segments, segment]);

    /// <summary>Everything but the first <paramref name="count"/> segments.</summary>
    internal SegmentList Skip(int count) => new(_segments[count..]);

    /// <summary>The first <paramref name="count"/> segments.</summary>
    internal SegmentList Take(int count) => new(_segments[..count]);

    internal long TotalSize()
    {
        long total = 0;
        foreach (var segment in _segments)
        {
            total += segment.Size;
        }

        return total;
    }
}
