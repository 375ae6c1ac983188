using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Samsa.Protocol.Wire;
using Samsa.Storage.Files;

namespace Samsa.Broker.Network;

/// <summary>
/// A plaintext TCP connection; record regions go out by sendfile where the system has it (docs/decisions/0007).
/// Owns the socket. One receiver and one sender at a time, see <see cref="ITransport"/>; lives until disposed; a broken
/// connection shows as an exception of the call under way.
/// </summary>
internal sealed class SocketTransport : ITransport
{
    // What is copied when the socket is full: enough to make the wait worthwhile, little beside a whole fetch answer.
    private const int ChunkBytes = 64 << 10;

    private readonly Socket _socket;
    private readonly bool _sendFile;
    private long _received;
    private long _sent;

    /// <summary>Takes over a connected socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="sendFile">False forces the managed copy, for tests.</param>
    public SocketTransport(Socket socket, bool sendFile = true)
    {
        // The system calls of LinuxSocket must never wait, also when they come before the first asynchronous receive.
        socket.Blocking = false;
        _socket = socket;
        _sendFile = sendFile && LinuxSocket.IsSupported;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
    }

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    public long BytesMoved => Volatile.Read(ref _received) + Volatile.Read(ref _sent);

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

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows)
    {
        if (moreFollows && _sendFile)
        {
            var sent = LinuxSocket.SendMore(_socket, bytes.Span);
            CountSent(sent);
            if (sent == bytes.Length)
            {
                return ValueTask.CompletedTask;
            }

            bytes = bytes[sent..];
        }

        return SendAllAsync(bytes);
    }

    public async ValueTask SendAsync(IRecordRegion region)
    {
        var file = _sendFile && region is FileRegion { File.Handle: not null } known ? known : null;
        var done = 0;
        while (done < region.Length)
        {
            if (file is not null)
            {
                var sent = LinuxSocket.SendFile(_socket, file.File.Handle!, file.Position + done, region.Length - done);
                if (sent > 0)
                {
                    CountSent(sent);
                    done += sent;
                    continue;
                }
            }

            // The socket is full (or there is no sendfile): an ordinary send waits for room without a thread.
            var chunk = Math.Min(ChunkBytes, region.Length - done);
            var buffer = ArrayPool<byte>.Shared.Rent(chunk);
            try
            {
                region.CopyTo(done, buffer.AsSpan(0, chunk));
                await SendAllAsync(buffer.AsMemory(0, chunk)).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }

            done += chunk;
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
