using System.Diagnostics.CodeAnalysis;
using Samsa.Protocol;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: the offsets that one group committed, and those that open transactions want to commit.
/// Threads: one at a time, the group's. Lifetime: the group's. Never fails.
/// </summary>
internal sealed class GroupOffsets(GroupCounts counts)
{
    private readonly Dictionary<string, SortedDictionary<int, CommittedOffset>> _byTopic = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Dictionary<TopicPartition, CommittedOffset>> _pending = [];

    /// <summary>How many partitions have an offset.</summary>
    public int Count { get; private set; }

    /// <summary>True when nothing is left of the group but its name.</summary>
    public bool IsEmpty => Count == 0 && _pending.Count == 0;

    /// <summary>The topics with an offset.</summary>
    public IEnumerable<string> Topics => _byTopic.Keys;

    /// <summary>Every offset.</summary>
    public IEnumerable<KeyValuePair<TopicPartition, CommittedOffset>> All
    {
        get
        {
            foreach (var (topic, partitions) in _byTopic)
            {
                foreach (var (partition, offset) in partitions)
                {
                    yield return new(new TopicPartition(topic, partition), offset);
                }
            }
        }
    }

    /// <summary>The offsets of one topic; empty when there are none.</summary>
    public IReadOnlyDictionary<int, CommittedOffset> OfTopic(string topic) =>
        _byTopic.TryGetValue(topic, out var partitions) ? partitions : System.Collections.Frozen.FrozenDictionary<int, CommittedOffset>.Empty;

    /// <summary>The offset of one partition.</summary>
    public bool TryGet(string topic, int partition, [NotNullWhen(true)] out CommittedOffset? offset)
    {
        offset = null;
        return _byTopic.TryGetValue(topic, out var partitions) && partitions.TryGetValue(partition, out offset);
    }

    /// <summary>Takes over a committed offset.</summary>
    public void Put(TopicPartition partition, CommittedOffset offset)
    {
        if (!_byTopic.TryGetValue(partition.Topic, out var partitions))
        {
            _byTopic[partition.Topic] = partitions = [];
        }

        if (!partitions.ContainsKey(partition.Partition))
        {
            Count++;
            counts.AddOffsets(1);
        }

        partitions[partition.Partition] = offset;
    }

    /// <summary>Forgets an offset; false when there is none.</summary>
    public bool Remove(TopicPartition partition)
    {
        if (!_byTopic.TryGetValue(partition.Topic, out var partitions) || !partitions.Remove(partition.Partition))
        {
            return false;
        }

        Count--;
        counts.AddOffsets(-1);
        if (partitions.Count == 0)
        {
            _byTopic.Remove(partition.Topic);
        }

        return true;
    }

    /// <summary>Forgets everything: the group ends.</summary>
    public void Clear()
    {
        counts.AddOffsets(-Count);
        Count = 0;
        _byTopic.Clear();
        _pending.Clear();
    }

    /// <summary>Notes an offset that becomes visible when the transaction of <paramref name="producerId"/> commits.</summary>
    public void PutPending(long producerId, TopicPartition partition, CommittedOffset offset)
    {
        if (!_pending.TryGetValue(producerId, out var offsets))
        {
            _pending[producerId] = offsets = [];
        }

        offsets[partition] = offset;
    }

    /// <summary>The transaction of a producer ended: its offsets become visible, or are forgotten.</summary>
    public void EndTransaction(long producerId, bool committed)
    {
        if (_pending.Remove(producerId, out var offsets) && committed)
        {
            foreach (var (partition, offset) in offsets)
            {
                Put(partition, offset);
            }
        }
    }

    /// <summary>A tombstone inside a transaction has no meaning of its own: the offset must not come back when it commits.</summary>
    public void RemovePending(TopicPartition partition)
    {
        foreach (var offsets in _pending.Values)
        {
            offsets.Remove(partition);
        }
    }

    /// <summary>True when an open transaction wants to commit an offset of the partition (<c>require_stable</c>, KIP-447).</summary>
    public bool IsPending(TopicPartition partition)
    {
        foreach (var offsets in _pending.Values)
        {
            if (offsets.ContainsKey(partition))
            {
                return true;
            }
        }

        return false;
    }
}
