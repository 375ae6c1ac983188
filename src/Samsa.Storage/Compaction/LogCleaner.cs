using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Samsa.Storage.Compaction;

/// <summary>
/// Compacts the logs of a broker in the background, the dirtiest first. Owns its threads and what they share: the rate limit, the
/// figures of the metrics, the logs that cannot be compacted. Any thread may enter. Lives from <see cref="Start"/> to
/// <see cref="DisposeAsync"/>, which waits for the threads; what they were at is begun anew later.
/// A log with damaged records is left alone and the others go on; a disk that fails is reported to whoever made the cleaner.
/// </summary>
public sealed class LogCleaner : IAsyncDisposable
{
    private readonly IReadOnlyList<ICompactedDirectory> _directories;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<ICompactedDirectory, StorageException> _onDiskFailure;
    private readonly ConcurrentDictionary<PartitionLog, ICompactedDirectory> _uncleanable = new();
    private readonly Lock _lock = new();
    private readonly List<Worker> _workers = [];
    private readonly List<Task> _ended = [];
    private volatile CleanerOptions _options;
    private volatile CancellationTokenSource _changed = new();
    private bool _started;
    private bool _stopped;

    internal LogCleaner(
        IReadOnlyList<ICompactedDirectory> directories, CleanerOptions options, TimeProvider clock, ILogger logger,
        Action<ICompactedDirectory, StorageException> onDiskFailure)
    {
        _directories = directories;
        _options = options;
        _clock = clock;
        _logger = logger;
        _onDiskFailure = onDiskFailure;
        Status = new CleanerStatus(clock);
        Throttle = new CleanerThrottle(clock) { BytesPerSecond = options.MaxBytesPerSecond };
    }

    /// <summary>Threads that ended by a fault of ours.</summary>
    public int DeadThreadCount => Status.DeadThreads;

    /// <summary>Of the bytes that the last passes read, how many percent they wrote again.</summary>
    public double RecopyPercent => Status.RecopyPercent;

    /// <summary>How full the key map was in the last passes at most, in percent.</summary>
    public double MaxBufferUtilizationPercent => Status.MaxBufferUtilizationPercent;

    /// <summary>How long the longest of the last passes took, in seconds.</summary>
    public double MaxCleanTimeSeconds => Status.MaxCleanTimeSeconds;

    /// <summary>By how many seconds the log that waits longest has passed <c>max.compaction.lag.ms</c>.</summary>
    public double MaxCompactionDelaySeconds => Status.MaxCompactionDelaySeconds;

    /// <summary>The dirty part of the dirtiest log, in percent.</summary>
    public double MaxDirtyPercent => Status.MaxDirtyPercent;

    /// <summary>Milliseconds since a thread last looked for work.</summary>
    public double TimeSinceLastRunMs => Status.TimeSinceLastRunMs;

    /// <summary>All bytes that were read and written.</summary>
    public long IoBytes => Throttle.Bytes;

    internal CleanerStatus Status { get; }

    internal CleanerThrottle Throttle { get; }

    /// <summary>How it works. Passes that run already go on as they began.</summary>
    public CleanerOptions Options => _options;

    /// <summary>How many logs of a directory cannot be compacted.</summary>
    public int UncleanablePartitions(string directory) => _uncleanable.Values.Count(owner => owner.Path == directory);

