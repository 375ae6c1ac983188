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
}
