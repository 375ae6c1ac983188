using Samsa.Broker.Groups.Consumers;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: what happened in all groups of a broker, for the metrics. Threads: any. Lifetime: the broker's. Never fails.
/// </summary>
internal sealed class GroupCounts
{
    private readonly long[] _groups = new long[Enum.GetValues<ClassicGroupState>().Length];
    private readonly long[] _consumerGroups = new long[Enum.GetValues<ConsumerGroupState>().Length];
    private long _consumerRebalances;
    private long _commits;
    private long _expirations;
    private long _deletions;
    private long _rebalances;
    private long _offsets;
    private long _loads;
    private long _loadMs;
    private long _longestLoadMs;

    /// <summary>Offsets committed, one for each partition.</summary>
    public long Commits => Interlocked.Read(ref _commits);

    /// <summary>Offsets that expired.</summary>
    public long Expirations => Interlocked.Read(ref _expirations);

    /// <summary>Offsets deleted on request, or with their topic or group.</summary>
    public long Deletions => Interlocked.Read(ref _deletions);

    /// <summary>Rebalances of classic groups that were completed.</summary>
    public long Rebalances => Interlocked.Read(ref _rebalances);

    /// <summary>Offsets that groups have now.</summary>
    public long Offsets => Interlocked.Read(ref _offsets);

    /// <summary>Milliseconds of the longest load of a partition.</summary>
    public long LongestLoadMs => Interlocked.Read(ref _longestLoadMs);

    /// <summary>Milliseconds of a load of a partition, on average.</summary>
    public double AverageLoadMs => (double)Interlocked.Read(ref _loadMs) / Math.Max(1, Interlocked.Read(ref _loads));

    /// <summary>Classic groups in a state now.</summary>
    public long GroupsIn(ClassicGroupState state) => Interlocked.Read(ref _groups[(int)state]);

    /// <summary>Consumer groups in a state now.</summary>
    public long GroupsIn(ConsumerGroupState state) => Interlocked.Read(ref _consumerGroups[(int)state]);

    /// <summary>Epochs that consumer groups began.</summary>
    public long ConsumerRebalances => Interlocked.Read(ref _consumerRebalances);

    /// <summary>A consumer group is in another state than before; null where it comes or goes.</summary>
    public void Move(ConsumerGroupState? from, ConsumerGroupState? to)
    {
        if (from is { } before)
        {
            Interlocked.Decrement(ref _consumerGroups[(int)before]);
        }

        if (to is { } after)
        {
            Interlocked.Increment(ref _consumerGroups[(int)after]);
        }
    }

    /// <summary>A group is in another state than before; null where it comes or goes.</summary>
    public void Move(ClassicGroupState? from, ClassicGroupState? to)
    {
        if (from is { } before)
        {
            Interlocked.Decrement(ref _groups[(int)before]);
        }

        if (to is { } after)
        {
            Interlocked.Increment(ref _groups[(int)after]);
        }
    }

    public void AddOffsets(int count) => Interlocked.Add(ref _offsets, count);

    /// <summary>A partition was loaded.</summary>
    public void AddLoad(long milliseconds)
    {
        Interlocked.Increment(ref _loads);
        Interlocked.Add(ref _loadMs, milliseconds);
        var longest = LongestLoadMs;
        while (milliseconds > longest)
        {
            longest = Interlocked.CompareExchange(ref _longestLoadMs, milliseconds, longest);
        }
    }

    public void AddCommits(int count) => Interlocked.Add(ref _commits, count);

    public void AddExpirations(int count) => Interlocked.Add(ref _expirations, count);

    public void AddDeletions(int count) => Interlocked.Add(ref _deletions, count);

    public void AddConsumerRebalance() => Interlocked.Increment(ref _consumerRebalances);

    public void AddRebalance() => Interlocked.Increment(ref _rebalances);
}
