using System.Globalization;
using Samsa.Broker.Configuration;
using Samsa.Protocol;
using Samsa.Storage;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Looks at a metadata file that is JSON of the right types: whether it also says something that this broker could have written.
/// What is wrong is named, with the path, before anything is made from it. Stateless.
/// </summary>
internal static class MetadataDocumentCheck
{
    /// <summary>Returns when the document can be used.</summary>
    /// <exception cref="StorageException">It cannot.</exception>
    public static void Check(string path, MetadataDocument document)
    {
        // The serializer takes a null for whatever may be null in C#, whatever the type says.
        Require(path, document.ClusterId is not null, "clusterId is null");
        Require(path, document.Topics is not null, "topics is null");
        Require(path, document.NextProducerId >= 0, string.Create(CultureInfo.InvariantCulture, $"nextProducerId is {document.NextProducerId}"));
        var names = new HashSet<string>(StringComparer.Ordinal);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var topic in document.Topics!)
        {
            Require(path, topic?.Name is not null, "a topic has no name");
            Require(path, TopicNames.Problem(topic!.Name) is null, $"a topic has the name '{topic.Name}'");
            Require(path, names.Add(topic.Name), $"topic {topic.Name} is there twice");
            Check(path, topic);
            Require(path, ids.Add(topic.Id), $"the id of topic {topic.Name} is that of another topic");
        }

        Check(path, "a broker", ConfigScope.Broker, document.DefaultBrokerConfigs);
        foreach (var (id, configs) in document.BrokerConfigs ?? [])
        {
            Require(path, int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _), $"'{id}' is no broker id");
            Check(path, $"broker {id}", ConfigScope.Broker, configs);
        }

        foreach (var (group, configs) in document.GroupConfigs ?? [])
        {
            Require(path, configs is not null && !configs.ContainsValue(null!), $"group {group} has a null for values");
        }
    }

    private static void Check(string path, MetadataDocument.TopicDocument topic)
    {
        try
        {
            KafkaUuid.Parse(topic.Id ?? "");
        }
        catch (FormatException wrong)
        {
            throw Damaged(path, $"id of topic {topic.Name}: {wrong.Message}", wrong);
        }

        Require(path, topic.Partitions is { Count: > 0 }, $"topic {topic.Name} has no partitions");
        for (var i = 0; i < topic.Partitions.Count; i++)
        {
            var partition = topic.Partitions[i];
            Require(path, partition?.Replicas is { Count: > 0 }, $"partition {i} of {topic.Name} has no replica");
            Require(
                path, partition!.LeaderEpoch >= 0 && partition.PartitionEpoch >= 0,
                $"partition {i} of {topic.Name} has leader epoch {partition.LeaderEpoch} and partition epoch {partition.PartitionEpoch}");
        }

        Check(path, $"topic {topic.Name}", ConfigScope.Topic, topic.Configs);
    }

    // A key that is not known stays: it may be that of a newer Samsa.
    private static void Check(string path, string owner, ConfigScope scope, Dictionary<string, string>? configs)
    {
        foreach (var (name, value) in configs ?? [])
        {
            Require(path, value is not null, $"{name} of {owner} is null");
            try
            {
                ConfigKeys.Find(scope, name)?.Normalize(value!);
            }
            catch (ConfigException wrong)
            {
                throw Damaged(path, $"{owner}: {wrong.Message}", wrong);
            }
        }
    }

    private static void Require(string path, bool condition, string otherwise)
    {
        if (!condition)
        {
            throw Damaged(path, otherwise, null);
        }
    }

    private static StorageException Damaged(string path, string what, Exception? cause) =>
        new(path, $"The metadata file is damaged: {what}", cause);
}
