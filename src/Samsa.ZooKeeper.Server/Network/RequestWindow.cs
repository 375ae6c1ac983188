namespace Samsa.ZooKeeper.Server.Network;

/// <summary>
/// The requests of one connection that wait for their answers, oldest first: how many there may be, and how many bytes they may hold,
/// before no more are read. Any thread; nothing here blocks.
/// </summary>
internal sealed class RequestWindow(int mostRequests, long mostBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<(long ReceivedAt, int Bytes)> _requests = new();
    private long _bytes;
    private TaskCompletionSource? _room;

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _requests.Count;
            }
        }
    }

    internal void Add(long receivedAt, int bytes)
    {
        lock (_lock)
        {
            _requests.Enqueue((receivedAt, bytes));
            _bytes += bytes;
        }
    }

    /// <summary>The oldest one is answered: when it was received; null when none waits.</summary>
    internal long? Take()
    {
        TaskCompletionSource? room = null;
        long receivedAt;
        lock (_lock)
        {
            if (!_requests.TryDequeue(out var request))
            {
                return null;
            }

            receivedAt = request.ReceivedAt;
            _bytes -= request.Bytes;
            if (_room is not null && _requests.Count <= mostRequests / 2 && _bytes <= mostBytes / 2)
            {
                (room, _room) = (_room, null);
            }
        }

        room?.SetResult();
        return receivedAt;
    }

    /// <summary>Ends at once while there is room; otherwise when half of it is free. One caller at a time.</summary>
    internal Task RoomAsync()
    {
        lock (_lock)
        {
            if (_requests.Count < mostRequests && _bytes < mostBytes)
            {
                return Task.CompletedTask;
            }

            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }
}
