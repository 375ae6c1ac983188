using System.Text.RegularExpressions;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>
/// Decides who chooses the partitions: the command line where it names one, the group where it names one. Without a group Kafka's tool joins one with a
/// random name and without commits; ours takes all partitions itself then.
/// </summary>
internal static class PartitionChoices
{
    /// <summary>The choice for a command line.</summary>
    /// <param name="inGroup">Whether there is a group.</param>
    /// <param name="topic">The topic, unless there is a pattern.</param>
    /// <param name="pattern">A regular expression that the whole name of a topic must match.</param>
    /// <param name="excludeInternal">Leaves out topics that the cluster made for itself.</param>
    /// <param name="partition">The only partition; null for all.</param>
    /// <param name="offset">Where to begin in the only partition.</param>
    /// <exception cref="ToolException">The pattern is none.</exception>
    public static IPartitionChoice Of(bool inGroup, string? topic, string? pattern, bool excludeInternal, int? partition, long offset)
    {
        if (partition is { } number)
            return new OnePartition(topic!, number, offset);
        if (inGroup)
            return pattern is null ? new GroupPartitions(topic!) : new GroupPartitions(Compile(pattern));
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
