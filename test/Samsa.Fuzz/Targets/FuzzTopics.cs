using Samsa.Broker.Metadata;

namespace Samsa.Fuzz.Targets;

/// <summary>The topics that a <see cref="FuzzBroker"/> starts with: one for each rule that batches and fetches meet.</summary>
internal static class FuzzTopics
{
    /// <summary>The topic that no input names: what is in it must stay as it is.</summary>
    public const string Witness = "witness-of-all";

    /// <summary>The topic whose segments are smaller than any configuration allows.</summary>
    public const string Segments = "segments";

    private static readonly (string Name, Dictionary<string, string> Configs)[] Rules =
    [
        ("plain", []),
        ("compact", new() { ["cleanup.policy"] = "compact" }),
        ("recoded", new() { ["compression.type"] = "gzip" }),
        ("stamped", new() { ["message.timestamp.type"] = "LogAppendTime" }),
        (Segments, new() { ["message.timestamp.before.max.ms"] = "100000", ["index.interval.bytes"] = "100" }),
        ("idempotent", new() { ["max.message.bytes"] = "4000" }),
        (Witness, new() { ["retention.ms"] = "-1", ["retention.bytes"] = "-1", ["max.message.bytes"] = "1000000", ["compression.type"] = "producer" }),
    ];

    /// <summary>How many there are.</summary>
    public static int Count => Rules.Length;

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => Rules.Select(rule => rule.Name);

    /// <summary>The id of a topic by its number, from 1 on.</summary>
    public static Guid IdOf(int number) => new(number, 0x5a, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    /// <summary>The topics as metadata, two partitions each.</summary>
    public static Dictionary<string, TopicImage> Images()
    {
        var images = new Dictionary<string, TopicImage>(StringComparer.Ordinal);
        for (var i = 0; i < Rules.Length; i++)
        {
            var (name, configs) = Rules[i];
            images.Add(name, new TopicImage(name, IdOf(i + 1), [Partition(0), Partition(1)], configs));
        }

        return images;
    }

    private static PartitionImage Partition(int index) => new(index, 0, 0, 0, [0], [0]);
}
