namespace Samsa.Storage.Compaction;

/// <summary>
/// What the metrics of the cleaner show. Owns the last figures of every thread; written by those, read by anybody, under a
/// short lock. Never fails.
/// </summary>
internal sealed class CleanerStatus(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, CleanStatistics> _last = [];
    private readonly Dictionary<int, double> _delays = [];
    private int _dead;
    private double _dirtiest;
    private long _lastRun = clock.GetTimestamp();

    internal int DeadThreads => Volatile.Read(ref _dead);

    internal double MaxDirtyPercent => 100 * Volatile.Read(ref _dirtiest);

    internal double TimeSinceLastRunMs => clock.GetElapsedTime(Volatile.Read(ref _lastRun)).TotalMilliseconds;

    internal double MaxBufferUtilizationPercent => 100 * Max(static statistics => statistics.MapUtilization);

    internal double MaxCleanTimeSeconds => Max(static statistics => statistics.Elapsed.TotalSeconds);

    internal double MaxCompactionDelaySeconds
    {
        get
        {
            lock (_lock)
            {
                var max = 0.0;
                foreach (var delay in _delays.Values)
                {
                    max = Math.Max(max, delay);
                }

                return max;
            }
        }
    }

    internal double RecopyPercent
    {
        get
        {
            lock (_lock)
            {
                var read = 0L;
                var written = 0L;
                foreach (var statistics in _last.Values)
                {
                    read += statistics.BytesRead;
                    written += statistics.BytesWritten;
                }

                return 100.0 * written / Math.Max(read, 1);
            }
        }
    }

    /// <summary>A thread looked for a log to clean.</summary>
    internal void Searched(int thread, double dirtiest, double longestDelayMs)
    {
        lock (_lock)
        {
            _delays[thread] = longestDelayMs / 1000;
            Volatile.Write(ref _dirtiest, dirtiest);
            Volatile.Write(ref _lastRun, clock.GetTimestamp());
        }
    }

    /// <summary>A thread cleaned a log.</summary>
    internal void Cleaned(int thread, CleanStatistics statistics)
    {
        lock (_lock)
        {
            _last[thread] = statistics;
        }
    }

    /// <summary>A thread ended that should not have.</summary>
    internal void Died() => Interlocked.Increment(ref _dead);

    private double Max(Func<CleanStatistics, double> value)
    {
        lock (_lock)
        {
            var max = 0.0;
            foreach (var statistics in _last.Values)
            {
                max = Math.Max(max, value(statistics));
            }

            return max;
        }
    }
}
