namespace Samsa.Storage.Segments;

/// <summary>
/// Remembers where the newest batches of a log end, so that readers at the tail, and the high watermark as an upper bound,
/// are found without an index or the disk. Appends note, readers ask, a short lock between them. Never fails.
/// </summary>
internal sealed class TailPositions
{
    private const int Capacity = 32;

    private readonly Lock _lock = new();
    private Entry[]? _entries;
    private int _count;

    /// <summary>Notes that the batch at <paramref name="offset"/> starts, or will start, at <paramref name="position"/>.</summary>
    internal void Note(long offset, LogSegment segment, long position)
    {
        lock (_lock)
        {
            _entries ??= new Entry[Capacity];
            _entries[_count % Capacity] = new Entry(offset, position, segment);
            _count = _count + 1 == 2 * Capacity ? Capacity : _count + 1;
        }
    }

    /// <summary>The position of the batch that starts at exactly <paramref name="offset"/>, when it is remembered.</summary>
    internal bool TryFind(long offset, LogSegment segment, out long position)
    {
        lock (_lock)
        {
            var entries = _entries;
            for (var i = 1; entries is not null && i <= Capacity && i <= _count; i++)
            {
                ref readonly var entry = ref entries[(_count - i) % Capacity];
                if (entry.Offset <= offset)
                {
                    position = entry.Position;
                    return entry.Offset == offset && ReferenceEquals(entry.Segment, segment);
                }
            }
        }

        position = 0;
        return false;
    }

    /// <summary>Forgets everything: the log was cut.</summary>
    internal void Clear()
    {
        lock (_lock)
        {
            _entries = null;
            _count = 0;
        }
    }

    private readonly record struct Entry(long Offset, long Position, LogSegment Segment);
}