    /// <summary>How many bytes of those logs wait for a compaction that does not come.</summary>
    public long UncleanableBytes(string directory)
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        return _uncleanable.Where(pair => pair.Value.Path == directory && !pair.Key.IsClosed)
            .Sum(pair => CleanableRange.Of(pair.Key, pair.Value.CompactedTo(pair.Key.TopicPartition), now).DirtyBytes);
    }

    /// <summary>Starts the threads. Call it when every log has its topic's configuration, which says whether to compact it.</summary>
    public void Start()
    {
        lock (_lock)
        {
            _started = true;
            Adjust();
        }
    }

    /// <summary>Takes other options. A thread too many breaks off what it is at; one that sleeps, or waits for its rate, wakes up.</summary>
    public void Update(CleanerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_lock)
        {
            if (options == _options)
            {
                return;
            }

            _options = options;
            Throttle.BytesPerSecond = options.MaxBytesPerSecond;
            Adjust();
            var changed = _changed;
            _changed = new CancellationTokenSource();

            // The sleepers go on elsewhere, not here under the lock.
            _ = changed.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<Task> ended;
        lock (_lock)
        {
            _stopped = true;
            Adjust();
            ended = [.. _ended];
        }

        await Task.WhenAll(ended).ConfigureAwait(false);
    }

    /// <summary>Takes the log that needs it most and compacts it on this thread. Returns false when none needs it.</summary>
    internal bool CleanFilthiest(int thread, LogCompactor compactor, CancellationToken stop)
    {
        if (!TryTake(thread, out var job))
        {
            return false;
        }

        Clean(thread, job, compactor, stop);
        return true;
    }

    /// <summary>Chooses the log that needs it most and enters it; <see cref="Clean"/> leaves it.</summary>
    internal bool TryTake(int thread, out CleaningJob job)
    {
        job = default;
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        var dirtiest = 0.0;
        var delay = 0L;
        foreach (var directory in _directories)
        {
            foreach (var log in directory.IsOnline ? directory.Logs : [])
            {
                if (!log.Config.Compact || _uncleanable.ContainsKey(log) || log.IsClosed || log.Cleaning.IsEntered)
                {
                    continue;
                }

                var range = RangeOf(directory, log, now);
                if (range.CleanBytes + range.DirtyBytes == 0)
                {
                    continue;
                }

                dirtiest = Math.Max(dirtiest, range.DirtyRatio);
                delay = Math.Max(delay, range.OverdueMs);
                var isDue = range.DirtyRatio > log.Config.MinCleanableDirtyRatio || (range.OverdueMs > 0 && range.DirtyBytes > 0);
                if (isDue && (job.Log is null || range.DirtyRatio > job.Range.DirtyRatio))
                {
                    job = new CleaningJob(directory, log, range, default);
                }
            }
        }

        Forget();
        Status.Searched(thread, dirtiest, delay);
        if (job.Log is null || !job.Log.Cleaning.TryEnter(out var abort))
        {
            return false;
        }

        // Looked at again from inside: what was seen before may have been compacted by another thread, or cut.
        job = job with { Abort = abort, Range = RangeOf(job.Directory, job.Log, now) };
        if (job.Range.DirtyBytes == 0)
        {
            job.Log.Cleaning.Leave();
            return false;
        }

        return true;
    }

    /// <summary>Compacts a log that was taken.</summary>
    internal void Clean(int thread, in CleaningJob job, LogCompactor compactor, CancellationToken stop)
    {
        StorageException? broken = null;
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(job.Abort, stop);
            var outcome = compactor.Clean(job.Log, job.Range, _options, both.Token);
            Status.Cleaned(thread, outcome.Statistics);
            if (outcome.IsComplete)
            {
                job.Directory.SetCompactedTo(job.Log, outcome.EndOffset);
                if (job.Log.TakeTruncation() is var truncated && truncated < outcome.EndOffset)
                {
                    // Cut after the last swap, perhaps before this was written: whoever cut it could not lower it.
                    job.Directory.SetCompactedTo(job.Log, truncated);
                }

                Report(job, outcome);
            }
            else
            {
                CleanerLog.BrokenOff(_logger, job.Log.TopicPartition);
            }
        }
        catch (StorageException failure)
        {
            broken = failure;
        }
