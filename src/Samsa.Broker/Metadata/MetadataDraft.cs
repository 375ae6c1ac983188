using Samsa.Broker.Configuration;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Owns the changes that lead from one image to the next. One thread: the one that makes the next image. Lives for one commit.
/// Never fails; whoever changes it has checked first.
/// </summary>
internal sealed class MetadataDraft
{
    private readonly Dictionary<Guid, TopicImage> _deleted = [];
    private readonly Dictionary<string, TopicImage> _lost = new(StringComparer.Ordinal);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reconfigured = new(StringComparer.Ordinal);
    private Dictionary<string, TopicImage>? _topics;
    private Dictionary<int, BrokerImage>? _brokers;
    private IReadOnlyDictionary<string, string> _defaultBrokerConfigs;
    private IReadOnlyDictionary<int, IReadOnlyDictionary<string, string>> _brokerConfigs;
    private IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> _groupConfigs;
    private bool _brokerConfigsChanged;
    private bool _groupConfigsChanged;

    public MetadataDraft(MetadataImage image, BrokerConfig staticConfig, int brokerId)
    {
        Base = image;
        StaticConfig = staticConfig;
        BrokerId = brokerId;
        ControllerId = image.ControllerId;
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

    /// <summary>The broker that decides; -1 for none.</summary>
    public int ControllerId { get; private set; }

    /// <summary>What an attempt that may have succeeded already tried with the same changes; null for the first attempt.</summary>
    public EarlierAttempt? Earlier { get; init; }

    /// <summary>There is something to tell the listeners of changes.</summary>
    public bool HasNews =>
        _topics != null || _brokers != null || _brokerConfigsChanged || _groupConfigsChanged || ControllerId != Base.ControllerId;

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

    /// <summary>The topic is not known any more, and nobody asked for its deletion: its records stay.</summary>
    public void LoseTopic(TopicImage topic)
    {
        WritableTopics().Remove(topic.Name);
        _changed.Remove(topic.Name);
        _reconfigured.Remove(topic.Name);
        _lost[topic.Name] = topic;
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
    }

    public void SetGroupConfigs(string group, IReadOnlyDictionary<string, string> configs)
    {
        _groupConfigs = With(_groupConfigs, group, configs);
        _groupConfigsChanged = true;
    }

    public void PutBroker(BrokerImage broker)
    {
        _brokers ??= new Dictionary<int, BrokerImage>(Base.Brokers);
        _brokers[broker.Id] = broker;
    }

    public void RemoveBroker(int broker)
    {
        _brokers ??= new Dictionary<int, BrokerImage>(Base.Brokers);
        _brokers.Remove(broker);
    }

    public void SetController(int broker) => ControllerId = broker;

    /// <summary>The topics of the base whose values changed.</summary>
    public IEnumerable<TopicImage> ReconfiguredTopics() => _reconfigured.Where(Base.Topics.ContainsKey).Select(name => Topics[name]);

    /// <summary>The brokers whose own values changed.</summary>
    public IEnumerable<int> ReconfiguredBrokers() => Changed(Base.BrokerConfigs, _brokerConfigs);

    /// <summary>The groups whose values changed.</summary>
    public IEnumerable<string> ReconfiguredGroups() => Changed(Base.GroupConfigs, _groupConfigs);

    /// <summary>Takes over the values, not the topics, of another draft of the same base.</summary>
    public void TakeValuesOf(MetadataDraft other)
    {
        foreach (var topic in other.ReconfiguredTopics())
        {
            SetTopicConfigs(Topics[topic.Name], topic.Configs);
        }

        (_defaultBrokerConfigs, _brokerConfigs, _groupConfigs) = (other._defaultBrokerConfigs, other._brokerConfigs, other._groupConfigs);
        (_brokerConfigsChanged, _groupConfigsChanged, BrokerConfig) = (other._brokerConfigsChanged, other._groupConfigsChanged, other.BrokerConfig);
    }

    public MetadataImage ToImage() => new()
    {
        Version = Base.Version + 1,
        ClusterId = Base.ClusterId,
        ControllerId = ControllerId,
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
        LostTopics = [.. _lost.Values.Where(topic => Base.TopicsById.ContainsKey(topic.Id))],
        ReconfiguredTopics = [.. ReconfiguredTopics()],
        BrokerConfigsChanged = _brokerConfigsChanged,
        BrokersChanged = _brokers != null,
    };

    private static Dictionary<Guid, TopicImage> ById(Dictionary<string, TopicImage> topics)
    {
        var byId = new Dictionary<Guid, TopicImage>(topics.Count);
        foreach (var topic in topics.Values)
        {
            // A topic that Kafka before 2.8 made has none until the controller gives it one.
            if (topic.Id != Guid.Empty)
            {
                byId[topic.Id] = topic;
            }
        }

        return byId;
    }

    private static IEnumerable<TKey> Changed<TKey>(
        IReadOnlyDictionary<TKey, IReadOnlyDictionary<string, string>> before, IReadOnlyDictionary<TKey, IReadOnlyDictionary<string, string>> now)
        where TKey : notnull =>
        ReferenceEquals(before, now)
            ? []
            : now.Keys.Union(before.Keys).Where(key => !ReferenceEquals(before.GetValueOrDefault(key), now.GetValueOrDefault(key)));

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

    private Dictionary<string, TopicImage> WritableTopics() =>
        _topics ??= new Dictionary<string, TopicImage>(Base.Topics, StringComparer.Ordinal);
}
