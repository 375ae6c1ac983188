namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// Owns: partitions of several topics, by the topics' ids, sorted and without repetition. Immutable.
/// Threads: any. Lifetime: as long as somebody keeps it. Never fails.
/// </summary>
internal sealed class PartitionMap : IEquatable<PartitionMap>
{
    /// <summary>No partitions.</summary>
    public static readonly PartitionMap Empty = new([]);

    private readonly Dictionary<Guid, OwnedPartition[]> _topics;

    private PartitionMap(Dictionary<Guid, OwnedPartition[]> topics)
    {
        _topics = topics;
        foreach (var partitions in topics.Values)
        {
            Count += partitions.Length;
        }
    }

    /// <summary>The topics with their partitions in order; no topic is without any.</summary>
    public IReadOnlyDictionary<Guid, OwnedPartition[]> Topics => _topics;

    /// <summary>How many partitions there are in all.</summary>
    public int Count { get; }

    /// <summary>True for no partitions.</summary>
    public bool IsEmpty => _topics.Count == 0;

    /// <summary>Makes a map; of partitions that come twice the last one counts.</summary>
    public static PartitionMap Of(IEnumerable<KeyValuePair<Guid, OwnedPartition>> partitions)
    {
        var lists = new Dictionary<Guid, SortedDictionary<int, OwnedPartition>>();
        foreach (var (topic, partition) in partitions)
        {
            if (!lists.TryGetValue(topic, out var list))
            {
                lists[topic] = list = [];
            }

            list[partition.Partition] = partition;
        }

        var topics = new Dictionary<Guid, OwnedPartition[]>(lists.Count);
        foreach (var (topic, list) in lists)
        {
            topics[topic] = [.. list.Values];
        }

        return topics.Count == 0 ? Empty : new PartitionMap(topics);
    }

    /// <summary>All partitions with their topics.</summary>
    public IEnumerable<KeyValuePair<Guid, OwnedPartition>> All
    {
        get
        {
            foreach (var (topic, partitions) in _topics)
            {
                foreach (var partition in partitions)
                {
                    yield return new(topic, partition);
                }
            }
        }
    }

    /// <summary>The partitions of one topic; empty when there are none.</summary>
    public OwnedPartition[] Of(Guid topic) => _topics.GetValueOrDefault(topic) ?? [];

    /// <summary>The epoch that gave a partition; false when it is not here.</summary>
    public bool TryGetEpoch(Guid topic, int partition, out int epoch)
    {
        epoch = 0;
        if (!_topics.TryGetValue(topic, out var partitions))
        {
            return false;
        }

        var (low, high) = (0, partitions.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (partitions[middle].Partition == partition)
            {
                epoch = partitions[middle].Epoch;
                return true;
            }

            (low, high) = partitions[middle].Partition < partition ? (middle + 1, high) : (low, middle - 1);
        }

        return false;
    }

    /// <summary>Whether a partition is here.</summary>
    public bool Has(Guid topic, int partition) => TryGetEpoch(topic, partition, out _);

    /// <summary>Whether every partition is in <paramref name="other"/>, too.</summary>
    public bool IsWithin(PartitionMap other)
    {
        foreach (var (topic, partitions) in _topics)
        {
            foreach (var partition in partitions)
            {
                if (!other.Has(topic, partition.Partition))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether one partition at least is in <paramref name="other"/>, too.</summary>
    public bool Meets(PartitionMap other)
    {
        foreach (var (topic, partitions) in _topics)
        {
            foreach (var partition in partitions)
            {
                if (other.Has(topic, partition.Partition))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether both have the same partitions, whatever their epochs.</summary>
    public bool HasSamePartitions(PartitionMap other) => Count == other.Count && IsWithin(other);

    /// <summary>The same partitions, given by <paramref name="epoch"/>.</summary>
    public PartitionMap WithEpoch(int epoch)
    {
        var topics = new Dictionary<Guid, OwnedPartition[]>(_topics.Count);
        foreach (var (topic, partitions) in _topics)
        {
            topics[topic] = Array.ConvertAll(partitions, one => one with { Epoch = epoch });
        }

        return topics.Count == 0 ? Empty : new PartitionMap(topics);
    }

    /// <inheritdoc/>
    public bool Equals(PartitionMap? other)
    {
        if (other is null || other.Count != Count || other._topics.Count != _topics.Count)
        {
            return false;
        }

        foreach (var (topic, partitions) in _topics)
        {
            if (!partitions.AsSpan().SequenceEqual(other.Of(topic)))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PartitionMap);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;
}
