namespace Samsa.Storage.Directories;

/// <summary>
/// Owns the timers of storage: retention, flush, checkpoints, expiry of producers. The work runs on the timers' threads, each
/// kind one at a time, directory by directory. Lives from the end of loading to the close of its <see cref="LogManager"/>.
/// A disk failure takes the directory offline and the work goes on with the next.
/// </summary>
internal sealed class LogMaintenance : IAsyncDisposable
{
    // flush.ms of a topic must have an effect although log.flush.scheduler.interval.ms is "never" by default.
    private const long FallbackFlushCheckMs = 1000;

    private readonly LogManager _manager;
    private readonly TimeProvider _clock;
    private readonly List<PeriodicWork> _works = [];

    internal LogMaintenance(LogManager manager, LogManagerOptions options)
    {
        _manager = manager;
        _clock = options.Clock;
        var flushCheck = options.FlushCheckIntervalMs == long.MaxValue ? FallbackFlushCheckMs : options.FlushCheckIntervalMs;
        Add(options.RetentionCheckIntervalMs, ApplyRetention);
        Add(flushCheck, FlushDue);
        Add(options.RecoveryPointCheckpointIntervalMs, static d => d.Checkpoints.WriteRecoveryPoints(d.Logs));
        Add(options.LogStartOffsetCheckpointIntervalMs, static d => d.Checkpoints.WriteLogStartOffsets(d.Logs));
        Add(options.HighWatermarkCheckpointIntervalMs, static d => d.Checkpoints.WriteHighWatermarks(d.Logs));
        Add(options.ProducerIdExpirationCheckIntervalMs, ExpireProducers);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var work in _works)
        {
            await work.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Add(long intervalMs, Action<LogDirectory> work) =>
        _works.Add(new PeriodicWork(_clock, intervalMs, () => ForEachDirectory(work), _manager.OnWorkFailed));

    private void ForEachDirectory(Action<LogDirectory> work)
    {
        foreach (var directory in _manager.Directories)
        {
            if (!directory.IsOnline)
            {
                continue;
            }

            try
            {
                work(directory);
            }
            catch (StorageException failure)
            {
                _manager.TakeOffline(directory, failure);
            }
            catch (ObjectDisposedException)
            {
                // A log was deleted under our hands; the next tick comes for the others.
            }
        }
    }

    private void ApplyRetention(LogDirectory directory)
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var log in directory.Logs)
        {
            log.ApplyRetention(now);
        }
    }

    private void FlushDue(LogDirectory directory)
    {
        var now = _clock.GetUtcNow();
        foreach (var log in directory.Logs)
        {
            var flushMs = log.Config.FlushMs;
            if (flushMs != long.MaxValue
                && log.RecoveryPoint < log.LogEndOffset
                && (now - log.LastFlush).TotalMilliseconds >= flushMs)
            {
                log.Flush();
            }
        }
    }

    private void ExpireProducers(LogDirectory directory)
    {
        var now = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var log in directory.Logs)
        {
            log.Producers.RemoveExpired(now);
        }
    }
}
