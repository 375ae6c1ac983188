namespace Samsa.ZooKeeper.Operations;

/// <summary>Which watch an operation sets when it is answered.</summary>
internal enum WatchRegistration
{
    None,

    /// <summary>Of data, once; of existence where the node is not there.</summary>
    Exists,

    /// <summary>Of data, once.</summary>
    Data,

    /// <summary>Of the list of children, once.</summary>
    Children,

    /// <summary>Of a node and its list of children.</summary>
    Persistent,

    /// <summary>Of a node and everything below.</summary>
    PersistentRecursive,
}
