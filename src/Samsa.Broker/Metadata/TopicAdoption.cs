using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Epochs;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Makes topics out of the partition directories that somebody else, normally Apache Kafka, wrote. Only used where there is no
/// metadata of our own: names, ids, partition counts and leader epochs come back; the topics' own configurations were elsewhere
/// and do not, except what internal topics always have.
/// </summary>
internal sealed class TopicAdoption(IStorageFileSystem files, int brokerId, Func<TopicPartition, int?> latestEpochOf, ILogger logger)
{
    /// <summary>A directory that would make a topic of more partitions than this is taken for a stray.</summary>
    private const int MaxPartition = 100_000;

    /// <summary>The topics of all directories. A directory that cannot be read is passed over with a warning.</summary>
    public List<TopicImage> FindTopics(IEnumerable<string> logDirs)
    {
        var found = new SortedDictionary<string, Found>(StringComparer.Ordinal);
        foreach (var logDir in logDirs)
        {
            try
            {
                if (!files.DirectoryExists(logDir))
                {
                    continue;
                }

                foreach (var directory in files.ListDirectories(logDir))
                {
                    Look(directory, found);
                }
            }
            catch (StorageException failed)
            {
                logger.LogWarning(failed, "Cannot look for topics in {Directory}", logDir);
            }
        }

        var topics = new List<TopicImage>(found.Count);
        var owners = new Dictionary<Guid, string>();
        foreach (var (name, entry) in found)
        {
            // Somebody copied the directories of a topic under another name.
            if (entry.Id is { } id && !owners.TryAdd(id, name))
            {
                logger.LogWarning("Topic {Topic} has the id of topic {Owner}; it is left alone", name, owners[id]);
                continue;
            }

            topics.Add(ToTopic(name, entry));
        }

        return topics;
    }

    /// <summary>Splits <c>topic-partition</c>; null for the directories that are no partitions or are to be deleted.</summary>
    internal static (string Topic, int Partition)? ParseDirectoryName(string name)
    {
        var dash = name.LastIndexOf('-');
        return dash > 0
            && int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && partition < MaxPartition
            && name[..dash] is var topic
            && topic != TopicNames.ClusterMetadata
            && TopicNames.Problem(topic) == null
                ? (topic, partition)
                : null;
    }

    private void Look(string directory, SortedDictionary<string, Found> found)
    {
        if (ParseDirectoryName(Path.GetFileName(directory)) is not var (topic, partition))
        {
            return;
        }

        if (!found.TryGetValue(topic, out var entry))
        {
            found[topic] = entry = new Found();
        }

        try
        {
            var id = PartitionMetadataFile.Read(files, directory);
            if (entry.Id != null && id != null && entry.Id != id)
            {
                logger.LogWarning("{Directory} has another topic id than the topic's first partition; it is left alone", directory);
                return;
            }

            entry.Id ??= id;
            var stored = new LeaderEpochCache(files, directory).LatestEpoch ?? 0;
            entry.Epochs[partition] = Math.Max(stored, latestEpochOf(new TopicPartition(topic, partition)) ?? 0);
        }
        catch (StorageException damaged)
        {
            logger.LogWarning(damaged, "{Directory} is adopted without topic id and leader epoch", directory);
            entry.Epochs.TryAdd(partition, 0);
        }
    }

    private TopicImage ToTopic(string name, Found entry)
    {
        var count = entry.Epochs.Count == 0 ? 1 : entry.Epochs.Keys.Max() + 1;
        if (count > entry.Epochs.Count)
        {
            logger.LogWarning(
                "Topic {Topic} has {Found} of {Count} partitions here; the others start empty", name, entry.Epochs.Count, count);
        }

        int[] replicas = [brokerId];
        var partitions = new PartitionImage[count];
        for (var i = 0; i < count; i++)
        {
            partitions[i] = new PartitionImage(i, brokerId, entry.Epochs.GetValueOrDefault(i), 0, replicas, replicas);
        }

        return new TopicImage(name, entry.Id ?? TopicCreation.NewId(), partitions, InternalTopics.Configs(name));
    }

    private sealed class Found
    {
        public Guid? Id { get; set; }

        public Dictionary<int, int> Epochs { get; } = [];
    }
}
