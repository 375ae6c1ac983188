using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Samsa.Client.Connections;

/// <summary>
/// A TCP connection. Owns the socket; one receiver and one sender at a time. Disposal ends both, a receive as if the peer had closed, and lets what
/// was handed to the socket go out: a socket of .NET that is disposed under a pending receive resets the connection instead, and the last records of
/// a producer with <c>acks=0</c> would be lost. So whoever is the last to use the socket disposes it.
/// </summary>
internal sealed class SocketConnectionTransport(Socket socket) : IConnectionTransport
{
    // So much is sooner copied than gathered: a batch of Kafka's default size with its request.
    private const int MostCopied = 32 << 10;

    private readonly List<ArraySegment<byte>> _segments = [];
    private byte[]? _copy;

    // The owner, a receiver and a sender.
    private int _users = 1;
    private int _disposed;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
    {
        Enter();
        try
        {
            return await socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            Leave();
        }
    }

    public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        Enter();
        try
        {
            if (parts.Count == 1)
            {
                await SendAsync(parts[0]).ConfigureAwait(false);
                return;
            }

            long expected = 0;
            foreach (var part in parts)
            {
                expected += part.Length;
            }

            if (expected <= MostCopied)
            {
                await SendAsync(Copy(parts)).ConfigureAwait(false);
                return;
            }

            _segments.Clear();
            foreach (var part in parts)
            {
                _segments.Add(MemoryMarshal.TryGetArray(part, out var segment) ? segment : part.ToArray());
            }

            long sent = await socket.SendAsync(_segments, SocketFlags.None).ConfigureAwait(false);
            if (sent == expected)
            {
                return;
            }

            // A partial gather: what is left goes out part by part.
            foreach (var part in parts)
            {
                var skipped = (int)Math.Min(sent, part.Length);
                sent -= skipped;
                await SendAsync(part[skipped..]).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            _segments.Clear();
            Leave();
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Both);
            }
            catch (SocketException)
            {
                // It was not connected any more.
            }

            Leave();
        }

        return ValueTask.CompletedTask;
    }

    private ReadOnlyMemory<byte> Copy(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        _copy ??= new byte[MostCopied];
        var length = 0;
        foreach (var part in parts)
        {
            part.CopyTo(_copy.AsMemory(length));
            length += part.Length;
        }

        return _copy.AsMemory(0, length);
    }

    private void Enter()
    {
        if (Volatile.Read(ref _disposed) != 0)
        {
            throw new IOException("the connection is closed");
        }

        Interlocked.Increment(ref _users);
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            socket.Dispose();
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None).ConfigureAwait(false)..];
        }
    }
}
