using Samsa.Broker.Configuration;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Owns the changes that lead from one image to the next. One thread: the one that makes the next image. Lives for one commit.
/// Never fails; whoever changes it has checked first.
/// </summary>
internal sealed class MetadataDraft
{
    private readonly Dictionary<Guid, TopicImage> _deleted = [];
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reconfigured = new(StringComparer.Ordinal);
    private Dictionary<string, TopicImage>? _topics;
    private Dictionary<int, BrokerImage>? _brokers;
    private IReadOnlyDictionary<string, string> _defaultBrokerConfigs;
    private IReadOnlyDictionary<int, IReadOnlyDictionary<string, string>> _brokerConfigs;
    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> _groupConfigs;
    private bool _brokerConfigsChanged;
    private bool _groupConfigsChanged;

    public MetadataDraft(MetadataImage image, long nextProducerId, BrokerConfig staticConfig, int brokerId)
    {
        Base = image;
        NextProducerId = nextProducerId;
        StaticConfig = staticConfig;
        BrokerId = brokerId;
        _defaultBrokerConfigs = image.DefaultBrokerConfigs;
        _brokerConfigs = image.BrokerConfigs;
        _groupConfigs = image.GroupConfigs;
        BrokerConfig = staticConfig.WithDynamic(_defaultBrokerConfigs, image.ConfigsOfBroker(brokerId));
    }

    /// <summary>Where the draft started.</summary>
    public MetadataImage Base { get; }

    /// <summary>The configuration of this broker without dynamic values.</summary>
    public BrokerConfig StaticConfig { get; }

    /// <summary>The configuration of this broker as the draft has it.</summary>
    public BrokerConfig BrokerConfig { get; private set; }

    /// <summary>This broker.</summary>
    public int BrokerId { get; }

    /// <summary>The first producer id that nobody has.</summary>
    public long NextProducerId { get; private set; }

    /// <summary>Something must be written to disk.</summary>
    public bool MustPersist { get; private set; }

    /// <summary>There is something to tell the listeners of changes.</summary>
    public bool HasNews => _topics != null || _brokers != null || _brokerConfigsChanged || _groupConfigsChanged;

    public IReadOnlyDictionary<string, TopicImage> Topics => _topics ?? Base.Topics;

    public IReadOnlyDictionary<int, BrokerImage> Brokers => _brokers ?? Base.Brokers;

    public IReadOnlyDictionary<string, string> DefaultBrokerConfigs => _defaultBrokerConfigs;

    public IReadOnlyDictionary<string, string> ConfigsOf(int broker) =>
        _brokerConfigs.TryGetValue(broker, out var configs) ? configs : new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> ConfigsOfGroup(string group) =>
        _groupConfigs.TryGetValue(group, out var configs) ? configs : new Dictionary<string, string>();

    /// <summary>Adds a topic, or replaces it by one with more partitions.</summary>
    public void PutTopic(TopicImage topic)
    {
        WritableTopics()[topic.Name] = topic;
        _changed.Add(topic.Name);
    }

    public void RemoveTopic(TopicImage topic)
    {
        WritableTopics().Remove(topic.Name);
        _changed.Remove(topic.Name);
        _reconfigured.Remove(topic.Name);
        _deleted[topic.Id] = topic;
    }

    public void SetTopicConfigs(TopicImage topic, IReadOnlyDictionary<string, string> configs)
    {
        WritableTopics()[topic.Name] = topic with { Configs = configs };
        _reconfigured.Add(topic.Name);
    }

    /// <summary>Sets the dynamic values of one broker, or of all when <paramref name="broker"/> is null.</summary>
    public void SetBrokerConfigs(int? broker, IReadOnlyDictionary<string, string> configs, BrokerConfig effective)
    {
        if (broker is { } id)
        {
            _brokerConfigs = With(_brokerConfigs, id, configs);
        }
        else
        {
            _defaultBrokerConfigs = configs;
        }

        BrokerConfig = effective;
        _brokerConfigsChanged = true;
        MustPersist = true;
    }

    public void SetGroupConfigs(string group, IReadOnlyDictionary<string, string> configs)
    {
        _groupConfigs = With(_groupConfigs, group, configs);
        _groupConfigsChanged = true;
        MustPersist = true;
    }

    public void PutBroker(BrokerImage broker)
    {
        _brokers ??= new Dictionary<int, BrokerImage>(Base.Brokers);
        _brokers[broker.Id] = broker;
    }

    public ProducerIdBlock TakeProducerIds(int count)
    {
        var block = new ProducerIdBlock(NextProducerId, count);
        NextProducerId += count;
        MustPersist = true;
        return block;
    }

    public MetadataImage ToImage() => new()
    {
        Version = Base.Version + 1,
        ClusterId = Base.ClusterId,
        ControllerId = BrokerId,
        Brokers = Brokers,
        Topics = Topics,
        TopicsById = _topics == null ? Base.TopicsById : ById(_topics),
        DefaultBrokerConfigs = _defaultBrokerConfigs,
        BrokerConfigs = _brokerConfigs,
        GroupConfigs = _groupConfigs,
    };

    public MetadataDelta ToDelta() => new()
    {
        ChangedTopics = [.. _changed.Select(name => Topics[name])],
        DeletedTopics = [.. _deleted.Values.Where(topic => Base.TopicsById.ContainsKey(topic.Id))],
        ReconfiguredTopics = [.. _reconfigured.Where(name => !_changed.Contains(name)).Select(name => Topics[name])],
        BrokerConfigsChanged = _brokerConfigsChanged,
        BrokersChanged = _brokers != null,
    };

    private static Dictionary<Guid, TopicImage> ById(Dictionary<string, TopicImage> topics)
    {
        var byId = new Dictionary<Guid, TopicImage>(topics.Count);
        foreach (var topic in topics.Values)
        {
            byId[topic.Id] = topic;
        }

        return byId;
    }

    private static Dictionary<TKey, IReadOnlyDictionary<string, string>> With<TKey>(
        IReadOnlyDictionary<TKey, IReadOnlyDictionary<string, string>> all, TKey key, IReadOnlyDictionary<string, string> configs)
        where TKey : notnull
    {
        var copy = new Dictionary<TKey, IReadOnlyDictionary<string, string>>(all);
        if (configs.Count == 0)
        {
            copy.Remove(key);
        }
        else
        {
            copy[key] = configs;
        }

        return copy;
    }

    private Dictionary<string, TopicImage> WritableTopics()
    {
        MustPersist = true;
        return _topics ??= new Dictionary<string, TopicImage>(Base.Topics, StringComparer.Ordinal);
    }
}
