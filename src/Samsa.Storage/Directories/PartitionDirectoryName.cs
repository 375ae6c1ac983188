using System.Globalization;
using Samsa.Protocol;

namespace Samsa.Storage.Directories;

/// <summary>What the name of a directory inside a log directory says about it.</summary>
internal static class PartitionDirectoryName
{
    private const string DeletedSuffix = "-delete";
    private const string FutureSuffix = "-future";
    private const string StraySuffix = "-stray";
    private const int LongestTopicName = 249;
    private const int LongestName = 255;

    // The log of the KRaft controller has a partition's form but is none that a broker serves.
    private const string ControllerTopic = "__cluster_metadata";

    /// <summary>Reads a name (not a path).</summary>
    internal static PartitionDirectoryKind Parse(string name, out TopicPartition partition)
    {
        partition = default;
        if (name.EndsWith(DeletedSuffix, StringComparison.Ordinal))
        {
            return PartitionDirectoryKind.Deleted;
        }

        if (name.EndsWith(FutureSuffix, StringComparison.Ordinal))
        {
            return PartitionDirectoryKind.Future;
        }

        if (name.EndsWith(StraySuffix, StringComparison.Ordinal))
        {
            return PartitionDirectoryKind.Stray;
        }

        var dash = name.LastIndexOf('-');
        if (dash <= 0
            || !int.TryParse(name.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !IsTopicName(name.AsSpan(0, dash))
            || name.AsSpan(0, dash).SequenceEqual(ControllerTopic))
        {
            return PartitionDirectoryKind.Unknown;
        }

        partition = new TopicPartition(name[..dash], number);
        return PartitionDirectoryKind.Partition;
    }

    /// <summary>The name under which the log of a topic that exists no more is kept for the operator.</summary>
    internal static string Stray(TopicPartition partition, Guid unique)
    {
        var end = string.Create(CultureInfo.InvariantCulture, $"-{partition.Partition}.{unique:N}{StraySuffix}");
        return string.Concat(partition.Topic.AsSpan(0, Math.Min(partition.Topic.Length, LongestName - end.Length)), end);
    }

    private static bool IsTopicName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-'))
            {
                return false;
            }
        }

        return name.Length <= LongestTopicName && name is not ("." or "..");
    }
}
