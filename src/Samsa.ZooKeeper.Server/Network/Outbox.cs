using Samsa.Protocol.Wire;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>
/// The frames that wait to be sent on one connection, and the loop that sends them in order: many in one write when they come
/// quickly, no buffer while there are none. Any thread adds (also with the server's lock held: adding never blocks). Lives as long
/// as the connection. Fails: when the peer does not take the bytes, the connection ends.
/// </summary>
internal sealed class Outbox(Stream stream, ServerStatistics statistics, Action onEnd) : IThreadPoolWorkItem
{
    // Serialized before one write to the socket.
    private const int WriteSize = 64 * 1024;

    private readonly Lock _lock = new();
    private List<Outgoing> _waiting = [];
    private List<Outgoing> _sending = [];
    private TaskCompletionSource? _room;
    private long _waitingBytes;
    private bool _running;
    private bool _closing;

    /// <summary>The number of frames that wait.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>
    /// Ends when fewer frames wait than <paramref name="limit"/>, of fewer than <paramref name="bytes"/>: a peer that does not read is not
    /// read either.
    /// </summary>
    internal Task RoomAsync(int limit, long bytes)
    {
        lock (_lock)
        {
            if ((_waiting.Count < limit && _waitingBytes < bytes) || _closing)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>Adds a frame, which the pool sends.</summary>
    internal void Add(in Outgoing frame)
    {
        if (Put(frame))
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Adds a frame. True when nothing is being sent: the caller must see to it that it is, without the server's lock.</summary>
    internal bool Put(in Outgoing frame)
    {
        lock (_lock)
        {
            if (_closing)
            {
                return false;
            }

            _waiting.Add(frame);
            _waitingBytes += frame.Size;
            var begins = !_running;
            _running = true;
            return begins;
        }
    }

    /// <summary>Takes nothing more; the connection ends after what waits.</summary>
    internal void Close()
    {
        lock (_lock)
        {
            if (_closing)
            {
                return;
            }

            _closing = true;
            if (_running)
            {
                return;
            }

            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAsync(isBorrowed: false);

    /// <summary>Sends what waits now on the caller's thread, which has other things to do: what comes meanwhile is left to the pool.</summary>
    internal void SendNow() => _ = SendAsync(isBorrowed: true);

    private async Task SendAsync(bool isBorrowed)
    {
        try
        {
            using var writer = new WireWriter(4096);
            while (Take())
            {
                foreach (var frame in _sending)
                {
                    var from = writer.Position;
                    Write(writer, frame);
                    statistics.CountSent();
                    if (frame.HasHeader)
                    {
                        statistics.CountSize(writer.Position - from - sizeof(int));
                    }

                    if (writer.Position >= WriteSize)
                    {
                        await SendAsync(writer).ConfigureAwait(false);
                    }
                }

                await SendAsync(writer).ConfigureAwait(false);
                _sending.Clear();
                if (isBorrowed && Count > 0)
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }
            }
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer is gone: the reading side notices as well and cleans up. _running stays set, nothing is sent any more.
            lock (_lock)
            {
                _closing = true;
                _room?.TrySetResult();
            }

            onEnd();
        }
    }

    private async ValueTask SendAsync(WireWriter writer)
    {
        if (writer.Position > 0)
        {
            await stream.WriteAsync(writer.WrittenMemory).ConfigureAwait(false);
            writer.Reset();
        }
    }

    private bool Take()
    {
        var ends = false;
        lock (_lock)
        {
            if (_waiting.Count > 0)
            {
                (_waiting, _sending) = (_sending, _waiting);
                _waitingBytes = 0;
                _room?.TrySetResult();
                _room = null;
                return true;
            }

            ends = _closing;
            _running = ends;
        }

        if (ends)
        {
            onEnd();
        }

        return false;
    }

    private static void Write(WireWriter writer, in Outgoing frame)
    {
        var lengthAt = writer.ReserveInt32();
        if (frame.HasHeader)
        {
            writer.WriteInt32(frame.Xid);
            writer.WriteInt64(frame.Zxid);
            writer.WriteInt32((int)frame.Error);
        }

        frame.Body?.Write(writer);
        writer.PatchInt32(lengthAt, writer.Position - lengthAt - sizeof(int));
    }
}
