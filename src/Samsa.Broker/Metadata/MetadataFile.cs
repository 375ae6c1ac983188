using System.Text.Json;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>
/// The file <c>samsa-metadata.json</c> in the first log directory: where Samsa kept topics, dynamic values, cluster id and producer ids
/// before they were in ZooKeeper. It is only read.
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
}
