namespace Samsa.ZooKeeper.Watches;

/// <summary>What a watch tells: a change of a node, or (with <see cref="WatchEventType.None"/>) a change of the session's state.</summary>
/// <param name="Type">What happened.</param>
/// <param name="State">The state of the session.</param>
/// <param name="Path">The node, without the chroot; null for a change of the session's state.</param>
public readonly record struct WatchedEvent(WatchEventType Type, KeeperState State, string? Path)
{
    /// <summary>True when no more events come after this one: the session is over, or the watch was removed.</summary>
    public bool IsLast => State is KeeperState.Expired or KeeperState.Closed or KeeperState.AuthFailed
        || Type is WatchEventType.DataWatchRemoved or WatchEventType.ChildWatchRemoved or WatchEventType.PersistentWatchRemoved;

    /// <summary>As ZooKeeper's own tools print it.</summary>
    public override string ToString() => $"WatchedEvent state:{State} type:{Type} path:{Path ?? "null"}";
}
