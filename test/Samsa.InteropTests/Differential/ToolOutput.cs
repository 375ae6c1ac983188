using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// What a tool printed: the exit code, then the lines of its output and those of its errors, without what is legitimately the broker's
/// own or the moment's: address, directory, ids, times, measured speeds. Of the JVM's traces only the messages are kept, of its log
/// all but what it says while it waits for a leader.
/// </summary>
internal static partial class ToolOutput
{
    /// <summary>The first line of what a tool printed that ended well.</summary>
    public const string Success = "exit code 0";

    public static List<string> Lines(ToolCall call, ChildResult result, Side side)
    {
        var output = result.Text.TrimEnd('\n');
        if (call.Tool == "kafka-log-dirs")
            output = output.Replace("{\"partition\":", "\n{\"partition\":", StringComparison.Ordinal);
        // The performance tests fill batches as fast as they can; what else is written comes to the same bytes.
        if (call.Tool == "kafka-log-dirs" && !call.Arguments.Contains("--topic-list"))
            output = Size().Replace(output, "\"size\":SIZE");
        var lines = output.Split('\n').Where(line => !Interim().IsMatch(line)).Select(line => Normal(call.Tool, line, side)).ToList();
        // Directories are listed in the order of the file system.
        if (call.AnyOrder || call.Tool == "kafka-log-dirs")
            lines = [.. lines.Select(line => line.TrimEnd(',')).Order(StringComparer.Ordinal)];
        var errors = result.Errors.TrimEnd('\n').Split('\n')
            .Where(line => !Frame().IsMatch(line) && !Waits().IsMatch(line))
            .Select(line => "err: " + Normal(call.Tool, LogTime().Replace(line, ""), side));
        return [result.ExitCode == 0 ? Success : $"exit code {result.ExitCode}", .. lines.Concat(errors).Where(line => line is not ("" or "err: "))];
    }

    private static string Normal(string tool, string line, Side side)
    {
        line = line.Replace(side.Server, "SERVER", StringComparison.Ordinal).Replace(side.Directory, "DIRECTORY", StringComparison.Ordinal);
        if (side.ClusterId is { } cluster)
            line = line.Replace(cluster, "CLUSTER", StringComparison.Ordinal);
        line = Correlation().Replace(Group().Replace(TopicId().Replace(line, "TopicId: ID"), "console-consumer-N"), "correlation id N");
        return tool switch
        {
            "kafka-log-dirs" => Volume().Replace(line, "\"$1\":SIZE"),
            "kafka-producer-perf-test" => Measured().Replace(line, "N"),
            // The speed first: its decimals may look like a time.
            "kafka-verifiable-producer" => Time().Replace(Speed().Replace(line, "\"avg_throughput\":N"), "TIME"),
            "kafka-dump-log" => Checksum().Replace(Time().Replace(Producer().Replace(line, "producerId: ID"), "TIME"), "crc: N"),
            "kafka-transactions" => Time().Replace(ProducerColumn().Replace(line, "ID$1"), "TIME"),
            "kafka-cluster" => line.Replace($" {side.Port} ", " PORT ", StringComparison.Ordinal),
            _ => line,
        };
    }

    [GeneratedRegex(@"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+\] ")]
    private static partial Regex LogTime();

    // What a performance test says every five seconds, if it takes so long.
    [GeneratedRegex(@"^\d+ records sent, [^,]*, [^,]* ms avg latency, [^,]* ms max latency\.$")]
    private static partial Regex Interim();

    [GeneratedRegex(@"^\s+(at |\.\.\. \d+ more)")]
    private static partial Regex Frame();

    // How often depends on the moment; Apache Kafka makes and elects a little later than it answers.
    [GeneratedRegex(" WARN .*(UNKNOWN_TOPIC_OR_PARTITION|LEADER_NOT_AVAILABLE|NOT_LEADER_OR_FOLLOWER)")]
    private static partial Regex Waits();

    [GeneratedRegex(@"correlation id \d+")]
    private static partial Regex Correlation();

    [GeneratedRegex(@"console-consumer-\d+")]
    private static partial Regex Group();

    [GeneratedRegex(@"TopicId: [A-Za-z0-9_-]{22}")]
    private static partial Regex TopicId();

    [GeneratedRegex(@"""(totalBytes|usableBytes)"":\d+")]
    private static partial Regex Volume();

    [GeneratedRegex(@"""size"":\d+")]
    private static partial Regex Size();

    // Not the number of records, which begins the line.
    [GeneratedRegex(@"(?<=[ (])\d+([.,]\d+)?(?= )")]
    private static partial Regex Measured();

    [GeneratedRegex(@"""avg_throughput"":[0-9.E+-]+")]
    private static partial Regex Speed();

    [GeneratedRegex(@"producerId: \d+")]
    private static partial Regex Producer();

    [GeneratedRegex(@"crc: \d+")]
    private static partial Regex Checksum();

    // The first column of a row; the second is the epoch.
    [GeneratedRegex(@"^\d+(\s+\d+\s)")]
    private static partial Regex ProducerColumn();

    [GeneratedRegex(@"\b\d{13}\b")]
    private static partial Regex Time();
}
