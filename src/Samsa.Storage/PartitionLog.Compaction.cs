using Samsa.Storage.Compaction;
using Samsa.Storage.Files;
using Samsa.Storage.Segments;

namespace Samsa.Storage;

/// <content>What compaction needs of a log: who may enter, what there is, and the swap of segments.</content>
public sealed partial class PartitionLog
{
    private const long NotTruncated = long.MaxValue;

    private readonly CleaningGate _cleaning = new();
    private long _truncatedTo = NotTruncated;

    /// <summary>Lets one compaction at a time in; it is told to end when the log is cut, closed or deleted.</summary>
    internal CleaningGate Cleaning => _cleaning;

    /// <summary>The segments of this moment.</summary>
    internal SegmentList Segments => _segments;

    internal IStorageFileSystem FileSystem => _options.FileSystem;

    /// <summary>Makes everything appended so far durable, on the caller's thread, unless the log was closed meanwhile.</summary>
    internal void FlushAll() => _flusher.FlushSealed(long.MaxValue);

    /// <summary>The lowest offset that the log was cut at since the last call; <see cref="long.MaxValue"/> when it was not.</summary>
    internal long TakeTruncation()
    {
        lock (_lock)
        {
            var offset = _truncatedTo;
            _truncatedTo = NotTruncated;
            return offset;
        }
    }

    /// <summary>
    /// Puts a compacted segment, which is complete and durable under its <c>.cleaned</c> names, in the place of its sources.
    /// Safe against a crash at any moment: until all names end with <c>.swap</c> the next start undoes it, afterwards it
    /// finishes it. Regions of the old segments stay good. Returns false, and changes nothing, when the sources are no longer
    /// what they were.
    /// </summary>
    internal bool Replace(CleanedSegment cleaned, IReadOnlyList<LogSegment> sources, CancellationToken abort)
    {
        lock (_lock)
        {
            var segments = _segments;
            var first = segments.FloorIndex(sources[0].BaseOffset);
            if (_closed || abort.IsCancellationRequested || !Holds(segments, first, sources))
            {
                return false;
            }

            foreach (var source in sources)
            {
                source.Transactions.KeepInMemory();
            }

            cleaned.MoveTo(LogFileNames.SwapSuffix);
            _options.FileSystem.FlushDirectory(Directory);
            foreach (var source in sources)
            {
                Remove(source, withSnapshot: source.BaseOffset != cleaned.BaseOffset);
            }

            cleaned.MoveTo("");
            var list = new List<LogSegment>(segments.Count - sources.Count + 1);
            for (var i = 0; i < segments.Count; i++)
            {
                if (i == first)
                {
                    list.Add(cleaned.Open());
                }
                else if (i < first || i >= first + sources.Count)
                {
                    list.Add(segments[i]);
                }
            }

            _segments = new SegmentList(list);
            _options.FileSystem.FlushDirectory(Directory);
            return true;
        }
    }

    // The active segment is never among them.
    private static bool Holds(SegmentList segments, int first, IReadOnlyList<LogSegment> sources)
    {
        if (first < 0 || first + sources.Count >= segments.Count)
        {
            return false;
        }

        for (var i = 0; i < sources.Count; i++)
        {
            if (!ReferenceEquals(segments[first + i], sources[i]))
            {
                return false;
            }
        }

        return true;
    }

    // Under the lock. A clean that is under way works with records that are going away.
    private void NoteTruncation(long offset)
    {
        _truncatedTo = Math.Min(_truncatedTo, offset);
        _cleaning.Abort();
    }
}
