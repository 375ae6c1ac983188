using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Protocol;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>
/// What a first log directory knows that was made before its cluster was in ZooKeeper: the file of a Samsa that kept its metadata there, or, where there is
/// none and the tree is empty, the partition directories that another Kafka wrote.
/// </summary>
internal static class PreviousMetadata
{
    /// <summary>What the file is called once its content is in ZooKeeper.</summary>
    public const string CarriedOverName = MetadataFile.Name + ".carried-over";

    /// <summary>Null when there is nothing to carry over.</summary>
    /// <exception cref="Samsa.Storage.StorageException">The file is damaged.</exception>
    /// <exception cref="ConfigException">The file belongs to another cluster.</exception>
    public static CarriedOver? Find(
        IStorageFileSystem files, IReadOnlyList<string> directories, BrokerIdentity identity, bool treeIsNew,
        Func<TopicPartition, int?> latestEpochOf, ILogger logger)
    {
        if (new MetadataFile(files, directories[0]).Read() is { } document)
        {
            return document.ClusterId == identity.ClusterId || document.ClusterId.Length == 0
                ? From(document)
                : throw new ConfigException(
                    $"{MetadataFile.Name} in {directories[0]} belongs to cluster {document.ClusterId}, meta.properties to {identity.ClusterId}");
        }

        if (!treeIsNew)
        {
            return null;
        }

        var adopted = new TopicAdoption(files, identity.BrokerId, latestEpochOf, logger).FindTopics(directories);
        if (adopted.Count == 0)
        {
            return null;
        }

        logger.LogInformation("ZooKeeper knows no topics: adopted {Count} found on disk", adopted.Count);
        return new CarriedOver { Topics = adopted };
    }

    /// <summary>The content of the file is in ZooKeeper: the file is kept under another name, and not read again.</summary>
    /// <exception cref="Samsa.Storage.StorageException">The disk failed.</exception>
    public static void PutAway(IStorageFileSystem files, string directory)
    {
        var path = Path.Combine(directory, MetadataFile.Name);
        if (files.FileExists(path))
        {
            files.Move(path, Path.Combine(directory, CarriedOverName));
            files.FlushDirectory(directory);
        }
    }

    private static CarriedOver From(MetadataDocument document) => new()
    {
        Always = true,
        Topics = [.. MetadataFile.Topics(document)],
        NextProducerId = document.NextProducerId,
        DefaultBrokerConfigs = document.DefaultBrokerConfigs ?? [],
        BrokerConfigs = (document.BrokerConfigs ?? []).ToDictionary(
            static pair => int.Parse(pair.Key, CultureInfo.InvariantCulture), static pair => (IReadOnlyDictionary<string, string>)pair.Value),
        GroupConfigs = (document.GroupConfigs ?? []).ToDictionary(
            static pair => pair.Key, static pair => (IReadOnlyDictionary<string, string>)pair.Value, StringComparer.Ordinal),
    };
}
