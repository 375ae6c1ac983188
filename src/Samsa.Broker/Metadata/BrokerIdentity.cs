using Samsa.Broker.Configuration;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Checkpoints;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Who this broker is: the numbers that <c>meta.properties</c> of the log directories say, or that the configuration says, or new
/// ones. The file itself is written by the log manager.
/// </summary>
public sealed record BrokerIdentity(int BrokerId, string ClusterId)
{
    /// <summary>Compares the files of all log directories with each other, with the configuration and with ZooKeeper.</summary>
    /// <param name="files">Where the directories are.</param>
    /// <param name="config">The broker's configuration.</param>
    /// <param name="clusterInZooKeeper">The cluster's id in ZooKeeper; null when it has none yet.</param>
    /// <exception cref="ConfigException">They contradict each other; the message names file and key.</exception>
    public static BrokerIdentity Resolve(IStorageFileSystem files, BrokerConfig config, string? clusterInZooKeeper = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(config);
        string? clusterId = null;
        var brokerId = config.BrokerId;
        var origin = "the configuration";
        foreach (var directory in config.LogDirs)
        {
            var path = Path.Combine(directory, MetaProperties.Name);
            if (ReadProperties(files, directory) is not { } properties)
            {
                continue;
            }

            if (properties.ClusterId is { Length: > 0 } cluster)
            {
                clusterId = clusterId == null || clusterId == cluster
                    ? cluster
                    : throw new ConfigException($"{path} has cluster.id={cluster}, another log directory has {clusterId}: log.dirs mixes clusters");
            }

            if (properties.BrokerId is { } id)
            {
                if (brokerId >= 0 && brokerId != id)
                {
                    throw new ConfigException(
                        $"{path} belongs to broker {id}, but {origin} says {brokerId}: set broker.id={id}, or use another directory");
                }

                brokerId = id;
                origin = path;
            }
        }

        if (clusterId != null && clusterInZooKeeper != null && clusterId != clusterInZooKeeper)
        {
            throw new ConfigException(
                $"The log directories belong to cluster {clusterId} ({MetaProperties.Name}), ZooKeeper has cluster {clusterInZooKeeper}: "
                + "zookeeper.connect or log.dirs name those of another cluster");
        }

        return new BrokerIdentity(Math.Max(brokerId, 0), clusterInZooKeeper ?? clusterId ?? KafkaUuid.Format(TopicCreation.NewId()));
    }

    private static MetaProperties? ReadProperties(IStorageFileSystem files, string directory)
    {
        try
        {
            return MetaProperties.Read(files, directory);
        }
        catch (StorageException)
        {
            // A file that cannot be read or understood is the log manager's business: it names what is wrong with it.
            return null;
        }
    }
}
