namespace Samsa.Protocol.Compression;

/// <summary>
/// Pinned bytes as a stream, followed by eight bytes 0xff, so that a member that ends early is noticed: the framework takes
/// the end of the stream for the end of the data. A cut-off trailer becomes a wrong one (its last byte is the highest of
/// the length, never 0xff), and data that is cut off makes the framework ask beyond the extra bytes. Behind a whole
/// member it passes over bytes that start no other.
/// </summary>
internal sealed unsafe class GzipInput(byte* start, int length) : Stream
{
    private const int ExtraBytes = 8;

    private int _position;

    /// <summary>True when the reader wanted more than there is: the data is not complete.</summary>
    public bool WasExhausted { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_position < length)
        {
            var count = Math.Min(buffer.Length, length - _position);
            new ReadOnlySpan<byte>(start + _position, count).CopyTo(buffer);
            _position += count;
            return count;
        }

        var extra = Math.Min(buffer.Length, length + ExtraBytes - _position);
        buffer[..extra].Fill(0xff);
        _position += extra;
        WasExhausted |= extra == 0;
        return extra;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
