namespace Samsa.ZooKeeper;

/// <summary>How far a persistent watch looks. The numbers are ZooKeeper's.</summary>
public enum AddWatchMode
{
    /// <summary>The node, and its list of children.</summary>
    Persistent = 0,

    /// <summary>The node and everything below it; changes of lists of children are not told.</summary>
    PersistentRecursive = 1,
}