#pragma warning disable CA1031 // Whatever it is, the log stays as it is; the others must go on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _uncleanable[job.Log] = job.Directory;
            CleanerLog.Uncleanable(_logger, job.Log.TopicPartition, failure.Message, failure);
        }
        finally
        {
            job.Log.Cleaning.Leave();
        }

        // Only now: whoever takes a directory offline may wait for this log to be left.
        if (broken is not null && !job.Log.IsClosed)
        {
            _onDiskFailure(job.Directory, broken);
        }
    }

    private CleanableRange RangeOf(ICompactedDirectory directory, PartitionLog log, long now)
    {
        var checkpoint = directory.CompactedTo(log.TopicPartition);
        var truncated = log.TakeTruncation();
        if (checkpoint > truncated)
        {
            checkpoint = truncated;
            Checkpoint(directory, log, truncated);
        }

        var range = CleanableRange.Of(log, checkpoint, now);
        if (range.IsCheckpointWrong)
        {
            // Retention moves the start of compact,delete topics past it every day.
            if (!log.Config.Delete || checkpoint > log.LogEndOffset)
            {
                CleanerLog.CheckpointReset(_logger, log.TopicPartition, range.FirstDirtyOffset, checkpoint ?? -1);
            }

            Checkpoint(directory, log, range.FirstDirtyOffset);
        }

        return range;
    }

    private void Checkpoint(ICompactedDirectory directory, PartitionLog log, long offset)
    {
        try
        {
            directory.SetCompactedTo(log, offset);
        }
        catch (StorageException failure)
        {
            _onDiskFailure(directory, failure);
        }
    }

    private void Report(in CleaningJob job, in CleanOutcome outcome)
    {
        var done = outcome.Statistics;
        CleanerLog.Compacted(
            _logger, job.Log.TopicPartition, outcome.EndOffset, done.Elapsed.TotalSeconds, done.RecordsRead, done.BytesRead,
            done.RecordsWritten, done.BytesWritten, 100 * done.MapUtilization);
        if (done.KeylessRecords > 0)
        {
            CleanerLog.Keyless(_logger, job.Log.TopicPartition, done.KeylessRecords);
        }
    }

    private void Forget()
    {
        foreach (var log in _uncleanable.Keys)
        {
            if (log.IsClosed)
            {
                _uncleanable.TryRemove(log, out _);
            }
        }
    }

    // Under the lock: as many threads as there should be.
    private void Adjust()
    {
        var wanted = _started && !_stopped ? _options.Threads : 0;
        while (_workers.Count > wanted)
        {
            _workers[^1].Stop.Cancel();
            _ended.Add(_workers[^1].Task);
            _workers.RemoveAt(_workers.Count - 1);
        }

        while (_workers.Count < wanted)
        {
            var stop = new CancellationTokenSource();
            var number = _workers.Count;
            _workers.Add(new Worker(stop, Task.Run(() => RunAsync(number, stop.Token), CancellationToken.None)));
        }
    }

    private async Task RunAsync(int thread, CancellationToken stop)
    {
        try
        {
            using var compactor = new LogCompactor(_clock, Throttle);
            while (!stop.IsCancellationRequested)
            {
                // Asked for before the options are read: a change in between ends the sleep at once.
                var changed = _changed.Token;
                if (TryTake(thread, out var job))
                {
                    // A pass takes long and waits for the disk: it gets a thread of its own, for as long as it lasts.
                    await Task.Factory.StartNew(
                        () => Clean(thread, job, compactor, stop), CancellationToken.None, TaskCreationOptions.LongRunning,
                        TaskScheduler.Default).ConfigureAwait(false);
                }
                else
                {
                    using var wake = CancellationTokenSource.CreateLinkedTokenSource(stop, changed);
                    await Task.Delay(Backoff(), _clock, wake.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
#pragma warning disable CA1031 // Nobody else would hear of it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Status.Died();
            CleanerLog.ThreadDied(_logger, failure.Message, failure);
        }
    }

    // The system's timers take at most 49 days.
    private TimeSpan Backoff() => TimeSpan.FromMilliseconds(Math.Min(_options.BackoffMs, uint.MaxValue - 1));

    private sealed record Worker(CancellationTokenSource Stop, Task Task);
}
