using System.Security.Cryptography;
using System.Text;
using Samsa.Broker.Metadata;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>A cluster as groups see it: topics with partitions, and the configuration of groups. Every change makes a new image.</summary>
internal sealed class ClusterOfTopics
{
    private readonly Dictionary<string, TopicImage> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _groups = new(StringComparer.Ordinal);
    private long _version;

    public MetadataImage Image => new()
    {
        Version = _version,
        ClusterId = "cluster",
        ControllerId = 0,
        Brokers = new Dictionary<int, BrokerImage>(),
        Topics = new Dictionary<string, TopicImage>(_topics, StringComparer.Ordinal),
        TopicsById = _topics.Values.ToDictionary(topic => topic.Id),
        GroupConfigs = new Dictionary<string, IReadOnlyDictionary<string, string>>(_groups, StringComparer.Ordinal),
    };

    /// <summary>The id of a topic, which is the same in every run; a topic that is made again under its name has another one.</summary>
    public static Guid IdOf(string topic) => new(SHA256.HashData(Encoding.UTF8.GetBytes(topic)).AsSpan(0, 16));

    public MetadataImage With(string topic, int partitions, Guid? id = null)
    {
        _version++;
        _topics[topic] = new TopicImage(
            topic, id ?? IdOf(topic), [.. Enumerable.Range(0, partitions).Select(index => new PartitionImage(index, 0, 0, 0, [0], [0]))], new Dictionary<string, string>());
        return Image;
    }

    public MetadataImage Without(string topic)
    {
        _version++;
        _topics.Remove(topic);
        return Image;
    }

    public MetadataImage Configure(string group, string key, string value)
    {
        _version++;
        _groups[group] = new Dictionary<string, string> { [key] = value };
        return Image;
    }
}
