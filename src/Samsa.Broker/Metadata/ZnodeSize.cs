using System.Globalization;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol;

namespace Samsa.Broker.Metadata;

/// <summary>
/// Whether a node can be written at all: ZooKeeper ends the connection of whoever sends a request above <c>jute.maxbuffer</c>, 1,048,575 bytes
/// unless set otherwise.
/// </summary>
internal static class ZnodeSize
{
    /// <summary>The largest node in bytes, its path counted twice, for there is a condition on it in the same request. The rest is room for headers.</summary>
    public const int Most = 1_000_000;

    /// <summary>Checks the values of a topic, a broker or a group.</summary>
    public static MetadataError OfValues(string path, IReadOnlyDictionary<string, string> values) => Check(path, ConfigZnode.Encode(values).Length);

    /// <summary>Checks the node of a topic, and its values.</summary>
    public static MetadataError OfTopic(TopicImage topic)
    {
        var values = OfValues(ZnodePaths.TopicConfig(topic.Name), topic.Configs);
        if (values.IsError || LongestText(topic) < Most)
        {
            return values;
        }

        var znode = new TopicZnode(topic.Id, [.. topic.Partitions.Select(static partition => partition.Replicas)]);
        return Check(ZnodePaths.Topic(topic.Name), znode.Encode().Length);
    }

    /// <summary>Says of the largest node in a round why it may be what the servers refuse, and what can be done; null when none is that large.</summary>
    public static string? TooLarge(ZnodeRound round)
    {
        var (path, size) = round.Writes.SelectMany(static write => write.Operations)
            .Select(static operation => (operation.Path, Size: (operation.Data?.Length ?? 0) + (2L * operation.Path.Length)))
            .MaxBy(static node => node.Size);
        var enough = size * 5 / 4;
        return size <= Most ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{path} needs {size} bytes, and each time it was sent the connection to ZooKeeper ended: the servers' jute.maxbuffer is too small. Start them with -Djute.maxbuffer={enough}, and set {BrokerKeys.SamsaZookeeperJuteMaxbuffer}={enough} where that is more than it is now");
    }

    // Cheap, and enough for nearly all: ten digits each, and what stands around them.
    private static long LongestText(TopicImage topic) => 1000 + topic.Partitions.Sum(static partition => 16L + (12L * partition.Replicas.Count));

    private static MetadataError Check(string path, int length)
    {
        var size = length + (2L * path.Length);
        return size <= Most
            ? MetadataError.None
            : new MetadataError(ErrorCode.InvalidRequest, string.Create(
                CultureInfo.InvariantCulture, $"This needs a node of {size} bytes in ZooKeeper, where at most {Most} are possible."));
    }
}
