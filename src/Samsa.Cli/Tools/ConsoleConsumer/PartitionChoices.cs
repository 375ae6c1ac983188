using System.Text.RegularExpressions;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// Decides who chooses the partitions: the command line where it names one, or a group, which is one of the tool's own where the command line names none.
/// </summary>
internal static class PartitionChoices
{
    /// <summary>The choice for a command line.</summary>
    /// <param name="isNamed">Whether the user named the group.</param>
    /// <param name="topic">The topic, unless there is a pattern.</param>
    /// <param name="pattern">A regular expression that the whole name of a topic must match.</param>
    /// <param name="partition">The only partition; null for all.</param>
    /// <param name="offset">Where to begin in the only partition.</param>
    /// <exception cref="ToolException">The pattern is none.</exception>
    public static IPartitionChoice Of(bool isNamed, string? topic, string? pattern, int? partition, long offset)
    {
        if (partition is { } number)
            return new OnePartition(topic!, number, offset);
        if (isNamed)
            return pattern is null ? new GroupPartitions(topic!) : new GroupPartitions(Compile(pattern));
        return pattern is null ? new OwnGroup(topic!) : new OwnGroup(Compile(pattern));
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
