namespace Samsa.Storage.Directories;

/// <summary>What a directory inside a log directory is.</summary>
internal enum PartitionDirectoryKind
{
    /// <summary>Nothing of ours.</summary>
    Unknown = 0,

    /// <summary>A partition: <c>topic-partition</c>.</summary>
    Partition,

    /// <summary>A deleted partition that waits for removal: <c>...-delete</c>.</summary>
    Deleted,

    /// <summary>A replica that was being moved between log directories: <c>...-future</c>.</summary>
    Future,

    /// <summary>The log of a topic that exists no more: <c>...-stray</c>.</summary>
    Stray,
}
