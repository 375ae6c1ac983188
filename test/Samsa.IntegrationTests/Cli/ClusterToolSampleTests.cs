using System.Text.RegularExpressions;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary>
/// The tools that talk to a cluster, against a broker of our own: output, stream and exit code as Apache Kafka 3.9.2 has them for the
/// same commands (recorded from it, with one broker's ids instead of two).
/// </summary>
public sealed partial class ClusterToolSampleTests : IAsyncLifetime
{
    // Ours has the field and no such replicas; ZooKeeper mode, where the samples come from, has N/A.
    private const string Elr = "";

    private SamsaBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await SamsaBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Topics()
    {
        await IsAsync(0, "Created topic t1.\n", "topics", "--create", "--topic", "t1", "--partitions", "3", "--replication-factor", "1");
        await FailsAsync("Topic 't1' already exists.", "topics", "--create", "--topic", "t1");
        await IsAsync(0, "", "topics", "--create", "--topic", "t1", "--if-not-exists");
        await FailsAsync("The partitions must be greater than 0", "topics", "--create", "--topic", "t2", "--partitions", "0");
        await FailsAsync("The replication factor must be between 1 and 32767 inclusive", "topics", "--create", "--topic", "t2", "--replication-factor", "0");
        await FailsAsync(
            "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'", "topics", "--create", "--topic", "a b");
        await FailsAsync("The given topic name '' cannot be represented in a request.", "topics", "--create", "--topic", "");
        await IsAsync(
            0,
            "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. "
            + "To avoid issues it is best to use either, but not both.\nCreated topic m.x.\n",
            "topics", "--create", "--topic", "m.x");
        await IsAsync(0, "Created topic t3.\n", "topics", "--create", "--topic", "t3", "--partitions", "1", "--config", "retention.ms=1000", "--config", "cleanup.policy=compact,delete");
        await FailsAsync(
            "Invalid value abc for configuration retention.ms: Not a number of type LONG", "topics", "--create", "--topic", "t4", "--config", "retention.ms=abc");
        await FailsAsync("Unknown topic config name: no.such", "topics", "--create", "--topic", "t4", "--config", "no.such=1");
        await FailsAsync(
            "requirement failed: Invalid topic config: all configs to be added must be in the format \"key=val\".",
            "topics", "--create", "--topic", "t4", "--config", "broken");
        await FailsAsync(
            "Partition replica lists may not contain duplicate entries: 0", "topics", "--create", "--topic", "t5", "--replica-assignment", "0:0");
        await FailsAsync("Partition 1 has different replication factor: [1]", "topics", "--create", "--topic", "t5", "--replica-assignment", "0:1,1");

        await IsAsync(0, "m.x\nt1\nt3\n", "topics", "--list");
        await IsAsync(0, "t1\n", "topics", "--list", "--exclude-internal", "--topic", "t[12]");
        await IsAsync(0, "\n", "topics", "--list", "--topic", "nope");
        await IsAsync(
            0,
            "Topic: t3\tTopicId: ID\tPartitionCount: 1\tReplicationFactor: 1\tConfigs: cleanup.policy=compact,delete,retention.ms=1000\n"
            + $"\tTopic: t3\tPartition: 0\tLeader: 0\tReplicas: 0\tIsr: 0\tElr: {Elr}\tLastKnownElr: {Elr}\n",
            "topics", "--describe", "--topic", "t3");
        await FailsAsync("Topic 'Optional[nope]' does not exist as expected", "topics", "--describe", "--topic", "nope");
        await IsAsync(0, "", "topics", "--describe", "--topic", "nope", "--if-exists");
        await FailsAsync(
            "TopicId 'AAAAAAAAAAAAAAAAAAAAAQ' does not exist as expected", "topics", "--describe", "--topic-id", "AAAAAAAAAAAAAAAAAAAAAQ");
        await FailsAsync(
            "Input string `zzz` decoded as 2 bytes, which is not equal to the expected 16 bytes of a base64-encoded UUID",
            "topics", "--describe", "--topic-id", "zzz");
        await IsAsync(
            0,
            "Topic: t3\tTopicId: ID\tPartitionCount: 1\tReplicationFactor: 1\tConfigs: cleanup.policy=compact,delete,retention.ms=1000\n",
            "topics", "--describe", "--exclude-internal", "--topics-with-overrides");
        await IsAsync(0, "", "topics", "--describe", "--under-replicated-partitions");
        await IsAsync(0, "", "topics", "--alter", "--topic", "t1", "--partitions", "4");
        await FailsAsync("Topic already has 4 partition(s).", "topics", "--alter", "--topic", "t1", "--partitions", "4");
        await FailsAsync("Topic 'Optional[nope]' does not exist as expected", "topics", "--alter", "--topic", "nope", "--partitions", "4");
        await IsAsync(0, "", "topics", "--delete", "--topic", "t1");
        await FailsAsync("Topic 'Optional[nope]' does not exist as expected", "topics", "--delete", "--topic", "nope");
        await IsAsync(0, "", "topics", "--delete", "--topic", "nope", "--if-exists");
        await IsAsync(0, "m.x\nt3\n", "topics", "--list");
    }

