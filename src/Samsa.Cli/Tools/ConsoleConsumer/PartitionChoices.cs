using System.Text.RegularExpressions;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// Decides who chooses the partitions. Kafka's tool always joins a group, one with a random name and without commits if none is given; ours
/// takes all partitions itself then. This is the place where a group will choose them.
/// </summary>
internal static class PartitionChoices
{
    /// <summary>The choice for a command line.</summary>
    /// <param name="group">The group; null for none.</param>
    /// <param name="topic">The topic, unless there is a pattern.</param>
    /// <param name="pattern">A regular expression that the whole name of a topic must match.</param>
    /// <param name="excludeInternal">Leaves out topics that the cluster made for itself.</param>
    /// <param name="partition">The only partition; null for all.</param>
    /// <param name="offset">Where to begin in the only partition.</param>
    /// <exception cref="ToolException">The group is not served.</exception>
    public static IPartitionChoice Of(string? group, string? topic, string? pattern, bool excludeInternal, int? partition, long offset)
    {
        if (group is not null)
        {
            throw new ToolException(
                $"this tool joins no consumer group yet: without the group '{group}' all partitions are read, and nothing is committed");
        }

        if (partition is { } number)
            return new OnePartition(topic!, number, offset);
        return pattern is null ? new AllPartitions(topic!) : new AllPartitions(Compile(pattern), excludeInternal);
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException e)
        {
            throw new ToolException($"ERROR Unknown error when running consumer: {pattern} is no regular expression: {e.Message}");
        }
    }
}
