using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Samsa.Protocol.Wire;

namespace Samsa.Broker.Network;

/// <summary>
/// A plaintext TCP connection where the system is not Linux: all managed, record regions are copied through a pooled buffer.
/// Owns the socket. One receiver and one sender at a time, see <see cref="ITransport"/>; lives until disposed; a broken
/// connection shows as an exception of the call under way.
/// </summary>
internal sealed class SocketTransport : ITransport
{
    private const int ChunkBytes = 64 << 10;

    private readonly Socket _socket;
    private long _received;
    private long _sent;

    /// <summary>Takes over a connected socket.</summary>
    public SocketTransport(Socket socket)
    {
        _socket = socket;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
    }

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    public long BytesMoved => Volatile.Read(ref _received) + Volatile.Read(ref _sent);

    // Receiving no bytes completes when there are some.
    public async ValueTask WaitForBytesAsync() => await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None).ConfigureAwait(false);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        var receive = _socket.ReceiveAsync(buffer, SocketFlags.None);
        if (receive.IsCompletedSuccessfully)
        {
            var received = receive.GetAwaiter().GetResult();
            Volatile.Write(ref _received, _received + received);
            return new ValueTask<int>(received);
        }

        return Later(this, receive);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<int> Later(SocketTransport transport, ValueTask<int> receive)
        {
            var received = await receive.ConfigureAwait(false);
            Volatile.Write(ref transport._received, transport._received + received);
            return received;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows) => SendAllAsync(bytes);

    public async ValueTask SendAsync(IRecordRegion region)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(ChunkBytes, region.Length));
        try
        {
            for (var done = 0; done < region.Length;)
            {
                var chunk = buffer.AsMemory(0, Math.Min(buffer.Length, region.Length - done));
                region.CopyTo(done, chunk.Span);
                done += chunk.Length;
                await SendAllAsync(chunk).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void StopReceiving()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Receive);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already: there is nothing to receive.
        }
    }

    public void Dispose() => _socket.Dispose();

    private void CountSent(int bytes) => Volatile.Write(ref _sent, _sent + bytes);

    private ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        var send = _socket.SendAsync(bytes, SocketFlags.None);
        if (send.IsCompletedSuccessfully)
        {
            var sent = send.GetAwaiter().GetResult();
            CountSent(sent);
            return sent == bytes.Length ? ValueTask.CompletedTask : SendAllAsync(bytes[sent..]);
        }

        return Later(this, send, bytes);

        static async ValueTask Later(SocketTransport transport, ValueTask<int> send, ReadOnlyMemory<byte> bytes)
        {
            var sent = await send.ConfigureAwait(false);
            transport.CountSent(sent);
            if (sent < bytes.Length)
            {
                await transport.SendAllAsync(bytes[sent..]).ConfigureAwait(false);
            }
        }
    }
}
