using System.Globalization;
using System.Text;
using Samsa.Broker.Configuration;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Who this broker is: the numbers that <c>meta.properties</c> of the log directories say, or that the configuration says, or new
/// ones. The file itself is written by the log manager.
/// </summary>
public sealed record BrokerIdentity(int BrokerId, string ClusterId)
{
    private const string FileName = "meta.properties";

    /// <summary>Compares the files of all log directories with each other and with the configuration.</summary>
    /// <exception cref="ConfigException">They contradict each other; the message names file and key.</exception>
    public static BrokerIdentity Resolve(IStorageFileSystem files, BrokerConfig config)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(config);
        string? clusterId = null;
        var brokerId = config.BrokerId;
        var origin = "the configuration";
        foreach (var directory in config.LogDirs)
        {
            var path = Path.Combine(directory, FileName);
            if (ReadProperties(files, path) is not { } properties)
            {
                continue;
            }

            if (properties.TryGetValue("cluster.id", out var cluster) && cluster.Length > 0)
            {
                clusterId = clusterId == null || clusterId == cluster
                    ? cluster
                    : throw new ConfigException($"{path} has cluster.id={cluster}, another log directory has {clusterId}: log.dirs mixes clusters");
            }

            if ((properties.TryGetValue("broker.id", out var text) || properties.TryGetValue("node.id", out text))
                && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
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

        return new BrokerIdentity(Math.Max(brokerId, 0), clusterId ?? KafkaUuid.Format(TopicCreation.NewId()));
    }

    private static Dictionary<string, string>? ReadProperties(IStorageFileSystem files, string path)
    {
        try
        {
            return files.FileExists(path) ? PropertiesFile.Parse(Encoding.Latin1.GetString(files.ReadAllBytes(path))) : null;
        }
        catch (StorageException)
        {
            // A directory that cannot be read is the log manager's business: it takes it offline.
            return null;
        }
    }
}
