namespace Samsa.ZooKeeper;

/// <summary>What happened to a watched node. The numbers are ZooKeeper's.</summary>
public enum WatchEventType
{
    /// <summary>The node was made.</summary>
    NodeCreated = 1,

    /// <summary>The node was deleted.</summary>
    NodeDeleted = 2,

    /// <summary>The node's data were set.</summary>
    NodeDataChanged = 3,

    /// <summary>A child of the node was made or deleted.</summary>
    NodeChildrenChanged = 4,
}
