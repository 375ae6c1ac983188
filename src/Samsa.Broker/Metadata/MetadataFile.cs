using System.Globalization;
using System.Text.Json;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>
/// The file <c>samsa-metadata.json</c> in the first log directory: topics, dynamic values, cluster id, producer ids. Replaced as a
/// whole, so that a crash at any moment leaves the old or the new state. Apache Kafka ignores files of that name.
/// </summary>
internal sealed class MetadataFile(IStorageFileSystem files, string directory)
{
    public const string Name = "samsa-metadata.json";

    private readonly string _path = Path.Combine(directory, Name);

    /// <summary>Null when there is no file.</summary>
    /// <exception cref="StorageException">The file cannot be read, is no such file, or was written by a newer Samsa.</exception>
    public MetadataDocument? Read()
    {
        if (!files.FileExists(_path))
        {
            return null;
        }

        MetadataDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(files.ReadAllBytes(_path), MetadataJson.Default.MetadataDocument);
        }
        catch (JsonException wrong)
        {
            throw new StorageException(_path, $"The metadata file is damaged: {wrong.Message}", wrong);
        }

        if (document == null || document.Version > MetadataDocument.CurrentVersion)
        {
            throw new StorageException(
                _path, $"The metadata file has version {document?.Version}; this Samsa reads versions up to {MetadataDocument.CurrentVersion}");
        }

        MetadataDocumentCheck.Check(_path, document);
        return document;
    }

    /// <summary>Writes the state of a draft; durable on return.</summary>
    public void Write(MetadataImage image, long nextProducerId)
    {
        var document = new MetadataDocument
        {
            ClusterId = image.ClusterId,
            NextProducerId = nextProducerId,
            DefaultBrokerConfigs = OrNull(image.DefaultBrokerConfigs),
            BrokerConfigs = OrNull(image.BrokerConfigs, id => id.ToString(CultureInfo.InvariantCulture)),
            GroupConfigs = OrNull(image.GroupConfigs, name => name),
        };
        foreach (var topic in image.Topics.Values)
        {
            document.Topics.Add(ToDocument(topic));
        }

        files.WriteAtomically(_path, JsonSerializer.SerializeToUtf8Bytes(document, MetadataJson.Default.MetadataDocument));
    }

    /// <summary>The topics of a document; whoever is the first replica leads.</summary>
    public static IEnumerable<TopicImage> Topics(MetadataDocument document)
    {
        foreach (var topic in document.Topics)
        {
            var partitions = new PartitionImage[topic.Partitions.Count];
            for (var i = 0; i < partitions.Length; i++)
            {
                var partition = topic.Partitions[i];
                int[] replicas = [.. partition.Replicas];
                partitions[i] = new PartitionImage(i, replicas[0], partition.LeaderEpoch, partition.PartitionEpoch, replicas, replicas);
            }

            yield return new TopicImage(topic.Name, KafkaUuid.Parse(topic.Id), partitions, topic.Configs ?? []);
        }
    }

    private static MetadataDocument.TopicDocument ToDocument(TopicImage topic)
    {
        var document = new MetadataDocument.TopicDocument
        {
            Name = topic.Name,
            Id = KafkaUuid.Format(topic.Id),
            Configs = OrNull(topic.Configs),
            Partitions = new List<MetadataDocument.PartitionDocument>(topic.Partitions.Count),
        };
        foreach (var partition in topic.Partitions)
        {
            document.Partitions.Add(new MetadataDocument.PartitionDocument
            {
                LeaderEpoch = partition.LeaderEpoch,
                PartitionEpoch = partition.PartitionEpoch,
                Replicas = [.. partition.Replicas],
            });
        }

        return document;
    }

    private static Dictionary<string, string>? OrNull(IReadOnlyDictionary<string, string> values) =>
        values.Count == 0 ? null : new Dictionary<string, string>(values);

    private static Dictionary<string, Dictionary<string, string>>? OrNull<TKey>(
        IReadOnlyDictionary<TKey, IReadOnlyDictionary<string, string>> all, Func<TKey, string> name)
        where TKey : notnull =>
        all.Count == 0 ? null : all.ToDictionary(pair => name(pair.Key), pair => new Dictionary<string, string>(pair.Value));
}
