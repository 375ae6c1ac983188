namespace Samsa.ZooKeeper;

/// <summary>What happened to a watched node. The numbers are ZooKeeper's.</summary>
public enum WatchEventType
{
    /// <summary>Nothing happened to a node: the state of the session changed.</summary>
    None = -1,

    /// <summary>The node was made.</summary>
    NodeCreated = 1,

    /// <summary>The node was deleted.</summary>
    NodeDeleted = 2,

    /// <summary>The node's data were set.</summary>
    NodeDataChanged = 3,

    /// <summary>A child of the node was made or deleted.</summary>
    NodeChildrenChanged = 4,

    /// <summary>A watch of data or existence was removed by its client. Never sent: clients make it.</summary>
    DataWatchRemoved = 5,

    /// <summary>A watch of children was removed by its client. Never sent: clients make it.</summary>
    ChildWatchRemoved = 6,

    /// <summary>A persistent watch was removed by its client. Never sent: clients make it.</summary>
    PersistentWatchRemoved = 7,
}
