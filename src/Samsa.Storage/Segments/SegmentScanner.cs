using Samsa.Storage.Files;

namespace Samsa.Storage.Segments;

/// <summary>
/// Walks the batch headers of a record file, from <c>position</c> (which must be the start of a batch) up to <c>end</c>,
/// reading ahead into a small buffer of the caller.
/// </summary>
internal ref struct SegmentScanner(IStorageFile file, long position, long end, Span<byte> buffer)
{
    /// <summary>
    /// A good size for the buffer: with the default <c>index.interval.bytes</c> an index entry is at most this far ahead, so
    /// that one read usually suffices.
    /// </summary>
    internal const int BufferBytes = 4096;

    private readonly Span<byte> _buffer = buffer;
    private BatchInfo _current;
    private long _next = position;
    private long _bufferStart;
    private int _buffered;

    /// <summary>The batch that <see cref="MoveNext"/> came to.</summary>
    internal readonly BatchInfo Current => _current;

    /// <summary>The header bytes of <see cref="Current"/> and what lies behind them in the buffer; valid until the next move.</summary>
    internal readonly ReadOnlySpan<byte> Header => _buffer[(int)(Position - _bufferStart).._buffered];

    /// <summary>Where <see cref="Current"/> starts.</summary>
    internal long Position { get; private set; } = position;

    /// <summary>True when the walk ended at bytes that are no batch.</summary>
    internal bool IsInvalid { get; private set; }

    /// <summary>Goes to the next batch. Returns false at the end and at bytes that are no batch.</summary>
    internal bool MoveNext()
    {
        Position = _next;
        if (_next >= end || IsInvalid)
        {
            return false;
        }

        var at = _next - _bufferStart;
        if (at < 0 || at + BatchInfo.HeaderBytes > _buffered)
        {
            _buffered = file.Read(_buffer[..(int)Math.Min(_buffer.Length, end - _next)], _next);
            _bufferStart = _next;
            at = 0;
        }

        if (!BatchInfo.TryRead(_buffer[(int)at.._buffered], out _current))
        {
            IsInvalid = true;
            return false;
        }

        _next += _current.Size;
        return true;
    }

    /// <summary>Goes to the first batch whose last offset is at least <paramref name="offset"/>.</summary>
    internal bool MoveToOffset(long offset)
    {
        while (MoveNext())
        {
            if (_current.LastOffset >= offset)
            {
                return true;
            }
        }

        return false;
    }
}
