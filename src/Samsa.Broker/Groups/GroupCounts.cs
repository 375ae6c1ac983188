namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: what happened in all groups of a broker, for the metrics. Threads: any. Lifetime: the broker's. Never fails.
/// </summary>
internal sealed class GroupCounts
{
    private long _commits;
    private long _expirations;
    private long _deletions;
    private long _rebalances;

    /// <summary>Offsets committed, one for each partition.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Offsets that expired.</summary>
    public long Expirations => Interlocked.Read(ref _expirations);

    /// <summary>Offsets deleted on request, or with their topic or group.</summary>
    public long Deletions => Interlocked.Read(ref _deletions);

    /// <summary>Rebalances of classic groups that were completed.</summary>
    public long Rebalances => Interlocked.Read(ref _rebalances);

    public void AddCommits(int count) => Interlocked.Add(ref _commits, count);

    public void AddExpirations(int count) => Interlocked.Add(ref _expirations, count);

    public void AddDeletions(int count) => Interlocked.Add(ref _deletions, count);

    public void AddRebalance() => Interlocked.Increment(ref _rebalances);
}
