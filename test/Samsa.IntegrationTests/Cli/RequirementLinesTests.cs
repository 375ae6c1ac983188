using System.Text.RegularExpressions;
using Samsa.Client.Producer;
using Samsa.IntegrationTests.Support;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary>
/// The command lines of the user's notes about topics, console producer, console consumer and groups, as they are written but for the port, through the
/// names in <c>bin/</c>, and what Kafka prints for them.
/// </summary>
public sealed partial class RequirementLinesTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("samsa-lines-");
    private SamsaBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the scripts are for Unix shells");
        _broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "0", ["samsa.zookeeper.port"] = "0" },
        });

        await ScriptFolder.MakeAsync(_folder);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".sh")]
    public async Task Topics(string ending)
    {
        string tool = "kafka-topics" + ending;
        Is("\n", await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --list"));
        Is("Created topic T.\n", await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --topic T --create --partitions 3 --replication-factor 1"));
        Is("T\n", await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --list"));
        Is("", await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --topic T --alter --partitions 4"));
        var described = await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --topic T --describe");
        Is(
            "Topic: T\tTopicId: ID\tPartitionCount: 4\tReplicationFactor: 1\tConfigs: \n"
            + string.Concat(Enumerable.Range(0, 4).Select(p => $"\tTopic: T\tPartition: {p}\tLeader: 0\tReplicas: 0\tIsr: 0\tElr: \tLastKnownElr: \n")),
            described with { Output = TopicId().Replace(described.Output, "TopicId: ID") });

        var tooMany = await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --topic U --create --partitions 3 --replication-factor 2");
        Assert.Equal(1, tooMany.ExitCode);
        Assert.StartsWith(
            "Error while executing topic command : Unable to replicate the partition 2 time(s): The target replication factor of 2 cannot be reached because only 1 broker(s) are registered",
            tooMany.Output, StringComparison.Ordinal);

        Is("", await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --topic T --delete"));
        Is("\n", await RunAsync(null, tool, "--bootstrap-server 127.0.0.1:9092 --list"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".sh")]
    public async Task Console_producer_and_consumer(string ending)
    {
        string producer = "kafka-console-producer" + ending;
        string consumer = "kafka-console-consumer" + ending;

        // The topic is made by the first record, with the server's defaults.
        Sent(await RunAsync("hello\nworld\n", producer, "--broker-list 127.0.0.1:9092 --topic first_topic"));
        Sent(await RunAsync("acked\n", producer, "--broker-list 127.0.0.1:9092 --topic first_topic --producer-property acks=all"));
        Sent(await RunAsync(
            "key,value\n", producer, "--broker-list 127.0.0.1:9092 --topic first_topic --property parse.key=true --property key.separator=,"));

        await EndsAsync(
            "hello\nworld\nacked\nvalue\n", 4, consumer, "--bootstrap-server 127.0.0.1:9092 --topic first_topic --from-beginning");
        await EndsAsync(
            "null,hello\nnull,world\nnull,acked\nkey,value\n", 4, consumer,
            "--bootstrap-server 127.0.0.1:9092 --topic first_topic --from-beginning --property print.key=true --property key.separator=,");
    }

    [Fact]
    public async Task A_consumer_without_from_beginning_prints_what_comes()
    {
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        await producer.ProduceAsync("first_topic", default, "before"u8, TestContext.Current.CancellationToken);
        await using var tool = Start("kafka-console-consumer", "--bootstrap-server 127.0.0.1:9092 --topic first_topic");

        // Nobody tells when it begins: records are sent until one of them is there.
        var printed = tool.PrintedAsync("after\n");
        while (!printed.IsCompleted)
        {
            await producer.ProduceAsync("first_topic", default, "after"u8, TestContext.Current.CancellationToken);
            await Task.WhenAny(printed, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        await printed;
        var run = await tool.EndAsync("INT");
        Assert.Equal(130, run.ExitCode);
        Assert.DoesNotContain("before", run.Output, StringComparison.Ordinal);
        Assert.Equal($"Processed a total of {run.Output.Split('\n').Length - 1} messages\n", run.Errors);
    }

    [Fact]
    public async Task A_producer_that_is_interrupted_delivers_the_lines_that_it_read()
    {
        await using var reader = Start("kafka-console-consumer", "--bootstrap-server 127.0.0.1:9092 --topic first_topic --from-beginning");
        await using var tool = Start("kafka-console-producer", "--bootstrap-server 127.0.0.1:9092 --topic first_topic --timeout 60000 --request-timeout-ms 30000");
        await tool.WriteAsync("one\ntwo\n");

        // Batches wait a minute here; the first record proves nothing but that the tool has begun to read.
        await using var other = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        await other.ProduceAsync("first_topic", default, "first"u8, TestContext.Current.CancellationToken);
        await reader.PrintedAsync("first\n");
        await tool.WriteAsync(new string('x', 20_000) + "\nthree\n");
        await reader.PrintedAsync("xxx\n");

        var run = await tool.EndAsync("INT");

        Assert.Equal((130, "", ""), (run.ExitCode, run.Output, run.Errors));
        await reader.PrintedAsync("three\n");
    }

    [Fact]
    public async Task A_consumer_whose_reader_is_gone_ends()
    {
        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        for (int i = 0; i < 3000; i++)
            await producer.SendAsync("first_topic", default, new byte[100], TestContext.Current.CancellationToken);
        await producer.FlushAsync(TestContext.Current.CancellationToken);
        await using var tool = Start("kafka-console-consumer", "--bootstrap-server 127.0.0.1:9092 --topic first_topic --from-beginning");

        var run = await tool.EndWithoutReaderAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Matches("^Unable to write to standard out, closing consumer.\nProcessed a total of [0-9]+ messages\n$", run.Errors);
    }

    [Fact]
    public async Task Tools_find_the_brokers_in_ZooKeeper()
    {
        const string Underscore = "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. "
            + "To avoid issues it is best to use either, but not both.\n";
        Is(Underscore + "Created topic first_topic.\n", await RunAsync(
            null, "kafka-topics", "--zookeeper 127.0.0.1:2181 --topic first_topic --create --partitions 3 --replication-factor 1"));
        Is(Underscore + "Created topic second_topic.\n", await RunAsync(
            null, "kafka-topics", "--zookeeper 127.0.0.1:2181 --topic second_topic --create --partitions 1 --replication-factor 1"));
        Is("first_topic\nsecond_topic\n", await RunAsync(null, "kafka-topics", "--zookeeper 127.0.0.1:2181 --list"));
        var described = await RunAsync(null, "kafka-topics", "--zookeeper 127.0.0.1:2181 --topic first_topic --describe");
        Assert.StartsWith("Topic: first_topic\t", described.Output, StringComparison.Ordinal);
        Is("", await RunAsync(null, "kafka-topics", "--zookeeper 127.0.0.1:2181 --topic second_topic --delete"));
        Is("first_topic\n", await RunAsync(null, "kafka-topics.sh", "--zookeeper=127.0.0.1:2181 --list"));
        Assert.Equal(0, (await RunAsync(
            null, "kafka-configs", "--zookeeper 127.0.0.1:2181 --entity-type topics --entity-name first_topic --alter --add-config retention.ms=5")).ExitCode);
        Assert.Equal("5", _broker.Server!.Broker.Metadata.Current.FindTopic("first_topic")!.Configs["retention.ms"]);

        Sent(await RunAsync("hello\n", "kafka-console-producer", "--broker-list 127.0.0.1:9092 --topic amazing"));
        await EndsAsync("hello\n", 1, "kafka-console-consumer.sh", "--zookeeper localhost:2181 --topic amazing --from-beginning");

        Assert.Equal(
            new ToolRun(1, "", "Only one of --bootstrap-server or --zookeeper must be specified\n"),
            await RunAsync(null, "kafka-topics", "--zookeeper 127.0.0.1:2181 --bootstrap-server 127.0.0.1:9092 --list"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".sh")]
    public async Task Consumer_groups(string ending)
    {
        string tool = "kafka-consumer-groups" + ending;
        const string Head = "\nGROUP           TOPIC           PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG             CONSUMER-ID     HOST            CLIENT-ID\n";
        const string ResetHead = "\nGROUP                          TOPIC                          PARTITION  NEW-OFFSET     \n";
        Is("Created topic T.\n", await RunAsync(null, "kafka-topics", "--bootstrap-server 127.0.0.1:9092 --topic T --create --partitions 1"));
        Sent(await RunAsync("a\nb\nc\nd\ne\n", "kafka-console-producer", "--broker-list 127.0.0.1:9092 --topic T"));

        Is("", await RunAsync(null, tool, "--bootstrap-server localhost:9092 --list"));
        Is(
            ResetHead + "G                              T                              0          0              \n",
            await RunAsync(null, tool, "--bootstrap-server localhost:9092 --group G --reset-offsets --to-earliest --execute --topic T"));
        Is("G\n", await RunAsync(null, tool, "--bootstrap-server localhost:9092 --list"));
        Is(
            ResetHead + "G                              T                              0          2              \n",
            await RunAsync(null, tool, "--bootstrap-server localhost:9092 --group G --reset-offsets --shift-by 2 --execute --topic T"));
        Is(
            ResetHead + "G                              T                              0          1              \n",
            await RunAsync(null, tool, "--bootstrap-server localhost:9092 --group G --reset-offsets --shift-by -1 --execute --topic T"));
        Assert.Equal(
            new ToolRun(
                0, Head + "G               T               0          1               5               4               -               -               -\n",
                "\nConsumer group 'G' has no active members.\n"),
            await RunAsync(null, tool, "--bootstrap-server localhost:9092 --describe --group G"));
        Is("\nError: Consumer group 'H' does not exist.\n", await RunAsync(null, tool, "--bootstrap-server localhost:9092 --describe --group H"));
    }

    [Fact]
    public async Task A_console_consumer_in_a_group_goes_on_where_it_stopped()
    {
        const string Line = "--bootstrap-server 127.0.0.1:9092 --topic first_topic --group my-first-app";
        Sent(await RunAsync("a\nb\nc\n", "kafka-console-producer", "--broker-list 127.0.0.1:9092 --topic first_topic"));
        await EndsAsync("a\nb\nc\n", 3, "kafka-console-consumer", Line + " --from-beginning");
        Sent(await RunAsync("d\ne\n", "kafka-console-producer", "--broker-list 127.0.0.1:9092 --topic first_topic"));

        Assert.Equal(new ToolRun(0, "d\n", "Processed a total of 1 messages\n"), await RunAsync(null, "kafka-console-consumer", Line + " --max-messages 1"));
        await EndsAsync("e\n", 1, "kafka-console-consumer", Line);

        var group = await RunAsync(null, "kafka-consumer-groups", "--bootstrap-server 127.0.0.1:9092 --describe --group my-first-app");
        Assert.Contains("\nmy-first-app    first_topic     0          5               5               0               -", group.Output, StringComparison.Ordinal);
    }

    [GeneratedRegex("TopicId: [A-Za-z0-9_-]{22}")]
    private static partial Regex TopicId();

    private static void Is(string output, ToolRun run) => Assert.Equal(new ToolRun(0, output, ""), run);

    // On a busy machine a broker may take longer than the tool's 1.5 seconds to answer: it says so, and sends again.
    private static void Sent(ToolRun run) => Assert.Equal(
        new ToolRun(0, "", ""), run with { Errors = string.Concat(run.Errors.Split('\n').Where(l => !l.StartsWith("WARN ", StringComparison.Ordinal))) });

    /// <summary>The tool prints this, and goes on until it is interrupted.</summary>
    private async Task EndsAsync(string output, int count, string tool, string arguments)
    {
        await using var process = Start(tool, arguments);
        await process.PrintedAsync(output);
        Assert.Equal(new ToolRun(130, output, $"Processed a total of {count} messages\n"), await process.EndAsync("INT"));
    }

    private Task<ToolRun> RunAsync(string? input, string tool, string arguments) => ToolProcess.RunAsync(input, Program(tool), Arguments(arguments));

    private ToolProcess Start(string tool, string arguments) => ToolProcess.Start(Program(tool), Arguments(arguments));

    private string Program(string tool) => Path.Combine(_folder.FullName, "bin", tool);

    private string[] Arguments(string line) => line
        .Replace("127.0.0.1:9092", _broker.BootstrapServers, StringComparison.Ordinal)
        .Replace("localhost:9092", _broker.BootstrapServers.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), StringComparison.Ordinal)
        .Replace("127.0.0.1:2181", _broker.ZooKeeperConnect, StringComparison.Ordinal)
        .Replace("localhost:2181", _broker.ZooKeeperConnect!.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), StringComparison.Ordinal)
        .Split(' ');
}
