namespace Samsa.Broker.Metadata;

/// <summary>What is new in an image.</summary>
public sealed record MetadataDelta
{
    /// <summary>Topics that were made or whose partitions changed, as they are now.</summary>
    public IReadOnlyList<TopicImage> ChangedTopics { get; init; } = [];

    /// <summary>Topics that are gone, as they were. A topic that was deleted and made again is in both lists, with two ids.</summary>
    public IReadOnlyList<TopicImage> DeletedTopics { get; init; } = [];

    /// <summary>Topics that are not known any more although nobody asked for their deletion, as they were: their records stay.</summary>
    public IReadOnlyList<TopicImage> LostTopics { get; init; } = [];

    /// <summary>Topics whose own configuration changed, as they are now.</summary>
    public IReadOnlyList<TopicImage> ReconfiguredTopics { get; init; } = [];

    /// <summary>Values of brokers changed: the effective configuration of every topic may have.</summary>
    public bool BrokerConfigsChanged { get; init; }

    /// <summary>The set of live brokers or their endpoints changed.</summary>
    public bool BrokersChanged { get; init; }
}
