namespace Samsa.ZooKeeper.Server.Watches;

/// <summary>The watches that one connection has on one path; they do not replace each other.</summary>
[Flags]
internal enum WatchKinds : byte
{
    None = 0,

    /// <summary>Of data and existence; goes with its first event.</summary>
    Data = 1,

    /// <summary>Of the list of children; goes with its first event.</summary>
    Children = 2,

    /// <summary>Of both, and stays.</summary>
    Persistent = 4,

    /// <summary>Of the node and everything below it, without changes of lists of children; stays.</summary>
    PersistentRecursive = 8,
}
