using Samsa.Cli;
using Samsa.Cli.Tools;
using Samsa.Client.Admin;
using Samsa.Client.Producer;
using Samsa.IntegrationTests.Support;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary><c>kafka-console-consumer</c> against a broker of our own, with the command lines and the answers recorded from Apache Kafka.</summary>
public sealed class ConsoleConsumerTests : IAsyncLifetime
{
    private SamsaBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await SamsaBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Records_are_printed_from_where_the_command_line_says()
    {
        await SendAsync("cp", "one\ntwo\nv1\nk2\n");

        await PrintsAsync("one\ntwo\nv1\n", 3, "--topic", "cp", "--from-beginning", "--max-messages", "3");
        await PrintsAsync("k2\n", 1, "--topic", "cp", "--partition", "0", "--offset", "3", "--max-messages", "1");
        await PrintsAsync("one\n", 1, "--topic", "cp", "--partition", "0", "--offset", "Earliest", "--max-messages", "1");
        await PrintsAsync("one\n", 1, "--topic", "cp", "--partition", "0", "--from-beginning", "--max-messages", "1");
        await PrintsAsync("", 0, "--topic", "cp", "--from-beginning", "--max-messages", "0");
        await PrintsAsync("one\nshutdown_complete\n", 1, "--include", "c.", "--from-beginning", "--max-messages", "1", "--enable-systest-events");
        await PrintsAsync("one\n", 1, "--whitelist", "c.|nope", "--from-beginning", "--max-messages", "1");
        await PrintsAsync("one\n", 1, "--topic", "cp", "--from-beginning", "--max-messages", "1", "--isolation-level", "read_committed");
        await PrintsAsync("one\n", 1, "--topic", "cp", "--max-messages", "1", "--consumer-property", "auto.offset.reset=earliest");
        await PrintsAsync("", 2, "--topic", "cp", "--from-beginning", "--max-messages", "2", "--formatter", "org.apache.kafka.tools.consumer.NoOpMessageFormatter");
        await PrintsAsync("one\ntwo\n", 2, "--topic", "cp", "--from-beginning", "--max-messages", "2", "--formatter", "org.apache.kafka.tools.consumer.LoggingMessageFormatter");
    }

    [Theory]
    [InlineData("one\n", 1, 15000, "--topic cp --from-beginning")]
    [InlineData("", 0, 300, "--topic cp")]
    [InlineData("", 0, 300, "--topic cp --partition 0")]
    [InlineData("", 0, 300, "--topic cp --partition 0 --offset 99999")]
    [InlineData("", 0, 300, "--topic cp --partition 7 --offset 0")]
    [InlineData("", 0, 300, "--include nope --from-beginning")]
    public async Task Nothing_that_comes_for_too_long_ends_it_with_0(string output, int count, int milliseconds, string arguments)
    {
        await SendAsync("cp", "one\n");

        var run = await RunAsync(["--timeout-ms", $"{milliseconds}", .. arguments.Split(' ')]);

        Assert.Equal(
            new ToolRun(
                0,
                output,
                $"ERROR Error processing message, terminating consumer process: no message for {milliseconds} ms (org.apache.kafka.common.errors.TimeoutException)\n"
                + $"Processed a total of {count} messages\n"),
            run);
    }

    [Fact]
    public async Task A_record_that_cannot_be_printed_ends_it_or_is_passed_over()
    {
        await SendAsync("cp", "one\n12345678\n");
        const string Long = "org.apache.kafka.common.serialization.LongDeserializer";
        const string Message = "org.apache.kafka.common.errors.SerializationException: Size of data received by LongDeserializer is not 8\n";

        Assert.Equal(
            new ToolRun(1, "", "Processed a total of 1 messages\nERROR Unknown error when running consumer: " + Message),
            await RunAsync("--topic", "cp", "--from-beginning", "--max-messages", "2", "--value-deserializer", Long));
        Assert.Equal(
            new ToolRun(0, "3544952156018063160\n", "ERROR Error processing message, skipping this message: " + Message + "Processed a total of 2 messages\n"),
            await RunAsync("--topic", "cp", "--from-beginning", "--max-messages", "2", "--property", "value.deserializer=" + Long, "--skip-message-on-error"));
    }

