using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Compaction;
using Samsa.Storage.Files;

namespace Samsa.Storage.Directories;

/// <summary>
/// Owns one directory of <c>log.dirs</c>: its lock, its meta.properties, its checkpoints, the logs in it.
/// Any thread may enter. Lives from the broker's start to its stop; once offline it stays offline until the next start.
/// Fails with <see cref="StorageException"/>; the <see cref="LogManager"/> then takes it offline.
/// </summary>
public sealed class LogDirectory : ICompactedDirectory
{
    private const string LockName = ".lock";

    private readonly IStorageFileSystem _fileSystem;
    private readonly ConcurrentDictionary<TopicPartition, PartitionLog> _logs = new();
    private IDisposable? _lock;
    private string? _error;
    private int _logCount;

    internal LogDirectory(IStorageFileSystem fileSystem, string path, ILogger logger)
    {
        _fileSystem = fileSystem;
        Path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        Checkpoints = new DirectoryCheckpoints(fileSystem, Path, logger);
        Names = new ChangedDirectory(fileSystem, Path);
    }

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>False after the disk beneath failed.</summary>
    public bool IsOnline => Volatile.Read(ref _error) is null;

    /// <summary>Why the directory is offline; null while it is online.</summary>
    public string? Error => Volatile.Read(ref _error);

    /// <summary>The logs in this directory; those of an offline directory too.</summary>
    public IEnumerable<PartitionLog> Logs => _logs.Values;

    /// <summary>How many logs there are. Counted here: the dictionary would stop everybody to count.</summary>
    public int LogCount => Volatile.Read(ref _logCount);

    /// <summary>True when the last stop was clean, so that records need no check.</summary>
    internal bool WasCleanShutdown { get; private set; }

    internal DirectoryCheckpoints Checkpoints { get; }

    /// <summary>The names of the partition directories.</summary>
    internal ChangedDirectory Names { get; }

    /// <summary>The size of the volume and what may still be used of it, in bytes.</summary>
    public (long Total, long Usable) Space() => _fileSystem.Space(Path);

    /// <summary>Creates the directory when it is missing and looks into it. A failure here means that the disk is bad.</summary>
    internal void Probe()
    {
        if (!_fileSystem.DirectoryExists(Path))
        {
            Create();
        }

        _ = _fileSystem.ListFiles(Path);
    }

    /// <summary>Takes the lock. The failure says whether another broker uses the directory, or the disk is bad.</summary>
    internal void TakeLock() => _lock = _fileSystem.Lock(System.IO.Path.Combine(Path, LockName));

    /// <summary>Gives the lock back.</summary>
    internal void ReleaseLock() => Interlocked.Exchange(ref _lock, null)?.Dispose();

    /// <summary>Compares meta.properties with the broker, and writes it where there is none or the cluster is missing.</summary>
    /// <exception cref="StorageException">The directory belongs to another cluster or broker; the message names both.</exception>
    internal void CheckIdentity(LogManagerOptions options)
    {
        var known = MetaProperties.Read(_fileSystem, Path);
        if (known?.ClusterId is { } cluster && cluster != options.ClusterId)
        {
            throw MalformedFile.At(MetaPath, $"The log directory belongs to cluster {cluster}, this broker to cluster {options.ClusterId}");
        }

        if (known?.BrokerId is { } broker && broker != options.BrokerId)
        {
            throw MalformedFile.At(MetaPath, $"The log directory belongs to broker {broker}, this is broker {options.BrokerId}");
        }

        if (known?.ClusterId is null || known.BrokerId is null)
        {
            var complete = (known ?? new MetaProperties()) with { ClusterId = options.ClusterId, BrokerId = options.BrokerId };
            complete.Write(_fileSystem, Path, options.Clock.GetUtcNow());
        }
    }

    /// <summary>Reads the checkpoints and takes the marker of a clean stop away: from now on a crash is a crash.</summary>
    internal void Begin()
    {
        WasCleanShutdown = CleanShutdownFile.Take(_fileSystem, Path);
        Checkpoints.Load();
    }

    long? ICompactedDirectory.CompactedTo(TopicPartition partition) => Checkpoints.CompactedTo(partition);

    void ICompactedDirectory.SetCompactedTo(PartitionLog log, long offset)
    {
        // A log that was deleted meanwhile must not leave its offset to the next one of that name.
        if (IsOnline && _logs.TryGetValue(log.TopicPartition, out var present) && ReferenceEquals(present, log))
        {
            Checkpoints.WriteCompactedTo(log.TopicPartition, offset);
        }
    }

    internal void Add(PartitionLog log)
    {
        if (!_logs.TryAdd(log.TopicPartition, log))
        {
            throw new InvalidOperationException($"{log.TopicPartition} is in {Path} already");
        }

        Interlocked.Increment(ref _logCount);
    }

    internal void Remove(TopicPartition partition)
    {
        if (_logs.TryRemove(partition, out _))
        {
            Interlocked.Decrement(ref _logCount);
        }
    }

    /// <summary>Marks the directory as failed. Returns false when it already was.</summary>
    internal bool TryTakeOffline(string reason) => Interlocked.CompareExchange(ref _error, reason, null) is null;

    /// <summary>
    /// Writes what a start must no longer believe of logs that were cut. Whoever truncates a log calls this before the next append.
    /// </summary>
    internal void WriteTruncation()
    {
        Checkpoints.WriteLogStartOffsets(Logs);
        Checkpoints.WriteRecoveryPoints(Logs);
        Checkpoints.RetainCompacted(Logs);
    }

    /// <summary>Writes what the next start needs to trust the logs, all of which are closed, and the marker that says so.</summary>
    internal void WriteCleanShutdown()
    {
        Checkpoints.WriteRecoveryPoints(Logs);
        Checkpoints.WriteLogStartOffsets(Logs);
        Checkpoints.WriteHighWatermarks(Logs);
        CleanShutdownFile.Write(_fileSystem, Path);
    }

    // Its own name must be durable, too, and that of every parent that is made with it: all the rest is promised inside.
    private void Create()
    {
        var made = new Stack<string>();
        for (var path = Path; path is not null && !_fileSystem.DirectoryExists(path); path = System.IO.Path.GetDirectoryName(path))
        {
            made.Push(path);
        }

        _fileSystem.CreateDirectory(Path);
        foreach (var path in made)
        {
            _fileSystem.FlushDirectory(System.IO.Path.GetDirectoryName(path) ?? path);
        }
    }

    private string MetaPath => System.IO.Path.Combine(Path, MetaProperties.Name);
}
