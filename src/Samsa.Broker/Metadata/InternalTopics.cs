using System.Globalization;
using Samsa.Broker.Configuration;

namespace Samsa.Broker.Metadata;

/// <summary>How the topics in which brokers keep their state are made.</summary>
public static class InternalTopics
{
    /// <summary>The own configuration that a new internal topic gets.</summary>
    public static IReadOnlyDictionary<string, string> Configs(string name, TopicOptions? options = null)
    {
        var configs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!TopicNames.IsInternal(name))
        {
            return configs;
        }

        var made = name == TopicNames.ConsumerOffsets ? options?.Offsets : options?.TransactionState;
        configs[TopicKeys.CleanupPolicy] = "compact";
        configs[TopicKeys.CompressionType] = name == TopicNames.ConsumerOffsets ? "producer" : "uncompressed";
        configs[TopicKeys.SegmentBytes] = (made?.SegmentBytes ?? 100 * 1024 * 1024).ToString(CultureInfo.InvariantCulture);
        if (name == TopicNames.TransactionState && made?.MinInSyncReplicas is { } minimum)
        {
            configs[TopicKeys.MinInsyncReplicas] = minimum.ToString(CultureInfo.InvariantCulture);
            configs[TopicKeys.UncleanLeaderElectionEnable] = "false";
        }

        return configs;
    }

    /// <summary>The request that makes <paramref name="name"/> as the broker's configuration says; other topics get the defaults.</summary>
    public static NewTopic Request(string name, TopicOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var made = name switch
        {
            TopicNames.ConsumerOffsets => options.Offsets,
            TopicNames.TransactionState => options.TransactionState,
            _ => null,
        };
        return made == null
            ? new NewTopic(name)
            : new NewTopic(
                name, made.Partitions, made.ReplicationFactor,
                Configs: [.. Configs(name, options).Select(pair => new KeyValuePair<string, string?>(pair.Key, pair.Value))]);
    }
}
