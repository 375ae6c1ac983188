using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Offsets;

/// <summary>Which partitions <c>kafka-get-offsets</c> is asked about: topics by a regular expression, partitions by number.</summary>
internal sealed class PartitionPattern
{
    private readonly TopicFilter? _topics;
    private readonly Func<int, bool> _partitions;

    private PartitionPattern(string? topics, Func<int, bool> partitions)
    {
        _topics = string.IsNullOrEmpty(topics) ? null : new TopicFilter(topics);
        _partitions = partitions;
    }

    /// <summary>The pattern of <c>--topic</c> and <c>--partitions</c>; null for all.</summary>
    /// <exception cref="ToolException">A number is none.</exception>
    public static PartitionPattern Of(string? topics, string? partitions)
    {
        if (string.IsNullOrEmpty(partitions))
            return new PartitionPattern(topics, static _ => true);
        HashSet<int> numbers = [];
        foreach (string text in partitions.Split(','))
        {
            if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
                throw new ToolException($"--partitions expects a comma separated list of numeric partition ids, but received: {partitions}");
            numbers.Add(number);
        }

        return new PartitionPattern(topics, numbers.Contains);
    }

    /// <summary>The patterns of <c>--topic-partitions</c>.</summary>
    /// <exception cref="ToolException">One is none.</exception>
    public static IReadOnlyList<PartitionPattern> ParseList(string list) => [.. list.Split(',').Select(Parse)];

    /// <summary>Whether partitions of the topic may be among them.</summary>
    public bool AllowsTopic(string topic) => _topics is null || _topics.Allows(topic);

    /// <summary>Whether the partition is among them.</summary>
    public bool Allows(TopicPartition partition) => AllowsTopic(partition.Topic) && _partitions(partition.Partition);

    private static PartitionPattern Parse(string rule)
    {
        int colon = rule.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
            return new PartitionPattern(rule, static _ => true);
        string topics = rule[..colon];
        string[] bounds = rule[(colon + 1)..].Split('-');
        if (bounds.Length > 2 || !Array.TrueForAll(bounds, b => b.Length == 0 || int.TryParse(b, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            throw new ToolException($"Invalid rule specification: {rule}");
        int? first = Number(bounds[0]);
        if (bounds.Length == 1)
            return new PartitionPattern(topics, first is { } only ? p => p == only : static _ => true);
        int lowest = first ?? 0;
        int end = Number(bounds[1]) ?? int.MaxValue;
        return new PartitionPattern(topics, p => p >= lowest && p < end);
    }

    private static int? Number(string text) => text.Length == 0 ? null : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
