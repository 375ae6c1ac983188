using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage.Compaction;
using Samsa.Storage.Producers;

namespace Samsa.Storage.Directories;

/// <summary>
/// Owns all log directories of a broker, the logs in them and their background work.
/// Any thread may enter; look-ups take no lock, creation and deletion take one after the other.
/// Lives from <see cref="OpenAsync"/> to <see cref="CloseAsync"/>, which leaves the marks of a clean stop.
/// Fails by directory: a <see cref="StorageException"/> takes its directory offline and the others go on; when none is left
/// <see cref="AllDirectoriesFailed"/> says that the broker must stop.
/// </summary>
public sealed partial class LogManager : IAsyncDisposable
{
    /// <summary>
    /// The directories of this many partitions of a topic are made before it is announced: that is where a disk that cannot be
    /// written shows, and another directory is taken.
    /// </summary>
    private const int DirectoriesMadeAtOnce = 16;

    private readonly LogManagerOptions _options;
    private readonly ILogger _logger;
    private readonly ProducerStateOptions _producers;
    private readonly IStorageScheduler _scheduler;
    private readonly FileCreation _creation;
    private readonly List<LogDirectory> _directories;
    private readonly ConcurrentDictionary<TopicPartition, HostedLog> _logs = new();
    private readonly Lock _changes = new();
    private LogMaintenance? _maintenance;
    private int _closed;

    private LogManager(LogManagerOptions options)
    {
        _options = options;
        _logger = options.Logger;
        _producers = new ProducerStateOptions
        {
            FileSystem = options.FileSystem,
            ExpirationMs = options.ProducerIdExpirationMs,
            Logger = options.Logger,
        };
        _scheduler = options.Scheduler ?? new StorageScheduler(options.Clock, OnWorkFailed);
        _creation = new FileCreation(_scheduler, OnWorkFailed);
        _directories = [];
        foreach (var path in options.Directories)
        {
            var directory = new LogDirectory(options.FileSystem, path, options.Logger);
            if (_directories.Exists(other => other.Path == directory.Path))
            {
                throw new ArgumentException($"log.dirs names {directory.Path} twice.", nameof(options));
            }

            _directories.Add(directory);
        }

        Cleaner = options.Cleaner is null ? null : new LogCleaner(
            _directories, options.Cleaner, options.Clock, options.Logger,
            (directory, failure) => TakeOffline((LogDirectory)directory, failure));
    }

    /// <summary>A directory went offline. Raised on the thread that met the failure.</summary>
    public event Action<LogDirectory>? DirectoryFailed;

    /// <summary>The last directory went offline: the broker must stop. Raised on the thread that met the failure.</summary>
    public event Action? AllDirectoriesFailed;

    /// <summary>All directories, in the order of the configuration.</summary>
    public IReadOnlyList<LogDirectory> Directories => _directories;

    /// <summary>
    /// Compacts logs in the background, once it is started; null where <c>log.cleaner.enable</c> is false. The log manager ends it.
    /// </summary>
    public LogCleaner? Cleaner { get; }

    /// <summary>The logs of all directories that are online.</summary>
    public IEnumerable<PartitionLog> Logs => _directories.Where(static d => d.IsOnline).SelectMany(static d => d.Logs);

    /// <summary>The log of a partition; null when there is none or its directory is offline.</summary>
    public PartitionLog? Get(TopicPartition partition) =>
        _logs.TryGetValue(partition, out var hosted) && hosted.Directory.IsOnline ? hosted.Log : null;

    /// <summary>True when the partition has a log here that cannot be used because its directory is offline.</summary>
    public bool IsOffline(TopicPartition partition) => _logs.TryGetValue(partition, out var hosted) && !hosted.Directory.IsOnline;

    /// <summary>
    /// True when the partition has a log here that the last stop did not close: records may have been lost that were not flushed.
    /// </summary>
    public bool MayHaveLost(TopicPartition partition) => _logs.TryGetValue(partition, out var hosted) && !hosted.Directory.WasCleanShutdown;

