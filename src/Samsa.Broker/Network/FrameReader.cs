using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Network;

/// <summary>
/// Cuts a byte stream into frames: a 4-byte length, then so many bytes.
/// Owns a small buffer for what was received ahead, which goes back to the pool while there is nothing; entered by the
/// connection's read loop only; lives with the connection; a bad length is a <see cref="ProtocolViolationException"/>, a stream that ends inside a frame just ends.
/// </summary>
/// <remarks>
/// The bulk of a frame is received straight into the buffer that the request keeps. That receive may run past the frame's end
/// as far as the rented buffer has room, so that the next frame's first bytes need no system call of their own.
/// </remarks>
internal sealed class FrameReader(ITransport transport, RequestMemory memory, int maxFrameBytes) : IDisposable
{
    private const int AheadBytes = 4096;

    // Announcing a length alone must cost the broker little. A peer gets a buffer of this size for its word; of the next size once
    // it has sent what the small buffer holds; a larger one grows with what it has sent.
    private const int UnseenBytes = 64 << 10;
    private const int TrustedBytes = 2 << 20;
    private const int GrowthFactor = 4;

    private byte[]? _ahead;
    private int _start;
    private int _end;
    private long _frames;
    private long _incomplete;

    /// <summary>
    /// The number of the frame that holds request memory and is not complete; 0 when there is none. Readable from any thread.
    /// </summary>
    public long IncompleteFrame => Volatile.Read(ref _incomplete);

    /// <summary>True when the next frame is complete already, so that reading it will not wait.</summary>
    public bool HasCompleteFrame
    {
        get
        {
            var available = _end - _start - sizeof(int);
            return available >= 0 && available >= BinaryPrimitives.ReadInt32BigEndian(_ahead.AsSpan(_start));
        }
    }

    /// <summary>Reads one frame; null when the stream has ended.</summary>
    /// <param name="cancellation">Ends a wait for memory, not one for bytes.</param>
    /// <exception cref="ProtocolViolationException">The length is not positive, or above <c>socket.request.max.bytes</c>.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RequestFrame?> ReadAsync(CancellationToken cancellation)
    {
        while (_end - _start < sizeof(int))
        {
            if (!await ReceiveAheadAsync().ConfigureAwait(false))
            {
                return null;
            }
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_ahead.AsSpan(_start));
        if (length <= 0 || length > maxFrameBytes)
        {
            throw new ProtocolViolationException(
                $"a request's length is {length}; it must be positive and at most socket.request.max.bytes ({maxFrameBytes})");
        }

        await memory.ReserveAsync(length, cancellation).ConfigureAwait(false);
        _frames++;
        byte[]? buffer = null;
        RequestFrame? frame = null;
        try
        {
            if (length > _end - _start - sizeof(int))
            {
                Volatile.Write(ref _incomplete, _frames);
            }

            while (length > UnseenBytes && _end - _start < AheadBytes)
            {
                if (!await ReceiveAheadAsync().ConfigureAwait(false))
                {
                    return null;
                }
            }

            _start += sizeof(int);
            buffer = memory.Rent(Math.Min(length, TrustedBytes));
            var have = Math.Min(length, _end - _start);
            _ahead.AsSpan(_start, have).CopyTo(buffer);
            _start += have;
            while (have < length)
            {
                if (have == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }

                // Everything received ahead is used up here, so the surplus of this receive finds the small buffer empty.
                var room = Math.Min(buffer.Length - have, length - have + AheadBytes);
                var received = await transport.ReceiveAsync(buffer.AsMemory(have, room)).ConfigureAwait(false);
                if (received == 0)
                {
                    return null;
                }

                have += received;
            }

            if (have > length)
            {
                _start = 0;
                _end = have - length;
                buffer.AsSpan(length, _end).CopyTo(_ahead);
            }

            frame = new RequestFrame(memory, buffer, length);
            return frame;
        }
        finally
        {
            Volatile.Write(ref _incomplete, 0);
            if (frame is null)
            {
                if (buffer is not null)
                {
                    memory.Return(buffer);
                }

                memory.Release(length);
            }

            if (frame is null || _start == _end)
            {
                Dispose();
            }
        }
    }

    /// <summary>Gives the buffer back. No read may be under way.</summary>
    public void Dispose()
    {
        if (_ahead is not null)
        {
            ArrayPool<byte>.Shared.Return(_ahead);
            _ahead = null;
        }

        _start = _end = 0;
    }

    // False at the end of the stream.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> ReceiveAheadAsync()
    {
        if (_start == _end)
        {
            // A connection at rest holds no buffer: most connections are, most of the time.
            await transport.WaitForBytesAsync().ConfigureAwait(false);
            _ahead ??= ArrayPool<byte>.Shared.Rent(AheadBytes);
        }
        else if (_start > 0)
        {
            _ahead.AsSpan(_start, _end - _start).CopyTo(_ahead);
            _end -= _start;
            _start = 0;
        }

        var received = await transport.ReceiveAsync(_ahead.AsMemory(_end, AheadBytes - _end)).ConfigureAwait(false);
        _end += received;
        if (received == 0)
        {
            Dispose();
        }

        return received > 0;
    }

    private byte[] Grow(byte[] buffer, int length)
    {
        var larger = memory.Rent((int)Math.Min(length, (long)buffer.Length * GrowthFactor));
        buffer.CopyTo(larger, 0);
        memory.Return(buffer);
        return larger;
    }
}
