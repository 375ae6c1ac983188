using Samsa.Protocol;

namespace Samsa.Storage.Compaction;

/// <summary>A log directory, as the cleaner sees it. All members may be used from any thread.</summary>
internal interface ICompactedDirectory
{
    /// <summary>The absolute path.</summary>
    string Path { get; }

    /// <summary>False after the disk beneath failed.</summary>
    bool IsOnline { get; }

    /// <summary>The logs in it.</summary>
    IEnumerable<PartitionLog> Logs { get; }

    /// <summary>Up to where a log is compacted, from <c>cleaner-offset-checkpoint</c>; null when it never was.</summary>
    long? CompactedTo(TopicPartition partition);

    /// <summary>Notes, durably, up to where a log that is still here is compacted.</summary>
    /// <exception cref="StorageException">The disk failed.</exception>
    void SetCompactedTo(PartitionLog log, long offset);
}