    /// <summary>The directory that holds the log of a partition, null when there is none.</summary>
    public LogDirectory? DirectoryOf(TopicPartition partition) => _logs.GetValueOrDefault(partition)?.Directory;

    /// <summary>
    /// The log of a partition, created in the directory with the fewest logs when there is none. A log on disk that belongs to
    /// another topic id is put aside as <c>-stray</c> first. A new log's files follow in the background, or with the first
    /// append, and are durable with the first flush; so does its directory, except those of a topic's first partitions.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="topicId">The topic's id; <see cref="Guid.Empty"/> when it has none.</param>
    /// <param name="config">The topic's configuration; applied to an existing log, too.</param>
    /// <param name="isNew">
    /// True when the partition has just been created. Otherwise no log is made while a directory is offline: the partition's
    /// records may be there.
    /// </param>
    /// <exception cref="StorageException">The partition's directory is offline, or no directory can take the log.</exception>
    public PartitionLog GetOrCreate(TopicPartition partition, Guid topicId, LogConfig config, bool isNew = false)
    {
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_closed != 0, this);
            if (_logs.TryGetValue(partition, out var hosted))
            {
                if (!hosted.Directory.IsOnline)
                {
                    throw new StorageException(hosted.Directory.Path, $"The log directory of {partition} is offline: {hosted.Directory.Error}");
                }

                if (topicId == Guid.Empty || hosted.Log.TopicId is null || hosted.Log.TopicId == topicId)
                {
                    return Adopt(hosted, topicId, config);
                }

                PutAside(hosted);
            }

            if (!isNew && _directories.Find(static d => !d.IsOnline) is { } offline)
            {
                throw new StorageException(offline.Path, $"No log is made for {partition}: its records may be in this log directory, which is offline");
            }

