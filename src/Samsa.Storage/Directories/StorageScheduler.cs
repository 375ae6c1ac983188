using System.Collections.Concurrent;

namespace Samsa.Storage.Directories;

/// <summary>
/// Owns the delayed work of all logs: removal of files, flush of rolled segments. Any thread may schedule; work runs on the
/// thread pool. Lives as long as its <see cref="LogManager"/>; what still waits when it stops is forgotten (recovery
/// finishes it). Failures go to the handler it was made with.
/// </summary>
internal sealed class StorageScheduler(TimeProvider clock, Action<Exception> onFailure) : IStorageScheduler, IDisposable
{
    private readonly ConcurrentDictionary<Job, bool> _waiting = new();
    private volatile bool _stopped;

    /// <summary>How many jobs wait for their time.</summary>
    internal int Waiting => _waiting.Count;

    /// <inheritdoc/>
    public void Schedule(TimeSpan delay, Action work)
    {
        var job = new Job(this, work);
        if (delay <= TimeSpan.Zero)
        {
            ThreadPool.UnsafeQueueUserWorkItem(job, preferLocal: false);
            return;
        }

        _waiting[job] = true;
        job.Start(clock, delay);
        if (_stopped)
        {
            job.Cancel();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped = true;
        foreach (var job in _waiting.Keys)
        {
            job.Cancel();
        }
    }

    private sealed class Job(StorageScheduler owner, Action work) : IThreadPoolWorkItem
    {
        private readonly Lock _lock = new();
        private ITimer? _timer;
        private bool _done;

        internal void Start(TimeProvider clock, TimeSpan delay)
        {
            lock (_lock)
            {
                _timer = clock.CreateTimer(static job => ((Job)job!).Execute(), this, delay, Timeout.InfiniteTimeSpan);
            }
        }

        internal void Cancel() => TryFinish();

        public void Execute()
        {
            if (!TryFinish() || owner._stopped)
            {
                return;
            }

            try
            {
                work();
            }
#pragma warning disable CA1031 // Nobody else would hear of it: the handler reports it, or takes the directory offline.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                owner.Report(failure);
            }
        }

        private bool TryFinish()
        {
            lock (_lock)
            {
                var first = !_done;
                _done = true;
                _timer?.Dispose();
                owner._waiting.TryRemove(this, out _);
                return first;
            }
        }
    }

    private void Report(Exception failure) => onFailure(failure);
}
