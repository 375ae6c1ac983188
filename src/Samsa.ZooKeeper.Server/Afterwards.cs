using Samsa.ZooKeeper.Server.Network;

namespace Samsa.ZooKeeper.Server;

/// <summary>
/// The connections whose frames are sent when the server's lock is free again. Owned by one thread at a time, which adds with the lock
/// held and sends without. Takes few: one thread must not send to a thousand watchers.
/// </summary>
internal sealed class Afterwards
{
    private const int Most = 4;

    private readonly List<Outbox> _outboxes = new(Most);

    /// <summary>False when it has enough.</summary>
    internal bool TryAdd(Outbox outbox)
    {
        if (_outboxes.Count == Most)
        {
            return false;
        }

        _outboxes.Add(outbox);
        return true;
    }

    /// <summary>Sends. Never throws: a connection that fails ends by itself.</summary>
    internal void Run()
    {
        foreach (var outbox in _outboxes)
        {
            outbox.SendNow();
        }

        _outboxes.Clear();
    }
}
