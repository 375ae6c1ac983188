using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Samsa.Broker.Api.Fetching;

/// <summary>
/// Owns: the fetch sessions of all clients, at most <c>max.incremental.fetch.session.cache.slots</c> (KIP-227).
/// Threads: any; one short lock.
/// Lifetime: the broker's.
/// Failure: a full cache answers no session (id 0), and the client goes on with full fetches.
/// </summary>
public sealed class FetchSessionCache(int slots, TimeProvider time)
{
    /// <summary>How long a session may be idle before another may take its slot, in milliseconds (Kafka's fixed 120 s).</summary>
    public const long EvictionMs = 120_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, FetchSession> _sessions = [];
    private long _evictions;

    /// <summary>The number of live sessions.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>The number of partitions in all live sessions.</summary>
    public int PartitionCount
    {
        get
        {
            lock (_lock)
            {
                var count = 0;
                foreach (var session in _sessions.Values)
                {
                    count += session.Count;
                }

                return count;
            }
        }
    }

    /// <summary>How many sessions lost their slots to others.</summary>
    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>Finds a session and marks it used.</summary>
    public bool TryGet(int id, [NotNullWhen(true)] out FetchSession? session)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(id, out session))
            {
                return false;
            }

            session.LastUsedAt = Now;
            return true;
        }
    }

    /// <summary>Ends a session, if there is one of that id.</summary>
    public void Remove(int id)
    {
        lock (_lock)
        {
            _sessions.Remove(id);
        }
    }

    /// <summary>Makes a session; null when the cache is full of sessions that deserve their slots.</summary>
    public FetchSession? TryCreate(bool usesTopicIds, IReadOnlyCollection<FetchPartition> partitions)
    {
        ArgumentNullException.ThrowIfNull(partitions);
        lock (_lock)
        {
            if (_sessions.Count >= slots && !TryEvict(partitions.Count))
            {
                return null;
            }

            int id;
            do
            {
                id = RandomNumberGenerator.GetInt32(1, int.MaxValue);
            }
            while (_sessions.ContainsKey(id));

            var session = new FetchSession(id, usesTopicIds, Now, partitions);
            _sessions.Add(id, session);
            return session;
        }
    }

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private bool TryEvict(int newcomerSize)
    {
        FetchSession? stalest = null;
        FetchSession? smallest = null;
        foreach (var session in _sessions.Values)
        {
            stalest = stalest is null || session.LastUsedAt < stalest.LastUsedAt ? session : stalest;
            smallest = smallest is null || session.Count < smallest.Count ? session : smallest;
        }

        var now = Now;
        var victim = stalest is not null && now - stalest.LastUsedAt > EvictionMs ? stalest
            : smallest is not null && smallest.Count < newcomerSize && now - smallest.CreatedAt > EvictionMs ? smallest
            : null;
        if (victim is null)
        {
            return false;
        }

        Interlocked.Increment(ref _evictions);
        return _sessions.Remove(victim.Id);
    }
}
