using System.Globalization;
using Samsa.Protocol.Records;
using Samsa.Storage;

namespace Samsa.Broker.Configuration;

/// <summary>The configuration of a topic: its own values over the broker's defaults over the table's.</summary>
public static class TopicConfigs
{
    private static readonly IReadOnlyDictionary<string, string> NoOverrides = new Dictionary<string, string>();

    /// <summary>
    /// Checks one value that somebody wants to set for a topic and returns it in Kafka's normal form.
    /// </summary>
    /// <exception cref="ConfigException">The key is unknown or the value is not allowed.</exception>
    public static string Validate(string name, string value)
    {
        var key = ConfigKeys.Find(ConfigScope.Topic, name) ?? throw new ConfigException($"Unknown topic config name: {name}");
        return key.Normalize(value);
    }

    /// <summary>Checks the values of a topic against each other.</summary>
    /// <exception cref="ConfigException">They do not go together.</exception>
    public static void ValidateTogether(ConfigValues broker, IReadOnlyDictionary<string, string> overrides)
    {
        if (overrides.TryGetValue(TopicKeys.RemoteStorageEnable, out var remote) && remote == "true")
        {
            throw new ConfigException(
                "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage.");
        }

        var minLag = Long(broker, overrides, TopicKeys.MinCompactionLagMs);
        var maxLag = Long(broker, overrides, TopicKeys.MaxCompactionLagMs);
        if (minLag > maxLag)
        {
            throw new ConfigException(
                $"conflict topic config setting {TopicKeys.MinCompactionLagMs} ({minLag}) > {TopicKeys.MaxCompactionLagMs} ({maxLag})");
        }
    }

    /// <summary>The value of a topic key that counts.</summary>
    public static string? Value(ConfigValues broker, IReadOnlyDictionary<string, string> overrides, ConfigKey key)
    {
        if (overrides.TryGetValue(key.Name, out var value))
        {
            return value;
        }

        for (var i = 0; i < key.BrokerKeys.Count; i++)
        {
            var link = key.BrokerKeys[i];
            if (broker.Get(link.Name) is not { } text)
            {
                continue;
            }

            if (link.Factor == 1)
            {
                return text;
            }

            var number = long.Parse(text, CultureInfo.InvariantCulture);
            return (number < 0 ? number : number * link.Factor).ToString(CultureInfo.InvariantCulture);
        }

        return key.DefaultValue;
    }

    /// <summary>What storage needs to know of a topic whose own values are <paramref name="overrides"/> (null: none).</summary>
    public static LogConfig ToLogConfig(ConfigValues broker, IReadOnlyDictionary<string, string>? overrides)
    {
        var own = overrides ?? NoOverrides;
        var policy = ConfigKey.SplitList(Text(broker, own, TopicKeys.CleanupPolicy));
        return new LogConfig
        {
            SegmentBytes = (int)Long(broker, own, TopicKeys.SegmentBytes),
            SegmentMs = Long(broker, own, TopicKeys.SegmentMs),
            SegmentJitterMs = Long(broker, own, TopicKeys.SegmentJitterMs),
            SegmentIndexBytes = (int)Long(broker, own, TopicKeys.SegmentIndexBytes),
            IndexIntervalBytes = (int)Long(broker, own, TopicKeys.IndexIntervalBytes),
            RetentionMs = Long(broker, own, TopicKeys.RetentionMs),
            RetentionBytes = Long(broker, own, TopicKeys.RetentionBytes),
            FlushMessages = Long(broker, own, TopicKeys.FlushMessages),
            FlushMs = Long(broker, own, TopicKeys.FlushMs),
            FileDeleteDelayMs = Long(broker, own, TopicKeys.FileDeleteDelayMs),
            Compact = policy.Contains("compact"),
            Delete = policy.Contains("delete"),
            DeleteRetentionMs = Long(broker, own, TopicKeys.DeleteRetentionMs),
            MinCleanableDirtyRatio = double.Parse(Text(broker, own, TopicKeys.MinCleanableDirtyRatio), CultureInfo.InvariantCulture),
            MinCompactionLagMs = Long(broker, own, TopicKeys.MinCompactionLagMs),
            MaxCompactionLagMs = Long(broker, own, TopicKeys.MaxCompactionLagMs),
            MaxMessageBytes = (int)Long(broker, own, TopicKeys.MaxMessageBytes),
            Compression = Codec(Text(broker, own, TopicKeys.CompressionType)),
            GzipLevel = (int)Long(broker, own, TopicKeys.CompressionGzipLevel),
            Lz4Level = (int)Long(broker, own, TopicKeys.CompressionLz4Level),
            ZstdLevel = (int)Long(broker, own, TopicKeys.CompressionZstdLevel),
            TimestampType = Text(broker, own, TopicKeys.MessageTimestampType) == "LogAppendTime" ? TimestampType.LogAppendTime : TimestampType.CreateTime,
            TimestampBeforeMaxMs = Long(broker, own, TopicKeys.MessageTimestampBeforeMaxMs),
            TimestampAfterMaxMs = Long(broker, own, TopicKeys.MessageTimestampAfterMaxMs),
            MinInSyncReplicas = (int)Long(broker, own, TopicKeys.MinInsyncReplicas),
            UncleanLeaderElection = Text(broker, own, TopicKeys.UncleanLeaderElectionEnable) == "true",
            Preallocate = Text(broker, own, TopicKeys.Preallocate) == "true",
            DownConversion = Text(broker, own, TopicKeys.MessageDownconversionEnable) == "true",
        };
    }

    private static CompressionType? Codec(string name) => name switch
    {
        "uncompressed" => CompressionType.None,
        "gzip" => CompressionType.Gzip,
        "snappy" => CompressionType.Snappy,
        "lz4" => CompressionType.Lz4,
        "zstd" => CompressionType.Zstd,
        _ => null,
    };

    private static long Long(ConfigValues broker, IReadOnlyDictionary<string, string> own, string name) =>
        long.Parse(Text(broker, own, name), CultureInfo.InvariantCulture);

    private static string Text(ConfigValues broker, IReadOnlyDictionary<string, string> own, string name) =>
        Value(broker, own, ConfigKeys.Find(ConfigScope.Topic, name)!) ?? throw new ConfigException(name, null, "no value");
}
