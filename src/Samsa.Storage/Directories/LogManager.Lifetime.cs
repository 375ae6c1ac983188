using Samsa.Protocol;
using Samsa.Storage.Checkpoints;

namespace Samsa.Storage.Directories;

/// <content>The start and the stop: lock, identify, load; close and mark as clean.</content>
public sealed partial class LogManager
{
    private const int ClosingThreads = 8;

    /// <summary>
    /// Locks and checks all directories, then opens every log in them, several at a time. After an unclean stop this recovers.
    /// </summary>
    /// <exception cref="StorageException">
    /// Another broker uses a directory, a directory belongs to another broker or cluster, a partition is in two directories,
    /// or no directory can be used at all. The message says which.
    /// </exception>
    public static async Task<LogManager> OpenAsync(LogManagerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Directories.Count == 0)
        {
            throw new ArgumentException("log.dirs is empty; a broker needs at least one log directory.", nameof(options));
        }

        var manager = new LogManager(options);
        try
        {
            await manager.LoadAsync(cancellationToken).ConfigureAwait(false);
            manager._maintenance = new LogMaintenance(manager, options);
            return manager;
        }
        catch
        {
            manager.Abandon();
            throw;
        }
    }

    /// <summary>
    /// Stops the background work, closes all logs so that nothing needs recovery, writes the checkpoints and the marker of a
    /// clean stop, gives the locks back. A directory that fails on the way is recovered at the next start.
    /// </summary>
    public async Task CloseAsync()
    {
        lock (_changes)
        {
            if (Interlocked.Exchange(ref _closed, 1) != 0)
            {
                return;
            }
        }

        if (_maintenance is not null)
        {
            await _maintenance.DisposeAsync().ConfigureAwait(false);
        }

        if (Cleaner is not null)
        {
            await Cleaner.DisposeAsync().ConfigureAwait(false);
        }

        (_scheduler as IDisposable)?.Dispose();
        await Task.WhenAll(_directories.Select(CloseDirectoryAsync)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var started = _options.Clock.GetTimestamp();
        foreach (var directory in _directories)
        {
            Try(directory, directory.Probe);
        }

        foreach (var directory in _directories.Where(static d => d.IsOnline))
        {
            Try(directory, () =>
            {
                directory.TakeLock();
                directory.CheckIdentity(_options);
            });
        }

        var loader = new LogLoading(_options, OpenLog, TakeOffline);
        var scans = loader.Scan(_directories);
        foreach (var directory in scans.Keys)
        {
            // Only now, when nothing but the disk can stop the start any more: this takes the marker of the clean stop away.
            Try(directory, directory.Begin);
        }

        if (!_directories.Exists(static d => d.IsOnline))
        {
            throw new StorageException(_directories[0].Path, $"No log directory can be used; the first because: {_directories[0].Error}");
        }

        await loader.RunAsync(scans, cancellationToken).ConfigureAwait(false);
        foreach (var path in scans.Values.SelectMany(static scan => scan.Deleted))
        {
            _scheduler.Schedule(TimeSpan.Zero, () => _options.FileSystem.DeleteDirectory(path));
        }

        var milliseconds = (long)_options.Clock.GetElapsedTime(started).TotalMilliseconds;
        StorageLog.Opened(_logger, _logs.Count, _directories.Count, milliseconds);
    }

    // A failing disk costs one directory. A file that says something else than it should, or another broker, stops the start.
    private void Try(LogDirectory directory, Action action)
    {
        try
        {
            action();
        }
        catch (StorageException failure) when (!MalformedFile.Is(failure) && !failure.IsLockHeld)
        {
            TakeOffline(directory, failure);
        }
    }

    private void OpenLog(LogDirectory directory, TopicPartition partition) =>
        Host(directory, PartitionLog.Open(OptionsFor(directory, partition, _options.ConfigOf(partition.Topic)) with
        {
            RecoveryPoint = directory.Checkpoints.RecoveryPointOf(partition),
            LogStartOffset = directory.Checkpoints.LogStartOffsetOf(partition),
            CompactedTo = directory.Checkpoints.CompactedTo(partition) ?? 0,
            CleanShutdown = directory.WasCleanShutdown,
        })).Log.UpdateHighWatermark(directory.Checkpoints.HighWatermarkOf(partition) ?? 0);

    private async Task CloseDirectoryAsync(LogDirectory directory)
    {
        if (!directory.IsOnline)
        {
            return;
        }

        try
        {
            // Mostly waiting for the disk, which makes one commit of many flushes that come together.
            var threads = _options.ClosingThreadsPerDirectory ?? Math.Max(ClosingThreads, _options.RecoveryThreadsPerDirectory);
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
            await Parallel.ForEachAsync(directory.Logs.OrderBy(static log => log.Directory, StringComparer.Ordinal), parallel, static (log, _) =>
            {
                log.Close();
                return ValueTask.CompletedTask;
            }).ConfigureAwait(false);
            directory.WriteCleanShutdown();
            StorageLog.Closed(_logger, directory.LogCount, directory.Path);
        }
        catch (StorageException failure)
        {
            StorageLog.NotClosedCleanly(_logger, directory.Path, failure.Message, failure);
        }

        Quietly(directory.ReleaseLock);
    }

    // A start that failed: nothing is flushed and nothing is marked as clean.
    private void Abandon()
    {
        _closed = 1;
        (_scheduler as IDisposable)?.Dispose();
        foreach (var directory in _directories)
        {
            foreach (var log in directory.Logs)
            {
                Quietly(log.Dispose);
            }

            Quietly(directory.ReleaseLock);
        }
    }
}
