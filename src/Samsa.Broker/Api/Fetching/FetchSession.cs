using System.Diagnostics.CodeAnalysis;

namespace Samsa.Broker.Api.Fetching;

/// <summary>
/// Owns: the partitions that one client fetches incrementally (KIP-227), in the order they are served.
/// Threads: one request at a time takes <see cref="Gate"/>; the cache reads the counters without it.
/// Lifetime: from the full fetch that made it until it is closed, replaced or evicted from the cache.
/// Failure: none; a wrong epoch is answered and leaves the session as it was.
/// </summary>
public sealed class FetchSession
{
    private readonly Dictionary<FetchSessionKey, LinkedListNode<FetchPartition>> _byKey = [];
    private readonly LinkedList<FetchPartition> _order = new();

    internal FetchSession(int id, bool usesTopicIds, long createdAt, IEnumerable<FetchPartition> partitions)
    {
        Id = id;
        UsesTopicIds = usesTopicIds;
        CreatedAt = createdAt;
        LastUsedAt = createdAt;
        foreach (var partition in partitions)
        {
            Add(partition);
        }
    }

    /// <summary>Serializes the requests of the session.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The session's id, never 0.</summary>
    public int Id { get; }

    /// <summary>True when the session was made by Fetch v13 or newer.</summary>
    public bool UsesTopicIds { get; }

    /// <summary>The epoch that the next incremental request must carry.</summary>
    public int NextEpoch { get; private set; } = 1;

    /// <summary>When the session was made, in milliseconds of the broker's clock.</summary>
    public long CreatedAt { get; }

    /// <summary>When the session was last used, in milliseconds of the broker's clock.</summary>
    public long LastUsedAt { get; internal set; }

    /// <summary>The number of partitions.</summary>
    public int Count => _order.Count;

    /// <summary>The partitions in the order they are to be served.</summary>
    public IReadOnlyCollection<FetchPartition> Partitions => _order;

    /// <summary>Adds a partition or takes over newer wishes for one that is there.</summary>
    public void Update(FetchPartition partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        if (TryGet(partition.Key, out var known))
        {
            known.Update(partition);
        }
        else
        {
            Add(partition);
        }
    }

    /// <summary>Forgets a partition, if it is there.</summary>
    public void Remove(FetchSessionKey key)
    {
        if (_byKey.Remove(key, out var node))
        {
            _order.Remove(node);
        }
    }

    /// <summary>Moves a partition that got data behind the others, so that a small response limit starves none.</summary>
    public void MoveToEnd(FetchSessionKey key)
    {
        if (_byKey.TryGetValue(key, out var node))
        {
            _order.Remove(node);
            _order.AddLast(node);
        }
    }

    /// <summary>Counts one answered request: the next epoch goes from 1 to Int32.MaxValue and back to 1.</summary>
    public void Advance() => NextEpoch = NextEpoch == int.MaxValue ? 1 : NextEpoch + 1;

    private bool TryGet(FetchSessionKey key, [NotNullWhen(true)] out FetchPartition? partition)
    {
        partition = _byKey.TryGetValue(key, out var node) ? node.Value : null;
        return partition is not null;
    }

    private void Add(FetchPartition partition) => _byKey[partition.Key] = _order.AddLast(partition);
}
