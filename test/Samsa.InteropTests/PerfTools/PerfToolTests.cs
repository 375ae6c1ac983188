using System.Text.RegularExpressions;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.PerfTools;

/// <summary>
/// The tools that measure and verify beside Apache Kafka's of both releases, against one broker of Apache Kafka, because Apache's need
/// consumer groups. What is measured is cut out; each tool has topics of its own. A start of Java is dear: mistakes are compared with recorded output.
/// </summary>
public sealed partial class PerfToolTests(PerfBroker fixture) : IClassFixture<PerfBroker>
{
    // A short life of the virtual machine.
    private static readonly Dictionary<string, string> Surroundings = new() { ["HEAP"] = "128m", ["JAVA_OPTS"] = "-XX:TieredStopAtLevel=1", ["LC_ALL"] = "C.UTF-8" };

    [Theory]
    [InlineData("3.9")]
    [InlineData("4.3")]
    public async Task Records_are_sent_and_read_with_the_same_words(string version)
    {
        bool isNew = version == "4.3";
        string[] server = isNew ? ["--bootstrap-server", "$SERVER"] : ["--producer-props", "bootstrap.servers=$SERVER"];
        await SameAsync(version, "verifiable-producer", "--bootstrap-server", "$SERVER", "--topic", "$OWN", "--max-messages", "5", "--repeating-keys", "2");
        string[] warmup = isNew ? ["--warmup-records", "10"] : [];
        await SameAsync(version, "producer-perf-test", ["--topic", "$OWN", "--num-records", "60", "--record-size", "10", "--throughput", "-1", .. server, .. warmup]);
        await SameAsync(
            version, "consumer-perf-test", "--bootstrap-server", "$SERVER", "--topic", "$OWN", "--timeout", "120000", isNew ? "--num-records" : "--messages", "65");
        await SameAsync(version, "e2e-latency", isNew
            ? ["--bootstrap-server", "$SERVER", "--topic", "$OWN", "--num-records", "5", "--producer-acks", "1", "--record-size", "10", "--num-headers", "1"]
            : ["$SERVER", "$OWN", "5", "all", "10"]);
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d:\d{3}|(?<!\.)\b\d{13}\b")]
    private static partial Regex Time();

    // What is said every five seconds, if it takes so long.
    [GeneratedRegex(@"^\d+ records sent, [^,]*, [^,]* ms avg latency, [^,]* ms max latency\.\n", RegexOptions.Multiline)]
    private static partial Regex Interim();

    [GeneratedRegex(@"\d+\.\d+|(?<=[ \t])\d+(?= ms)|(?<= = )\d+")]
    private static partial Regex Measured();

    private async Task SameAsync(string version, string tool, params string[] arguments)
    {
        string script = Tools.ApacheKafka(version);
        string address = (await fixture.BrokerAsync()).BootstrapServers;
        ChildResult apache = await Child.RunAsync(Tools.Bash, [script, version, "kafka-" + tool, .. For("apache")], input: null, Surroundings);
        ChildResult ours = await Child.RunAsync(
            "dotnet", [RepositoryPaths.SamsaAssembly, tool, .. For("oursss")], input: null, new Dictionary<string, string> { ["SAMSA_TOOLS_LIKE"] = version });
        string both = apache.Describe() + "\n\n" + ours.Describe();
        Assert.True(apache.ExitCode == ours.ExitCode, both);
        Assert.True(Comparable(tool, apache.Text, "apache") == Comparable(tool, ours.Text, "oursss"), both);
        Assert.True(ours.Errors.Length == 0, both);

        IEnumerable<string> For(string own) => arguments.Select(a => a
            .Replace("$SERVER", address, StringComparison.Ordinal).Replace("$OWN", $"{own}-{version}", StringComparison.Ordinal));
    }

    private static string Comparable(string tool, string text, string own)
    {
        string same = Interim().Replace(Time().Replace(text.Replace(own, "OWN", StringComparison.Ordinal), "TIME"), "");
        // Of the columns only the amount that was read is no measurement.
        return tool == "consumer-perf-test"
            ? string.Join('\n', same.Split('\n').Select(line => line.StartsWith("TIME", StringComparison.Ordinal)
                ? string.Join(", ", line.Split(", ").Select((column, at) => at is 2 or 4 ? column : "N"))
                : line))
            : Measured().Replace(same, "N");
    }
}
