namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>Counts what went to the log. One thread writes; any reads.</summary>
internal sealed class LogStatistics
{
    private long _transactions;
    private long _flushes;
    private long _flushTicks;
    private long _longestTicks;
    private long _snapshots;

    internal long Transactions => Interlocked.Read(ref _transactions);

    internal long Flushes => Interlocked.Read(ref _flushes);

    internal long Snapshots => Interlocked.Read(ref _snapshots);

    internal TimeSpan FlushTime => TimeSpan.FromTicks(Interlocked.Read(ref _flushTicks));

    internal TimeSpan LongestFlush => TimeSpan.FromTicks(Interlocked.Read(ref _longestTicks));

    internal void CountFlush(int transactions, TimeSpan took)
    {
        Interlocked.Add(ref _transactions, transactions);
        Interlocked.Increment(ref _flushes);
        Interlocked.Add(ref _flushTicks, took.Ticks);
        if (took.Ticks > Interlocked.Read(ref _longestTicks))
        {
            Interlocked.Exchange(ref _longestTicks, took.Ticks);
        }
    }

    internal void CountSnapshot() => Interlocked.Increment(ref _snapshots);
}
