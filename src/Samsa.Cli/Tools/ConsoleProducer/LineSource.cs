namespace Samsa.Cli.Tools.ConsoleProducer;

/// <summary>
/// Splits a stream into lines without copying them: a line feed, a carriage return or both end one, as in Java. What stands behind the last end
/// is a line, too. Owns one buffer, which grows with the longest line; one caller at a time.
/// </summary>
internal sealed class LineSource(Stream input)
{
    private const int FirstSize = 64 * 1024;

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _scanned;
    private int _end;
    private bool _isEnded;
    private bool _skipsLineFeed;

    /// <summary>The line, without its end; valid until the next one is asked for.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Moves to the next line; false at the end of the input.</summary>
    /// <exception cref="IOException">The input cannot be read.</exception>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellation)
    {
        while (!TryMoveNext())
        {
            if (_isEnded)
                return false;
            await FillAsync(cancellation);
        }

        return true;
    }

    private bool TryMoveNext()
    {
        if (_skipsLineFeed && _start < _end)
        {
            if (_buffer[_start] == '\n')
                _start++;
            _scanned = Math.Max(_scanned, _start);
            _skipsLineFeed = false;
        }

        int length = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\n', (byte)'\r');
        if (length >= 0)
        {
            int at = _scanned + length;
            Line = _buffer.AsMemory(_start, at - _start);
            _skipsLineFeed = _buffer[at] == '\r';
            _start = _scanned = at + 1;
            return true;
        }

        _scanned = _end;
        if (!_isEnded || _start == _end)
            return false;
        Line = _buffer.AsMemory(_start, _end - _start);
        _start = _end;
        return true;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _scanned -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, checked(_buffer.Length * 2));

        // A read of a terminal or a pipe cannot be cancelled; it is left behind, and ends with the process.
        int read = await input.ReadAsync(_buffer.AsMemory(_end), cancellation).AsTask().WaitAsync(cancellation);
        _end += read;
        _isEnded = read == 0;
    }
}