    [Theory]
    [InlineData("Option \"[replica-assignment]\" can't be used with option \"[partitions]\"", "--create --topic t5 --replica-assignment 0:1 --partitions 1")]
    [InlineData("Option \"[if-exists]\" can't be used with option \"[create]\"", "--create --topic x --if-exists")]
    [InlineData("Option \"[delete-config]\" can't be used with option \"[bootstrap-server]\"", "--alter --topic x --partitions 3 --delete-config a")]
    [InlineData("Option \"[under-replicated-partitions]\" can't be used with option \"[topics-with-overrides]\"", "--describe --under-replicated-partitions --topics-with-overrides")]
    [InlineData("Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\" (the kafka-configs CLI supports altering topic configs with a --bootstrap-server option)", "--alter --topic t1 --config a=b")]
    [InlineData("Missing required argument \"[partitions]\"", "--alter --topic t1")]
    [InlineData("Missing required argument \"[topic]\"", "--create")]
    [InlineData("--topic or --topic-id is required to describe a topic", "--describe --if-exists")]
    [InlineData("Command must include exactly one action: --list, --describe, --create, --alter or --delete", "--list --create --topic x")]
    [InlineData("Command must include exactly one action: --list, --describe, --create, --alter or --delete", "--topic x")]
    public async Task Options_that_do_not_go_together_are_refused_with_the_option_table(string message, string arguments)
    {
        var (code, output, errors) = await RunAsync(["topics", .. arguments.Split(' ')]);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith(message + "\nOption ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_listens_ends_a_tool_after_the_time_that_its_file_gives()
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "# short\ndefault.api.timeout.ms = 200\nno.such.key=1\n");
        try
        {
            var (code, output, errors) = await RunAsync(["topics", "--list", "--command-config", file], "127.0.0.1:1");

            Assert.Equal((1, "Error while executing topic command : Timed out waiting for a node assignment. Call: listTopics\n"), (code, output));
            Assert.StartsWith($"WARN {file}: 'no.such.key' is no setting of the admin client; it is left out\nERROR ", errors, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1:1", errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("nohost.invalid:1")]
    public async Task An_address_that_cannot_be_is_one_line(string servers)
    {
        var (code, output, errors) = await RunAsync(["topics", "--list"], servers);

        Assert.Equal((1, ""), (code, output));
        Assert.Matches("^Failed to create new KafkaAdminClient[^\n]*\n$", errors);
    }

    [Fact]
    public async Task Offsets_records_and_log_directories()
    {
        await IsAsync(0, "Created topic cg.\n", "topics", "--create", "--topic", "cg", "--partitions", "2");
        await IsAsync(0, "cg:0:0\ncg:1:0\n", "get-offsets", "--topic", "cg");
        await IsAsync(0, "cg:1:0\n", "get-offsets", "--topic-partitions", "c.:1-,nope", "--time", "earliest");
        await IsAsync(0, "cg:0:0\n", "get-offsets", "--topic", "cg", "--partitions", "0,7");
        await IsAsync(0, "", "get-offsets", "--topic", "cg", "--time", "-5");
        await IsAsync(0, "", "get-offsets", "--topic", "cg", "--time", "-6");
        await SaysAsync(
            "Error occurred: Malformed time argument soon. Please use -1 or latest / -2 or earliest / -3 or max-timestamp / -4 or earliest-local / "
            + "-5 or latest-tiered, or a specified long format timestamp\n",
            "get-offsets", "--topic", "cg", "--time", "soon");
        await SaysAsync("Error occurred: Could not match any topic-partitions with the specified filters\n", "get-offsets", "--topic", "nope");
        await SaysAsync("Error occurred: Invalid rule specification: cg:x\n", "get-offsets", "--topic-partitions", "cg:x");
        await SaysAsync(
            "Error occurred: --topic-partitions cannot be used with --topic or --partitions\n", "get-offsets", "--topic", "cg", "--topic-partitions", "cg");

        string file = Path.Combine(_broker.DataDirectory, "offsets.json");
        await File.WriteAllTextAsync(file, """{"partitions":[{"topic":"cg","partition":1,"offset":0},{"topic":"cg","partition":0,"offset":9}],"version":1}""");
        await IsAsync(
            0,
            "Executing records delete operation\nRecords delete operation completed:\npartition: cg-1\tlow_watermark: 0\n"
            + "partition: cg-0\terror: org.apache.kafka.common.errors.OffsetOutOfRangeException: The requested offset is not within the range of offsets maintained by the server.\n",
            "delete-records", "--offset-json-file", file);
        await File.WriteAllTextAsync(file, """{"partitions":[{"topic":"a","partition":1,"offset":0},{"topic":"a","partition":1,"offset":9}]}""");
        await SaysAsync("Offset json file contains duplicate topic partitions: a-1\n", "delete-records", "--offset-json-file", file);
        await File.WriteAllTextAsync(file, """{"version":2}""");
        await SaysAsync("Not supported version field value 2\n", "delete-records", "--offset-json-file", file);
        await File.WriteAllTextAsync(file, "{}");
        await SaysAsync("Missing partitions field\n", "delete-records", "--offset-json-file", file);

        await IsAsync(
            0,
            $"Querying brokers for log directories information\nReceived log directory information from brokers 0\n"
            + $"{{\"brokers\":[{{\"broker\":0,\"logDirs\":[{{\"partitions\":[],\"error\":null,\"logDir\":\"{_broker.DataDirectory}\"}}]}}],\"version\":1}}\n",
            "log-dirs", "--describe", "--topic-list", "nope");
        await SaysAsync($"ERROR: The given brokers do not exist from --broker-list: 77. Current existent brokers: 0\n", "log-dirs", "--describe", "--broker-list", "77");
    }

    [Fact]
    public async Task The_cluster_and_what_its_brokers_serve()
    {
        var id = await CommandAsync("cluster", "cluster-id", "--bootstrap-server", _broker.BootstrapServers);
        Assert.Equal((0, ""), (id.Code, id.Errors));
        Assert.Matches("^Cluster ID: [A-Za-z0-9_-]{22}\n$", id.Output);
        var gone = await CommandAsync("cluster", "unregister", "--bootstrap-server", _broker.BootstrapServers, "--id", "77");
        Assert.Equal((0, "The target cluster does not support the broker unregistration API.\n", ""), gone);
        string port = _broker.BootstrapServers.Split(':')[1];
        var endpoints = await CommandAsync("cluster", "list-endpoints", "--include-fenced-brokers", "-b", _broker.BootstrapServers);
        Assert.Equal(
            (0,
                "ID         HOST      PORT       RACK       STATE      ENDPOINT_TYPE  \n"
                + $"0          127.0.0.1 {port,-10} null       unfenced   broker         \n",
                ""),
            endpoints);
        var nowhere = await CommandAsync("cluster", "cluster-id");
        Assert.Equal((1, ""), (nowhere.Code, nowhere.Output));
        Assert.Contains("bootstrap-controller/-C is required", nowhere.Errors, StringComparison.Ordinal);

        var versions = await RunAsync(["broker-api-versions"]);
        Assert.Equal((0, ""), (versions.Code, versions.Errors));
        string[] lines = versions.Output.Split('\n');
        Assert.Equal($"{_broker.BootstrapServers} (id: 0 rack: null) -> (", lines[0]);
        Assert.Contains("\tDescribeCluster(60): 0 to 2 [usable: 2],", lines);
        Assert.Contains("\tDescribeProducers(61): 0 [usable: 0],", lines);
        Assert.Equal(["\tReadShareGroupStateSummary(87): UNSUPPORTED", ")", ""], lines[^3..]);

        // As many as Apache's 3.9.2 lists: all APIs that brokers may serve.
        Assert.Equal(79, lines.Length - 3);
    }

    [GeneratedRegex("TopicId: [A-Za-z0-9_-]{22}")]
    private static partial Regex TopicId();

    private async Task IsAsync(int code, string output, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal((code, output, ""), (run.Code, TopicId().Replace(run.Output, "TopicId: ID"), run.Errors));
    }

    private async Task SaysAsync(string errors, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal((1, "", errors), run);
    }

    private async Task FailsAsync(string message, params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.Equal((1, $"Error while executing topic command : {message}\n", $"ERROR {message}\n"), run);
    }

    private Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, string? servers = null) =>
        CommandAsync([arguments[0], "--bootstrap-server", servers ?? _broker.BootstrapServers, .. arguments[1..]]);

    private static async Task<(int Code, string Output, string Errors)> CommandAsync(params string[] arguments)
    {
        var run = await ToolRun.RunAsync("3.9", input: null, arguments);
        return (run.ExitCode, run.Output, run.Errors);
    }
}
