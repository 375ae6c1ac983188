using System.Globalization;
using System.Text;
using Samsa.Client.Consumer;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>
/// Offsets in a file: lines <c>topic,partition,offset</c> for a command line with one group, or <c>group,topic,partition,offset</c>. Names with a
/// comma or quote stand in quotes, which are doubled inside.
/// </summary>
internal sealed class ResetPlan
{
    private const string EveryGroup = "";

    private readonly Dictionary<string, Dictionary<TopicPartition, long>> _offsets = new(StringComparer.Ordinal);

    private ResetPlan()
    {
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="GroupCommandException">It cannot be read, or a line is wrong: nothing is guessed.</exception>
    public static ResetPlan Read(string path, IReadOnlyList<string> groups)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GroupCommandException($"java.io.IOException: Unable to read file {path}");
        }

        var plan = new ResetPlan();
        foreach (var (line, content) in text.ReplaceLineEndings("\n").Split('\n').Index())
        {
            if (content.Trim().Length == 0)
                continue;
            string[] fields = [.. Fields(content).Select(f => f.Trim())];
            if (fields.Length == 3 && groups.Count == 1)
                fields = [EveryGroup, .. fields];
            if (fields.Length != 4
                || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out int partition)
                || !long.TryParse(fields[3], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long offset))
            {
                throw new GroupCommandException($"line {line + 1} of {path} is neither topic,partition,offset of a single group nor "
                    + $"group,topic,partition,offset: {content}");
            }

            if (!plan._offsets.TryGetValue(fields[0], out var offsets))
                plan._offsets.Add(fields[0], offsets = []);
            offsets[new TopicPartition(fields[1], partition)] = offset;
        }

        return plan;
    }

    /// <summary>The lines for what was reset, each with its end.</summary>
    public static string Format(
        IEnumerable<(string Group, IReadOnlyList<(TopicPartition Partition, CommittedOffset Offset)> Offsets)> reset, bool withGroups)
    {
        var lines = new StringBuilder();
        foreach (var (group, offsets) in reset)
        {
            foreach (var (partition, offset) in offsets)
            {
                if (withGroups)
                    lines.Append(Quoted(group)).Append(',');
                lines.Append(CultureInfo.InvariantCulture, $"{Quoted(partition.Topic)},{partition.Partition},{offset.Offset}\n");
            }
        }

        return lines.ToString();
    }

    /// <summary>The offsets that the file has for a group.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Of(string group) =>
        _offsets.GetValueOrDefault(group) ?? _offsets.GetValueOrDefault(EveryGroup) ?? [];

    private static string Quoted(string text) => text.AsSpan().ContainsAny("\",\r\n")
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : text;

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                if (isQuoted && i + 1 < line.Length && line[i + 1] == '"')
                    field.Append(line[i++]);
                else
                    isQuoted = !isQuoted;
            }
            else if (line[i] == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
