using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Metadata;

/// <summary>The cluster as the latest metadata answers say. Immutable, so that a reader needs no lock.</summary>
internal sealed class ClusterSnapshot
{
    public static readonly ClusterSnapshot Empty = new([], [], controller: -1, clusterId: null);

    private readonly Dictionary<int, BrokerNode> _brokers;
    private readonly Dictionary<string, TopicMetadata> _topics;

    private ClusterSnapshot(Dictionary<int, BrokerNode> brokers, Dictionary<string, TopicMetadata> topics, int controller, string? clusterId)
    {
        _brokers = brokers;
        _topics = topics;
        ControllerId = controller;
        ClusterId = clusterId;
    }

    public IReadOnlyCollection<BrokerNode> Brokers => _brokers.Values;

    public IReadOnlyCollection<TopicMetadata> Topics => _topics.Values;

    /// <summary>The broker to send changes of the cluster to, -1 for unknown.</summary>
    public int ControllerId { get; }

    public string? ClusterId { get; }

    public BrokerNode? Broker(int id) => _brokers.GetValueOrDefault(id);

    public TopicMetadata? Topic(string name) => _topics.GetValueOrDefault(name);

    public PartitionMetadata? Partition(TopicPartition partition) => Topic(partition.Topic)?.Find(partition.Partition);

    /// <summary>This snapshot with what an answer says: brokers anew, and the topics of the answer; others are kept unless all were asked for.</summary>
    /// <remarks>A partition of an older leader epoch than the one known is not believed, unless the topic was made anew (KIP-320).</remarks>
    public ClusterSnapshot With(MetadataResponse answer, bool allTopics)
    {
        var topics = new Dictionary<string, TopicMetadata>(StringComparer.Ordinal);
        if (!allTopics)
        {
            foreach (var topic in _topics.Values)
            {
                topics[topic.Name] = topic;
            }
        }

        foreach (var topic in answer.Topics)
        {
            if (topic.Name is { } name)
            {
                topics[name] = Read(name, topic, Topic(name));
            }
        }

        var brokers = new Dictionary<int, BrokerNode>();
        foreach (var broker in answer.Brokers)
        {
            brokers[broker.NodeId] = new BrokerNode(broker.NodeId, broker.Host, broker.Port, broker.Rack);
        }

        return new ClusterSnapshot(brokers, topics, answer.ControllerId, answer.ClusterId ?? ClusterId);
    }

    /// <summary>This snapshot with another leader; null when that is not newer, or nobody said where it is.</summary>
    public ClusterSnapshot? WithLeader(TopicPartition partition, int leader, int epoch, BrokerNode? address)
    {
        if (leader < 0
            || Topic(partition.Topic) is not { } topic
            || topic.Find(partition.Partition) is not { } known
            || known.LeaderEpoch >= epoch
            || (address ?? Broker(leader)) is not { } node)
        {
            return null;
        }

        var brokers = new Dictionary<int, BrokerNode>(_brokers) { [leader] = node };
        var moved = known with { Leader = leader, LeaderEpoch = epoch, Error = ErrorCode.None };
        var topics = new Dictionary<string, TopicMetadata>(_topics, StringComparer.Ordinal)
        {
            [topic.Name] = topic with { Partitions = [.. topic.Partitions.Select(p => p.Partition == moved.Partition ? moved : p)] },
        };
        return new ClusterSnapshot(brokers, topics, ControllerId, ClusterId);
    }

    private static TopicMetadata Read(string name, MetadataResponse.MetadataResponseTopic topic, TopicMetadata? known)
    {
        var partitions = new PartitionMetadata[topic.Partitions.Count];
        var sameTopic = known is not null && known.TopicId == topic.TopicId;
        for (var i = 0; i < partitions.Length; i++)
        {
            var partition = topic.Partitions[i];
            partitions[i] = sameTopic && known!.Find(partition.PartitionIndex) is { } older && older.LeaderEpoch > partition.LeaderEpoch
                ? older
                : PartitionMetadata.Of(partition);
        }

        Array.Sort(partitions, (a, b) => a.Partition.CompareTo(b.Partition));
        return new TopicMetadata
        {
            Name = name,
            TopicId = topic.TopicId,
            IsInternal = topic.IsInternal,
            Error = topic.ErrorCode,
            Partitions = partitions,
            AuthorizedOperations = topic.TopicAuthorizedOperations,
        };
    }
}
