using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

/// <summary>
/// Runs kafka-consumer-groups of Apache Kafka and ours with the same arguments against the same broker, and compares what they print. What is
/// not compared is in docs/tools.md: that 3.9 forgets line ends, the wrapping exception that it names, stack traces (ours is a line), and
/// time and class of log lines. <c>{own}</c> in an argument is a group of its own for each of them.
/// </summary>
internal sealed partial class GroupToolPair(string version, string bootstrapServers)
{
    private const string Own = "{own}";

    /// <summary>The names that stand for <c>{own}</c>, of one length.</summary>
    public static readonly string[] Owners = ["theirs", "oursss"];

    /// <summary>Output, exit code and what is said on standard error are the same.</summary>
    public async Task SameAsync(string tool, params string[] arguments)
    {
        Dictionary<string, string> like = new() { ["SAMSA_TOOLS_LIKE"] = version };
        // Its own five seconds for each question are short on a busy machine.
        string[] patient = tool == "consumer-groups" ? ["--timeout", "120000"] : [];
        ChildResult apache = await ApacheTool.RunAsync(version, "kafka-" + tool, [.. For(Owners[0], arguments), .. patient]);
        ChildResult ours = await Child.RunAsync("dotnet", [RepositoryPaths.SamsaAssembly, tool, .. For(Owners[1], arguments), .. patient], null, like);
        string both = apache.Describe() + "\n\n" + ours.Describe();
        Assert.True(apache.ExitCode == ours.ExitCode, both);
        Assert.True(Printed(apache.Text, Owners[0]) == Printed(ours.Text, Owners[1]), both);
        Assert.True(Said(apache.Errors, Owners[0]).SequenceEqual(Said(ours.Errors, Owners[1])), both);
    }

    [GeneratedRegex(@"^\[\d{4}-\d\d-\d\d .*\] (WARN .*) \(org\.apache\..*\)$")]
    private static partial Regex LogLine();

    [GeneratedRegex(@"^(ERROR |[a-z]+(\.[A-Za-z0-9]+)+(Exception|Error)\b)")]
    private static partial Regex Failure();

    private string Printed(string text, string own)
    {
        string same = text.Replace(own, Own, StringComparison.Ordinal).Replace("java.util.concurrent.ExecutionException: ", "", StringComparison.Ordinal);
        return version == "3.9" ? same.Replace("\n", "", StringComparison.Ordinal) : same;
    }

    private static List<string> Said(string errors, string own)
    {
        List<string> lines = [];
        foreach (string line in errors.Replace(own, Own, StringComparison.Ordinal).TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("Option ", StringComparison.Ordinal))
            {
                lines.Add("(option table)");
                break;
            }

            if (LogLine().Match(line) is { Success: true } log)
                lines.Add(log.Groups[1].Value);
            else if (Failure().IsMatch(line))
                lines.Add("(failure)");
            else if (!line.StartsWith('\t') && !line.StartsWith("Caused by", StringComparison.Ordinal))
                lines.Add(line);
        }

        return lines;
    }

    private IEnumerable<string> For(string own, string[] arguments) =>
        ["--bootstrap-server", bootstrapServers, .. arguments.Select(a => a.Replace(Own, own, StringComparison.Ordinal))];
}
