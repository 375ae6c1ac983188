using System.Buffers.Binary;
using Samsa.Protocol.Wire;

namespace Samsa.ZooKeeper.Wire;

/// <summary>
/// Reads frames with a length before them. Owns a small buffer, into which many small requests come with one read; each frame is
/// handed out in an array of its own, because transactions keep slices of it. One thread at a time.
/// </summary>
public sealed class FrameReader(Stream stream, int maxFrame)
{
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>True when bytes of the next frame have come already.</summary>
    public bool HasMore => _end > _start;

    /// <summary>The next four bytes, which stay where they are; null at the end.</summary>
    public async ValueTask<int?> PeekInt32Async(CancellationToken cancellation) =>
        await FillAsync(sizeof(int), cancellation).ConfigureAwait(false) ? BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start)) : null;

    /// <summary>What follows the next four bytes outside any frame: a number of eight bytes; null at the end.</summary>
    public async ValueTask<long?> ReadInt64AfterAsync(CancellationToken cancellation)
    {
        const int Length = sizeof(int) + sizeof(long);
        if (!await FillAsync(Length, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        _start += Length;
        return BinaryPrimitives.ReadInt64BigEndian(_buffer.AsSpan(_start - sizeof(long)));
    }

    /// <summary>The next frame; null when the peer ended the connection.</summary>
    /// <exception cref="ProtocolViolationException">Its length is negative or more than allowed.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        if (!await FillAsync(sizeof(int), cancellation).ConfigureAwait(false))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_buffer.AsSpan(_start));
        if (length < 0 || length > maxFrame)
        {
            throw new ProtocolViolationException($"A frame of {length} bytes: jute.maxbuffer allows {maxFrame}.");
        }

        _start += sizeof(int);
        var here = Math.Min(length, _end - _start);

        // A long frame grows with what really comes: a length alone takes no memory.
        var frame = new byte[Math.Min(length, Math.Max(here, 64 * 1024))];
        _buffer.AsSpan(_start, here).CopyTo(frame);
        _start += here;
        for (var filled = here; filled < length;)
        {
            if (filled == frame.Length)
            {
                Array.Resize(ref frame, (int)Math.Min(length, frame.Length * 2L));
            }

            var read = await stream.ReadAsync(frame.AsMemory(filled), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return null;
            }

            filled += read;
        }

        return frame;
    }

    /// <summary>Reads until so many bytes are there; false when the peer ended the connection before.</summary>
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellation)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }
}