    [Fact]
    public async Task A_topic_and_partitions_that_come_later_are_read_from_their_first_record()
    {
        using var errors = new WatchedOutput();
        using var output = new WatchedOutput();
        var console = new ToolConsole(Stream.Null, output, errors) { Like = "3.9" };
        var running = CommandLine.RunAsync(
            ["console-consumer", "--bootstrap-server", _broker.BootstrapServers, "--topic", "later", "--max-messages", "2", "--consumer-property",
                "allow.auto.create.topics=false", "--consumer-property", "metadata.max.age.ms=200"],
            console, TestContext.Current.CancellationToken);
        await errors.SeenAsync("WARN topic later does not exist; waiting for it\n").WaitAsync(SamsaProgram.Patience, TestContext.Current.CancellationToken);

        await using var producer = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers });
        await producer.ProduceAsync("later", default, "one"u8, TestContext.Current.CancellationToken);
        await output.SeenAsync("one\n").WaitAsync(SamsaProgram.Patience, TestContext.Current.CancellationToken);
        await using (var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = _broker.BootstrapServers }))
        {
            var groups = await admin.ListGroupsAsync(cancellation: TestContext.Current.CancellationToken);
            Assert.Matches(@"\Aconsole-consumer-\d{1,5}\z", Assert.Single(groups).GroupId);
            await admin.CreatePartitionsAsync([new NewPartitions("later", 2)], cancellation: TestContext.Current.CancellationToken);
        }

        await using (var other = new KafkaProducer(new ProducerOptions { BootstrapServers = _broker.BootstrapServers }))
        {
            await other.ProduceAsync(
                new ProducerRecord { Topic = "later", Partition = 1, Value = "two"u8.ToArray() }, TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, await running.WaitAsync(SamsaProgram.Patience, TestContext.Current.CancellationToken));
        Assert.Equal("one\ntwo\n", output.Text);
        Assert.EndsWith("Processed a total of 2 messages\n", errors.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--topic cp --include x", "Exactly one of --include/--topic is required. ", "Exactly one of the following arguments is required: [topic], [include]")]
    [InlineData("", "Exactly one of --include/--topic is required. ", "Exactly one of the following arguments is required: [topic], [include]")]
    [InlineData("--topic cp --offset 3", "The partition is required when offset is specified.")]
    [InlineData("--include cp --partition 3", "The topic is required when partition is specified.")]
    [InlineData("--topic cp --partition 0 --offset soon", "The provided offset value 'soon' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.")]
    [InlineData("--topic cp --partition 0 --offset -4", "The provided offset value '-4' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.")]
    [InlineData("--topic cp --partition 0 --group g", "Options group and partition cannot be specified together.")]
    [InlineData("--topic cp --partition 0 --from-beginning --offset 1", "Options from-beginning and offset cannot be specified together.")]
    [InlineData("--topic cp --group cg1 --consumer-property group.id=other", "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: 'other', 'cg1'")]
    [InlineData("--topic cp --formatter no.such.Formatter", "no.such.Formatter")]
    [InlineData("--topic cp --nosuch", "nosuch is not a recognized option")]
    public async Task Options_that_do_not_go_together_are_refused_with_the_option_table(string arguments, string message, string? in43 = null)
    {
        foreach (string release in new[] { "3.9", "4.3" })
        {
            var run = await ToolRun.RunAsync(
                release, null, ["console-consumer", "--bootstrap-server", _broker.BootstrapServers, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

            Assert.Equal(1, run.ExitCode);
            Assert.StartsWith($"{(release == "4.3" ? in43 ?? message : message)}\nOption ", run.Errors, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--topic cp --timeout-ms 1 --timeout-ms 2", "Found multiple arguments for option timeout-ms, but you asked for only one")]
    [InlineData("--topic cp --timeout-ms soon", "Cannot parse argument 'soon' of option timeout-ms")]
    [InlineData("--topic cp --isolation-level dirty", "ERROR Unknown error when running consumer: org.apache.kafka.common.config.ConfigException: isolation.level is 'dirty'; it must be one of read_uncommitted, read_committed.")]
    [InlineData("--topic cp --from-beginning --consumer-property auto.offset.reset=latest", "Can't simultaneously specify --from-beginning and 'auto.offset.reset=latest', please remove one option")]
    [InlineData("--topic cp --zookeeper h:x", "Only one of --bootstrap-server or --zookeeper must be specified")]
    public async Task Other_mistakes_are_one_line(string arguments, string message) =>
        Assert.Equal(new ToolRun(1, "", message + "\n"), await RunAsync(arguments.Split(' ')));

    [Fact]
    public async Task A_topic_that_can_never_be_read_ends_it()
    {
        var run = await RunAsync("--topic", "b a d", "--from-beginning");

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Matches("^ERROR Error processing message, terminating consumer process: org.apache.kafka.common.errors.InvalidTopicException: .*\nProcessed a total of 0 messages\n$", run.Errors);
    }

    [Fact]
    public async Task A_pattern_that_takes_too_long_to_compare_ends_it()
    {
        await SendAsync(new string('a', 60) + "c", "one\n");

        var run = await RunAsync("--include", "(a+)+b", "--from-beginning");

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Matches("^ERROR Error processing message, terminating consumer process: org.apache.kafka.common.errors.InvalidRegularExpression: .*a{60}c\nProcessed a total of 0 messages\n$", run.Errors);
    }

    [Fact]
    public async Task The_names_of_3_9_are_told_to_be_old_by_4_3()
    {
        await SendAsync("cp", "one\n");

        var run = await ToolRun.RunAsync(
            "4.3", null, "console-consumer", "--bootstrap-server", _broker.BootstrapServers, "--topic", "cp", "--from-beginning", "--max-messages", "1", "--property",
            "print.key=true", "--consumer-property", "client.id=x");

        Assert.Equal(
            new ToolRun(
                0,
                "Option --consumer-property is deprecated and will be removed in a future version. Use --command-property instead.\n"
                + "Option --property is deprecated and will be removed in a future version. Use --formatter-property instead.\nnull\tone\n",
                "Processed a total of 1 messages\n"),
            run);
    }

    private async Task SendAsync(string topic, string lines) => Assert.Equal(
        new ToolRun(0, "", ""), await ToolRun.RunAsync("3.9", lines, "console-producer", "--bootstrap-server", _broker.BootstrapServers, "--topic", topic, "--request-timeout-ms", "30000"));

    private async Task PrintsAsync(string output, int count, params string[] arguments) =>
        Assert.Equal(new ToolRun(0, output, $"Processed a total of {count} messages\n"), await RunAsync(arguments));

    private Task<ToolRun> RunAsync(params string[] arguments) =>
        ToolRun.RunAsync("3.9", null, ["console-consumer", "--bootstrap-server", _broker.BootstrapServers, .. arguments]);
}
