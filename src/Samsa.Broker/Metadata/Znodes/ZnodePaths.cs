using System.Globalization;
using System.Text;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary>Where Kafka in ZooKeeper mode keeps what; the paths of Kafka 3.9, below the chroot of <c>zookeeper.connect</c>.</summary>
internal static class ZnodePaths
{
    public const string BrokerIds = "/brokers/ids";
    public const string Topics = "/brokers/topics";
    public const string Controller = "/controller";
    public const string ControllerEpoch = "/controller_epoch";
    public const string Cluster = "/cluster";
    public const string ClusterId = "/cluster/id";
    public const string Feature = "/feature";
    public const string ProducerIdBlock = "/latest_producer_id_block";
    public const string DeleteTopics = "/admin/delete_topics";
    public const string ConfigChanges = "/config/changes";
    public const string TopicConfigs = "/config/topics";
    public const string BrokerConfigs = "/config/brokers";

    /// <summary>Groups have no values in Kafka 3.9; the place is where its pattern would put them.</summary>
    public const string GroupConfigs = "/config/groups";

    /// <summary>What stands for all entities of a kind.</summary>
    public const string Default = "<default>";

    /// <summary>The server adds ten digits.</summary>
    public const string ConfigChangePrefix = ConfigChanges + "/config_change_";

    /// <summary>The nodes without data that every broker makes when they are not there, in Kafka's order.</summary>
    public static readonly string[] Persistent =
    [
        "/consumers", "/brokers", BrokerIds, Topics, "/config", ConfigChanges, "/admin", DeleteTopics, "/brokers/seqid",
        "/isr_change_notification", ProducerIdBlock, "/log_dir_event_notification",
        TopicConfigs, "/config/clients", "/config/users", BrokerConfigs, "/config/ips",
    ];

    public static string Broker(int id) => string.Create(CultureInfo.InvariantCulture, $"{BrokerIds}/{id}");

    public static string Topic(string topic) => $"{Topics}/{topic}";

    public static string Partitions(string topic) => $"{Topics}/{topic}/partitions";

    public static string Partition(string topic, int partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{Topics}/{topic}/partitions/{partition}");

    public static string State(string topic, int partition) => Partition(topic, partition) + "/state";

    public static string TopicConfig(string topic) => $"{TopicConfigs}/{topic}";

    /// <summary>The values of one broker, or of all of them.</summary>
    public static string BrokerConfig(int? broker) => $"{BrokerConfigs}/{BrokerName(broker)}";

    public static string BrokerName(int? broker) => broker?.ToString(CultureInfo.InvariantCulture) ?? Default;

    public static string GroupConfig(string group) => $"{GroupConfigs}/{Escape(group)}";

    public static string DeleteTopic(string topic) => $"{DeleteTopics}/{topic}";

    /// <summary>
    /// A name as a part of a path: percent-encoded as in Kafka (a blank is %20, letters, digits and <c>.-_</c> stay). Of the names <c>.</c> and
    /// <c>..</c>, which ZooKeeper takes in no path, the dots are encoded too.
    /// </summary>
    public static string Escape(string name)
    {
        if (name is "." or "..")
        {
            return name.Replace(".", "%2E", StringComparison.Ordinal);
        }

        var text = new StringBuilder(name.Length);
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'~')
            {
                text.Append((char)value);
            }
            else
            {
                text.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    public static string Unescape(string name) => Uri.UnescapeDataString(name);
}
