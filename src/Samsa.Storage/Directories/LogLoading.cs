using Samsa.Protocol;

namespace Samsa.Storage.Directories;

/// <summary>
/// Opens all logs at start: directories side by side, within each as many at a time as <c>num.recovery.threads.per.data.dir</c>
/// says. Used once. A directory whose disk fails goes offline and loading goes on with the others.
/// </summary>
internal sealed class LogLoading(
    LogManagerOptions options, Action<LogDirectory, TopicPartition> open, Action<LogDirectory, Exception> takeOffline)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    /// <summary>Lists what the directories that are online hold.</summary>
    /// <exception cref="StorageException">A partition is in two directories.</exception>
    internal Dictionary<LogDirectory, DirectoryScan> Scan(IReadOnlyList<LogDirectory> directories)
    {
        var scans = new Dictionary<LogDirectory, DirectoryScan>();
        var owners = new Dictionary<TopicPartition, LogDirectory>();
        foreach (var directory in directories.Where(static d => d.IsOnline))
        {
            try
            {
                scans[directory] = DirectoryScan.Run(options.FileSystem, directory.Path, options.Logger);
            }
            catch (StorageException failure)
            {
                takeOffline(directory, failure);
                continue;
            }

            foreach (var partition in scans[directory].Partitions)
            {
                if (!owners.TryAdd(partition, directory))
                {
                    throw new StorageException(
                        Path.Combine(directory.Path, partition.ToString()),
                        $"Partition {partition} is in two log directories, the other is {owners[partition].Path}; move one of them away");
                }
            }
        }

        return scans;
    }

    /// <summary>Opens everything that was found.</summary>
    internal Task RunAsync(Dictionary<LogDirectory, DirectoryScan> scans, CancellationToken cancellationToken) =>
        Task.WhenAll(scans.Where(static pair => pair.Key.IsOnline)
            .Select(pair => RunAsync(pair.Key, pair.Value.Partitions, cancellationToken)));

    private async Task RunAsync(LogDirectory directory, IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var kind = directory.WasCleanShutdown ? "the last stop was clean" : "recovering after an unclean stop, or new";
        StorageLog.Opening(options.Logger, partitions.Count, directory.Path, kind);
        var progress = new Progress(options, directory, partitions.Count);
        var parallel = new ParallelOptions
        {
            MaxDegreeOfParallelism = Math.Max(1, options.RecoveryThreadsPerDirectory),
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(partitions, parallel, (partition, _) =>
        {
            Open(directory, partition);
            progress.Step();
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);

        try
        {
            // Entries of partitions that are gone must not wait for a new topic of that name.
            if (directory.IsOnline)
            {
                directory.Checkpoints.WriteLogStartOffsets(directory.Logs);
                directory.Checkpoints.WriteRecoveryPoints(directory.Logs);
                directory.Checkpoints.WriteHighWatermarks(directory.Logs);
                directory.Checkpoints.RetainCompacted(directory.Logs);
            }
        }
        catch (StorageException failure)
        {
            takeOffline(directory, failure);
        }
    }

    private void Open(LogDirectory directory, TopicPartition partition)
    {
        if (!directory.IsOnline)
        {
            return;
        }

        try
        {
            open(directory, partition);
        }
        catch (StorageException failure)
        {
            takeOffline(directory, failure);
        }
    }

    /// <summary>Tells now and then how far a long recovery is.</summary>
    private sealed class Progress(LogManagerOptions options, LogDirectory directory, int count)
    {
        private int _done;
        private long _reported = options.Clock.GetTimestamp();

        internal void Step()
        {
            var done = Interlocked.Increment(ref _done);
            var reported = Volatile.Read(ref _reported);
            if (options.Clock.GetElapsedTime(reported) >= ProgressInterval
                && Interlocked.CompareExchange(ref _reported, options.Clock.GetTimestamp(), reported) == reported)
            {
                StorageLog.Progress(options.Logger, done, count, directory.Path);
            }
        }
    }
}
