using System.Collections.Frozen;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Everything that the cluster knows at one moment. Immutable: a reader takes <see cref="IClusterMetadata.Current"/> once and
/// works with it. Every change makes a new image with a higher <see cref="Version"/>.
/// </summary>
public sealed class MetadataImage
{
    private static readonly IReadOnlyDictionary<string, string> NoConfigs = FrozenDictionary<string, string>.Empty;

    /// <summary>Counts changes; only meaningful within one run.</summary>
    public required long Version { get; init; }

    /// <summary>The cluster's id: 22 characters of base64url.</summary>
    public required string ClusterId { get; init; }

    /// <summary>The broker that decides; -1 for none.</summary>
    public required int ControllerId { get; init; }

    /// <summary>The live brokers by id.</summary>
    public required IReadOnlyDictionary<int, BrokerImage> Brokers { get; init; }

    /// <summary>The topics by name.</summary>
    public required IReadOnlyDictionary<string, TopicImage> Topics { get; init; }

    /// <summary>The topics by id.</summary>
    public required IReadOnlyDictionary<Guid, TopicImage> TopicsById { get; init; }

    /// <summary>Values set at run time for all brokers.</summary>
    public IReadOnlyDictionary<string, string> DefaultBrokerConfigs { get; init; } = NoConfigs;

    /// <summary>Values set at run time for single brokers.</summary>
    public IReadOnlyDictionary<int, IReadOnlyDictionary<string, string>> BrokerConfigs { get; init; } =
        FrozenDictionary<int, IReadOnlyDictionary<string, string>>.Empty;

    /// <summary>Values set at run time for groups.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GroupConfigs { get; init; } =
        FrozenDictionary<string, IReadOnlyDictionary<string, string>>.Empty;

    /// <summary>The topic with this name, or null.</summary>
    public TopicImage? FindTopic(string name) => Topics.GetValueOrDefault(name);

    /// <summary>The topic with this id, or null.</summary>
    public TopicImage? FindTopic(Guid id) => TopicsById.GetValueOrDefault(id);

    /// <summary>The partition, or null.</summary>
    public PartitionImage? FindPartition(string topic, int partition) =>
        Topics.TryGetValue(topic, out var found) && (uint)partition < (uint)found.Partitions.Count ? found.Partitions[partition] : null;

    /// <summary>The values set at run time for one broker; empty when there are none.</summary>
    public IReadOnlyDictionary<string, string> ConfigsOfBroker(int brokerId) => BrokerConfigs.GetValueOrDefault(brokerId, NoConfigs);
}
