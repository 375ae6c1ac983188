using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Connections;

/// <summary>
/// Cuts the stream of answers into frames. Owns a small buffer for what was received ahead; entered by the connection's read loop
/// only; a length that cannot be is a <see cref="ProtocolViolationException"/>.
/// </summary>
internal sealed class ResponseReader(IConnectionTransport transport, int maxFrameBytes)
{
    private const int AheadBytes = 16 << 10;
    private const int SmallestFrame = sizeof(int);

    private readonly byte[] _ahead = new byte[AheadBytes];
    private int _start;
    private int _end;

    /// <summary>Waits for the length of the next frame; -1 at the end of the stream.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadLengthAsync()
    {
        while (_end - _start < sizeof(int))
        {
            if (_start > 0)
            {
                _ahead.AsSpan(_start, _end - _start).CopyTo(_ahead);
                _end -= _start;
                _start = 0;
            }

            var received = await transport.ReceiveAsync(_ahead.AsMemory(_end)).ConfigureAwait(false);
            if (received == 0)
            {
                return -1;
            }

            _end += received;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(_ahead.AsSpan(_start));
        _start += sizeof(int);
        return length >= SmallestFrame && length <= maxFrameBytes
            ? length
            : throw new ProtocolViolationException(
                $"the broker announced an answer of {length} bytes; it must have {SmallestFrame} to {maxFrameBytes} (receive.message.max.bytes)");
    }

    /// <summary>Fills the frame; false when the stream ends in it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReadAsync(ResponseFrame frame)
    {
        var rest = frame.Memory;
        var have = Math.Min(rest.Length, _end - _start);
        _ahead.AsSpan(_start, have).CopyTo(rest.Span);
        _start += have;
        rest = rest[have..];
        while (!rest.IsEmpty)
        {
            // What is left of a small frame comes with the next one's beginning; a large one is received where it stays.
            if (rest.Length < AheadBytes)
            {
                var received = await transport.ReceiveAsync(_ahead).ConfigureAwait(false);
                if (received == 0)
                {
                    return false;
                }

                _end = received;
                _start = Math.Min(rest.Length, received);
                _ahead.AsSpan(0, _start).CopyTo(rest.Span);
                rest = rest[_start..];
            }
            else
            {
                var received = await transport.ReceiveAsync(rest).ConfigureAwait(false);
                if (received == 0)
                {
                    return false;
                }

                rest = rest[received..];
            }
        }

        return true;
    }
}
