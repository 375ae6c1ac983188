using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

/// <summary>
/// Runs a tool of Apache Kafka and ours with the same arguments against the same broker, one after the other, and compares what they
/// print. <c>{own}</c> in an argument is a name of its own for each of them, so that both can make and delete things.
/// </summary>
internal sealed partial class ClusterToolPair(string version, string bootstrapServers)
{
    private const string Own = "{own}";

    // A short life of the virtual machine.
    private static readonly Dictionary<string, string> Surroundings = new() { ["HEAP"] = "128m", ["JAVA_OPTS"] = "-XX:TieredStopAtLevel=1", ["LC_ALL"] = "C.UTF-8" };

    /// <summary>
    /// Output and exit code are the same. Where Apache's tool writes to standard error, ours writes one line: the same where Apache's is
    /// a sentence to the user, our own where it is a log line or a stack trace.
    /// </summary>
    public Task<ChildResult> SameAsync(string tool, params string[] arguments) => SameAsync(input: null, tool, arguments);

    /// <summary>The same for a tool that reads standard input.</summary>
    public async Task<ChildResult> SameAsync(byte[]? input, string tool, params string[] arguments)
    {
        string script = Tools.ApacheKafka(version);
        Dictionary<string, string> like = new() { ["SAMSA_TOOLS_LIKE"] = version };
        ChildResult apache = await Child.RunAsync(
            Tools.Bash, [script, version, "kafka-" + tool, .. For("theirs", arguments)], input, Surroundings);
        ChildResult ours = await Child.RunAsync("dotnet", [RepositoryPaths.SamsaAssembly, tool, .. For("oursss", arguments)], input, like);
        string both = apache.Describe() + "\n\n" + ours.Describe();
        Assert.True(apache.ExitCode == ours.ExitCode, both);
        Assert.True(Comparable(apache.Text, "theirs") == Comparable(ours.Text, "oursss"), both);
        if (apache.Errors.Length == 0)
        {
            Assert.True(ours.Errors.Length == 0, both);
        }
        else if (LogLine().IsMatch(apache.Errors))
        {
            string[] lines = ours.Errors.TrimEnd('\n').Split('\n');
            Assert.True(lines.Count(IsLog) == 1 && lines.Where(l => !IsLog(l)).SequenceEqual(Sentences(apache.Errors)), both);
        }
        else
        {
            Assert.True(FirstLine(apache.Errors, "theirs") == FirstLine(ours.Errors, "oursss"), both);
            Assert.True(apache.Errors.Contains("\nOption ", StringComparison.Ordinal) == ours.Errors.Contains("\nOption ", StringComparison.Ordinal), both);
        }

        return ours;
    }

    [GeneratedRegex(@"^\[\d{4}-\d\d-\d\d .*\] (WARN|ERROR) ")]
    private static partial Regex LogLine();

    [GeneratedRegex("TopicId: [A-Za-z0-9_-]{22}")]
    private static partial Regex TopicId();

    // Log lines, the exceptions that belong to them, and the class that logged.
    private static IEnumerable<string> Sentences(string errors) => errors.TrimEnd('\n').Split('\n').Where(
        l => !LogLine().IsMatch(l) && !l.StartsWith(' ') && !l.StartsWith('\t') && !l.StartsWith("org.apache.", StringComparison.Ordinal));

    private static bool IsLog(string line) => line.StartsWith("ERROR ", StringComparison.Ordinal);

    private static string FirstLine(string text, string own) => text.Split('\n')[0].Replace(own, Own, StringComparison.Ordinal);

    // Ids differ; topics of a description come in the order of a hash table, partitions of a directory in the broker's.
    private static string Comparable(string text, string own)
    {
        string same = TopicId().Replace(text.Replace(own, Own, StringComparison.Ordinal), "TopicId: ID");
        return same.StartsWith("Topic: ", StringComparison.Ordinal)
            ? string.Join("Topic: ", ("\n" + same).Split("\nTopic: ").Order(StringComparer.Ordinal))
            : same;
    }

    private IEnumerable<string> For(string own, string[] arguments) =>
        // A tool with commands takes its arguments after the command.
        arguments is [var command, ..] && !command.StartsWith('-')
            ? [command, "--bootstrap-server", bootstrapServers, .. arguments[1..]]
            : ["--bootstrap-server", bootstrapServers, .. arguments.Select(a => a.Replace(Own, own, StringComparison.Ordinal))];
}
