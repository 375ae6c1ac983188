using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Samsa.Protocol.Wire;
using Samsa.Storage.Files;

namespace Samsa.Broker.Network.Linux;

/// <summary>
/// A plaintext TCP connection on Linux: system calls that never wait, a <see cref="ReadinessLoop"/> that says when to try
/// again, and sendfile for record regions (docs/decisions/0010).
/// Owns the socket. One receiver and one sender at a time, see <see cref="ITransport"/>; lives until disposed; a broken
/// connection shows as an <see cref="IOException"/> of the call under way.
/// </summary>
internal sealed class LinuxTransport : ITransport
{
    // What is copied at once of a region that is no file.
    private const int ChunkBytes = 64 << 10;

    private readonly Socket _socket;
    private readonly ReadinessLoop _loop;
    private readonly Readiness _readable = new();
    private readonly Readiness _writable = new();
    private readonly ulong _token;
    private volatile bool _peerEnded;

    // What is there already when the loop begins to watch the socket is announced.
    private bool _drained = true;
    private long _received;
    private long _sent;

    /// <summary>Takes over a connected socket.</summary>
    /// <exception cref="IOException">The system refuses to watch the socket.</exception>
    public LinuxTransport(Socket socket, ReadinessLoop loop)
    {
        _socket = socket;
        _loop = loop;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        // sendfile has no flag of its own that keeps it from waiting.
        socket.Blocking = false;
        _token = loop.Register(this, socket.SafeHandle);
    }

    public EndPoint? LocalEndPoint { get; }

    public EndPoint? RemoteEndPoint { get; }

    public long BytesMoved => Volatile.Read(ref _received) + Volatile.Read(ref _sent);

    public ValueTask WaitForBytesAsync()
    {
        return _drained && !_peerEnded ? Later(this) : ValueTask.CompletedTask;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Later(LinuxTransport transport)
        {
            await transport._readable.WaitAsync().ConfigureAwait(false);
            transport._drained = false;
        }
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        var received = TryReceive(buffer.Span);
        return received >= 0 ? new ValueTask<int>(received) : Later(this, buffer);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        static async ValueTask<int> Later(LinuxTransport transport, Memory<byte> buffer)
        {
            int received;
            do
            {
                await transport._readable.WaitAsync().ConfigureAwait(false);
                transport._drained = false;
                received = transport.TryReceive(buffer.Span);
            }
            while (received < 0);
            return received;
        }
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes, bool moreFollows)
    {
        var sent = TrySend(bytes.Span, moreFollows);
        return sent == bytes.Length ? ValueTask.CompletedTask : Later(this, bytes[sent..], moreFollows);

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        static async ValueTask Later(LinuxTransport transport, ReadOnlyMemory<byte> bytes, bool moreFollows)
        {
            while (!bytes.IsEmpty)
            {
                await transport._writable.WaitAsync().ConfigureAwait(false);
                bytes = bytes[transport.TrySend(bytes.Span, moreFollows)..];
            }
        }
    }

    public ValueTask SendAsync(IRecordRegion region) =>
        region is FileRegion { File.Handle: not null } file ? SendFileAsync(file) : CopyAsync(region);

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

    /// <summary>The loop saw a change of the socket. What waited for it runs before this returns.</summary>
    public void OnReady(EpollEvents events)
    {
        const EpollEvents ended = EpollEvents.Failed | EpollEvents.Closed | EpollEvents.PeerEnded;
        if ((events & ended) != 0)
        {
            _peerEnded = true;
        }

        // Sending first: answers that wait for room were asked for earlier than what is to be read.
        if ((events & (EpollEvents.Writable | EpollEvents.Failed | EpollEvents.Closed)) != 0)
        {
            _writable.Signal();
        }

        if ((events & (EpollEvents.Readable | ended)) != 0)
        {
            _readable.Signal();
        }
    }

    public void Dispose()
    {
        _loop.Unregister(_token);
        _socket.Dispose();
        _readable.Close();
        _writable.Close();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendFileAsync(FileRegion region)
    {
        for (var done = 0; done < region.Length;)
        {
            var sent = LinuxSocket.SendFile(_socket, region.File.Handle!, region.Position + done, region.Length - done);
            if (sent < 0)
            {
                await _writable.WaitAsync().ConfigureAwait(false);
                continue;
            }

            CountSent(sent);
            done += sent;
        }
    }

    private async ValueTask CopyAsync(IRecordRegion region)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(ChunkBytes, region.Length));
        try
        {
            for (var done = 0; done < region.Length;)
            {
                var chunk = buffer.AsMemory(0, Math.Min(buffer.Length, region.Length - done));
                region.CopyTo(done, chunk.Span);
                done += chunk.Length;
                await SendAsync(chunk, moreFollows: done < region.Length).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // -1 when nothing is there. A receive that did not fill its buffer has emptied the socket: whatever comes later is announced,
    // and asking before that is a system call for nothing. The end of the stream may have been announced earlier, with the bytes.
    private int TryReceive(Span<byte> buffer)
    {
        if (_drained && !_peerEnded)
        {
            return -1;
        }

        var received = LinuxSocket.Receive(_socket, buffer);
        _drained = received < buffer.Length;
        if (received > 0)
        {
            Volatile.Write(ref _received, _received + received);
        }

        return received;
    }

    private int TrySend(ReadOnlySpan<byte> bytes, bool moreFollows)
    {
        var sent = Math.Max(0, LinuxSocket.Send(_socket, bytes, moreFollows));
        CountSent(sent);
        return sent;
    }

    private void CountSent(int bytes) => Volatile.Write(ref _sent, _sent + bytes);
}
