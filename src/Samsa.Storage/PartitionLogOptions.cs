using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Protocol;
using Samsa.Storage.Files;
using Samsa.Storage.Producers;

namespace Samsa.Storage;

/// <summary>What <see cref="PartitionLog.Open"/> needs to know.</summary>
public sealed record PartitionLogOptions
{
    /// <summary>The directory of the partition; created when missing.</summary>
    public required string Directory { get; init; }

    /// <summary>True when a missing directory is not to be created before the files in it are.</summary>
    public bool DefersDirectory { get; init; }

    /// <summary>The directory above, where several logs share it.</summary>
    internal ChangedDirectory? Parent { get; init; }

    /// <summary>The partition.</summary>
    public required TopicPartition TopicPartition { get; init; }

    /// <summary>The topic's configuration.</summary>
    public LogConfig Config { get; init; } = LogConfig.Default;

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The disk.</summary>
    public IStorageFileSystem FileSystem { get; init; } = PhysicalFileSystem.Instance;

    /// <summary>Where recovery and background work are reported.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Runs delayed work.</summary>
    public required IStorageScheduler Scheduler { get; init; }

    /// <summary>What the producer states of all partitions share.</summary>
    public ProducerStateOptions Producers { get; init; } = new();

    /// <summary>From <c>recovery-point-offset-checkpoint</c>: everything below is on stable storage.</summary>
    public long RecoveryPoint { get; init; }

    /// <summary>From <c>log-start-offset-checkpoint</c>: nothing below may be served.</summary>
    public long LogStartOffset { get; init; }

    /// <summary>From <c>cleaner-offset-checkpoint</c>: below, a segment may end before the next one begins.</summary>
    public long CompactedTo { get; init; }

    /// <summary>True when the log directory was closed cleanly: records need not be scanned.</summary>
    public bool CleanShutdown { get; init; }
}
