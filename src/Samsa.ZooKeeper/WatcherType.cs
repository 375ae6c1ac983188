namespace Samsa.ZooKeeper;

/// <summary>Which watches a request to check or remove them means. The numbers are ZooKeeper's.</summary>
public enum WatcherType
{
    /// <summary>Watches of the list of children.</summary>
    Children = 1,

    /// <summary>Watches of data and existence.</summary>
    Data = 2,

    /// <summary>All watches.</summary>
    Any = 3,

    /// <summary>Persistent watches. Servers know it from 3.9 on.</summary>
    Persistent = 4,

    /// <summary>Persistent watches of a node and all below it. Servers know it from 3.9 on.</summary>
    PersistentRecursive = 5,
}