            return Create(partition, topicId, config);
        }
    }

    /// <summary>
    /// Takes the log of a partition out of service. Its directory is renamed at once and removed in the background after
    /// <c>file.delete.delay.ms</c>. Returns false when there is none. A disk failure takes the directory offline.
    /// </summary>
    public bool Delete(TopicPartition partition)
    {
        lock (_changes)
        {
            if (!_logs.TryRemove(partition, out var hosted))
            {
                return false;
            }

            hosted.Directory.Remove(partition);
            if (hosted.Directory.IsOnline)
            {
                try
                {
                    hosted.Log.Delete();
                }
                catch (StorageException failure)
                {
                    TakeOffline(hosted.Directory, failure);
                }
            }

            return true;
        }
    }

    /// <summary>
    /// Keeps the log of a partition whose topic is gone under the name <c>...-stray</c>, where nothing opens or deletes it any more, until its user does.
    /// Returns false when there is none. A disk failure takes the directory offline.
    /// </summary>
    public bool PutAside(TopicPartition partition)
    {
        lock (_changes)
        {
            ObjectDisposedException.ThrowIf(_closed != 0, this);
            if (!_logs.TryGetValue(partition, out var hosted) || !hosted.Directory.IsOnline)
            {
                return false;
            }

            try
            {
                PutAside(hosted);
                return true;
            }
            catch (StorageException)
            {
                // Its directory is offline by now.
                return false;
            }
        }
    }

    /// <summary>Reports that the disk failed under a log: its directory goes offline.</summary>
    public void ReportFailure(PartitionLog log, StorageException failure)
    {
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(failure);
        if (_logs.TryGetValue(log.TopicPartition, out var hosted) && ReferenceEquals(hosted.Log, log))
        {
            TakeOffline(hosted.Directory, failure);
        }
    }

    /// <summary>Takes a directory offline, once: its logs are closed as they are.</summary>
    internal void TakeOffline(LogDirectory directory, Exception failure)
    {
        if (!directory.TryTakeOffline(failure.Message))
        {
            return;
        }

        StorageLog.DirectoryOffline(_logger, directory.Path, directory.LogCount, failure.Message, failure);
        foreach (var log in directory.Logs)
        {
            Quietly(log.Dispose);
        }

        Quietly(directory.ReleaseLock);
        DirectoryFailed?.Invoke(directory);
        if (!_directories.Exists(static d => d.IsOnline))
        {
            StorageLog.AllOffline(_logger);
            AllDirectoriesFailed?.Invoke();
        }
    }

    /// <summary>Reports the failure of background work; a disk failure takes the directory offline that the path is in.</summary>
    internal void OnWorkFailed(Exception failure)
    {
        if (failure is StorageException storage
            && _directories.Find(directory => IsInside(storage.Path, directory.Path)) is { } directory)
        {
            TakeOffline(directory, storage);
        }
        else if (failure is not ObjectDisposedException)
        {
            // Work for a log that was closed meanwhile has no purpose any more; anything else is a bug.
            StorageLog.WorkFailed(_logger, failure.Message, failure);
        }
    }

    private static bool IsInside(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal)
        && (path.Length == directory.Length || path[directory.Length] == Path.DirectorySeparatorChar);

    // The disk is failing already: a second failure while letting go of it says nothing new.
    private static void Quietly(Action release)
    {
        try
        {
            release();
        }
        catch (StorageException)
        {
        }
    }

    private PartitionLog Create(TopicPartition partition, Guid topicId, LogConfig config)
    {
        StorageException? last = null;
        while (_directories.Where(static d => d.IsOnline).MinBy(static d => d.LogCount) is { } directory)
        {
            try
            {
                directory.Checkpoints.Forget(partition);
                var log = PartitionLog.Open(OptionsFor(directory, partition, config) with
                {
                    DefersDirectory = partition.Partition >= DirectoriesMadeAtOnce,
                });
                StorageLog.Created(_logger, partition, directory.Path);
                Adopt(Host(directory, log), topicId, config);
                _creation.Add(log);
                return log;
            }
            catch (StorageException failure)
            {
                last = failure;
                TakeOffline(directory, failure);
            }
        }

        throw last ?? new StorageException(_directories[0].Path, $"No log is made for {partition}: all log directories are offline");
    }

    private HostedLog Host(LogDirectory directory, PartitionLog log)
    {
        var hosted = new HostedLog(directory, log);
        directory.Add(log);
        _logs[log.TopicPartition] = hosted;
        return hosted;
    }

    private static PartitionLog Adopt(HostedLog hosted, Guid topicId, LogConfig config)
    {
        hosted.Log.UpdateConfig(config);
        if (topicId != Guid.Empty && hosted.Log.TopicId is null)
        {
            hosted.Log.AssignTopicId(topicId);
        }

        return hosted.Log;
    }

    private void PutAside(HostedLog hosted)
    {
        var partition = hosted.Log.TopicPartition;
        try
        {
            hosted.Log.Close();
            var path = Path.Combine(hosted.Directory.Path, PartitionDirectoryName.Stray(partition, Guid.NewGuid()));
            _options.FileSystem.Move(hosted.Log.Directory, path);
            _options.FileSystem.FlushDirectory(hosted.Directory.Path);
            StorageLog.Stray(_logger, partition, path);
        }
        catch (StorageException failure)
        {
            TakeOffline(hosted.Directory, failure);
            throw;
        }

        hosted.Directory.Remove(partition);
        _logs.TryRemove(partition, out _);
    }

    private PartitionLogOptions OptionsFor(LogDirectory directory, TopicPartition partition, LogConfig config) => new()
    {
        Directory = Path.Combine(directory.Path, partition.ToString()),
        Parent = directory.Names,
        TopicPartition = partition,
        Config = config,
        Clock = _options.Clock,
        FileSystem = _options.FileSystem,
        Logger = _logger,
        Scheduler = _scheduler,
        Producers = _producers,
    };

    private sealed record HostedLog(LogDirectory Directory, PartitionLog Log);
}
