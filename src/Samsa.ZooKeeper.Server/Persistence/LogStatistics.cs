using Samsa.ZooKeeper.Server.Administration;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>Counts what went to the disk. Each number has one thread that writes it; any reads.</summary>
internal sealed class LogStatistics
{
    private volatile Summary _flushes = new(0, 0, 0, 0);
    private volatile Summary _batches = new(0, 0, 0, 0);
    private volatile Summary _snapshots = new(0, 0, 0, 0);

    /// <summary>The time that each fsync of the log took, in ms.</summary>
    internal Summary Flushes => _flushes;

    /// <summary>The transactions of each fsync.</summary>
    internal Summary Batches => _batches;

    /// <summary>The time that each snapshot took, in ms.</summary>
    internal Summary Snapshots => _snapshots;

    internal void CountFlush(int transactions, TimeSpan took)
    {
        _flushes = _flushes.With((long)took.TotalMilliseconds);
        _batches = _batches.With(transactions);
    }

    internal void CountSnapshot(TimeSpan took) => _snapshots = _snapshots.With((long)took.TotalMilliseconds);
}
