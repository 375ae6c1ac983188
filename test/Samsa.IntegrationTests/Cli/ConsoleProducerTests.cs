using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Cli;

/// <summary><c>kafka-console-producer</c> against a broker of our own, with the command lines and the answers recorded from Apache Kafka.</summary>
public sealed class ConsoleProducerTests : IAsyncLifetime
{
    // The tool's own 1.5 seconds are short on a busy machine.
    private static readonly string[] Patient = ["--request-timeout-ms", "30000"];

    private SamsaBroker _broker = null!;

    public async ValueTask InitializeAsync() => _broker = await SamsaBroker.StartAsync();

    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    [Fact]
    public async Task Lines_become_records()
    {
        await SentAsync("one\ntwo\n");
        await SentAsync("k1:v1\nk2:\n:v3\n", "--property", "parse.key=true", "--property", "key.separator=:");
        await SentAsync("h1:a,h2:b\tkey|val\n", "--property", "parse.key=true", "--property", "key.separator=|", "--property", "parse.headers=true");
        await SentAsync("NULL|NULL\nk|NULL\n", "--property", "parse.key=true", "--property", "key.separator=|", "--property", "null.marker=NULL");
        await SentAsync("onlykey\nx\n", "--property", "parse.key=true", "--property", "ignore.error=true");
        await SentAsync("h1:\tv\n", "--property", "parse.headers=true");
        await SentAsync("z\n", "--compression-codec", "zstd", "--sync");
        await SentAsync("z\n", "--compression-codec");
        await SentAsync("a\n", "--request-required-acks", "1", "--producer-property", "linger.ms=0");
        await SentAsync("a\n", "--property", "parse.key=false", "--producer-property", "linger.ms=1", "--producer-property", "acks=0");

        var read = await RunAsync(
            null, "console-consumer", "--topic", "cp", "--from-beginning", "--max-messages", "15", "--property", "print.partition=true",
            "--property", "print.offset=true", "--property", "print.headers=true", "--property", "print.key=true");

        Assert.Equal(
            """
            Partition:0	Offset:0	NO_HEADERS	null	one
            Partition:0	Offset:1	NO_HEADERS	null	two
            Partition:0	Offset:2	NO_HEADERS	k1	v1
            Partition:0	Offset:3	NO_HEADERS	k2	
            Partition:0	Offset:4	NO_HEADERS		v3
            Partition:0	Offset:5	h1:a,h2:b	key	val
            Partition:0	Offset:6	NO_HEADERS	null	null
            Partition:0	Offset:7	NO_HEADERS	k	null
            Partition:0	Offset:8	NO_HEADERS	null	onlykey
            Partition:0	Offset:9	NO_HEADERS	null	x
            Partition:0	Offset:10	h1:	null	v
            Partition:0	Offset:11	NO_HEADERS	null	z
            Partition:0	Offset:12	NO_HEADERS	null	z
            Partition:0	Offset:13	NO_HEADERS	null	a
            Partition:0	Offset:14	NO_HEADERS	null	a

            """,
            read.Output);
        Assert.Equal((0, "Processed a total of 15 messages\n"), (read.ExitCode, read.Errors));
    }

    [Fact]
    public async Task A_person_is_asked_for_each_line()
    {
        var run = await ToolRun.RunAsync(
            "3.9", "one\ntwo\n", true, ["console-producer", "--bootstrap-server", _broker.BootstrapServers, "--topic", "cp", .. Patient]);

        Assert.Equal(new ToolRun(0, ">>>", ""), run);
    }

    [Fact]
    public async Task The_codec_is_that_of_the_option()
    {
        await SentAsync("z\n", "--compression-codec", "lz4");
        await SentAsync("z\n", "--compression-codec");
        await SentAsync("z\n", "--producer-property", "compression.type=gzip");

        string log = Path.Combine(_broker.DataDirectory, "cp-0", "00000000000000000000.log");
        var dump = await ToolRun.RunAsync("3.9", null, "dump-log", "--files", log);
        string[] codecs = [.. dump.Output.Split('\n').Where(l => l.Contains("compresscodec", StringComparison.Ordinal)).Select(l => l.Split("compresscodec: ")[1].Split(' ')[0])];

        Assert.Equal(["lz4", "gzip", "none"], codecs);
    }

    [Theory]
    [InlineData("nokeyhere\n", "--property parse.key=true", "org.apache.kafka.common.KafkaException: No key separator found on line number 1: 'nokeyhere'")]
    [InlineData("h1\tv\n", "--property parse.headers=true", "org.apache.kafka.common.KafkaException: No header key separator found in pair 'h1' on line number 1")]
    [InlineData("z\n", "--compression-codec brotli", "org.apache.kafka.common.config.ConfigException: compression.type is 'brotli'; it must be one of none, gzip, snappy, lz4, zstd.")]
    [InlineData("a\n", "--producer-property max.block.ms=x", "org.apache.kafka.common.config.ConfigException: max.block.ms is 'x'; it must be a 64-bit integer.")]
    [InlineData("a\n", "--timeout abc", "Cannot parse argument 'abc' of option timeout")]
    [InlineData("a\n", "--topic cq", "Found multiple arguments for option topic, but you asked for only one")]
    [InlineData("a\n", "--line-reader no.such", "the line reader no.such is unknown: Samsa runs no Java classes; there is org.apache.kafka.tools.LineMessageReader")]
    public async Task A_mistake_is_one_line(string input, string arguments, string message)
    {
        var run = await RunAsync(input, ["console-producer", "--topic", "cp", .. arguments.Split(' ')]);

        Assert.Equal(new ToolRun(1, "", message + "\n"), run);
    }

    [Theory]
    [InlineData("3.9", "", "Missing required option(s) [bootstrap-server]")]
    [InlineData("3.9", "--topic cp", "Missing required option(s) [bootstrap-server]")]
    [InlineData("3.9", "--bootstrap-server h:1", "Missing required argument \"[topic]\"")]
    [InlineData("3.9", "--broker-list h:1 --nosuch", "nosuch is not a recognized option")]
    [InlineData("4.3", "", "This tool helps to read data from standard input and publish it to Kafka.")]
    [InlineData("4.3", "--topic cp", "Error while validating the bootstrap address\n")]
    [InlineData("4.3", "--bootstrap-server h:1 --topic x --property a=b --reader-property c=d", "Options --reader-property and --property cannot be specified together.")]
    public async Task A_command_line_that_cannot_be_is_answered_with_the_option_table(string release, string arguments, string message)
    {
        var run = await ToolRun.RunAsync(release, null, ["console-producer", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith(message + "\nOption ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_cannot_be_sent_is_told_and_the_next_one_follows()
    {
        var run = await RunAsync("a\nbb\n", "console-producer", "--topic", "b a d");

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        string[] lines = run.Errors.TrimEnd('\n').Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith(
            "ERROR Error when sending message to topic b a d with key: null, value: 1 bytes with error: org.apache.kafka.common.errors.InvalidTopicException: ",
            lines[0], StringComparison.Ordinal);
        Assert.Contains("value: 2 bytes", lines[1], StringComparison.Ordinal);

        var waited = await RunAsync("a\nbb\n", "console-producer", "--topic", "b a d", "--sync");
        Assert.Equal((1, ""), (waited.ExitCode, waited.Output));
        Assert.StartsWith("org.apache.kafka.common.errors.InvalidTopicException: ", waited.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_the_broker_refuses_is_told()
    {
        await SentAsync("small\n");
        var config = await RunAsync(null, "configs", "--alter", "--topic", "cp", "--add-config", "max.message.bytes=100");
        Assert.Equal("Completed updating config for topic cp.\n", config.Output);

        var run = await RunAsync($"{new string('x', 500)}\n", "console-producer", "--topic", "cp");

        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Contains(
            "ERROR Error when sending message to topic cp with key: null, value: 500 bytes with error: org.apache.kafka.common.errors.RecordTooLargeException: ",
            run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_hold_settings_and_what_the_command_line_says_goes_first()
    {
        string file = Path.Combine(_broker.DataDirectory, "..", Path.GetRandomFileName());
        await File.WriteAllTextAsync(file, "parse.key=true\nkey.separator=#\nacks=7\n", TestContext.Current.CancellationToken);
        try
        {
            var run = await RunAsync(
                "k=v\n", "console-producer", "--topic", "cp", "--reader-config", file, "--property", "key.separator==", "--producer.config", file,
                "--request-required-acks", "all", Patient[0], Patient[1]);
            Assert.Equal(
                new ToolRun(0, "", "WARN 'parse.key' is no setting of the producer; it is left out\nWARN 'key.separator' is no setting of the producer; it is left out\n"), run);
        }
        finally
        {
            File.Delete(file);
        }

        var read = await RunAsync(null, "console-consumer", "--topic", "cp", "--from-beginning", "--max-messages", "1", "--property", "print.key=true");
        Assert.Equal("k\tv\n", read.Output);
    }

    [Fact]
    public async Task The_names_of_3_9_are_told_to_be_old_by_4_3()
    {
        var run = await ToolRun.RunAsync(
            "4.3", "a\n", "console-producer", "--bootstrap-server", _broker.BootstrapServers, "--topic", "cp", "--property", "parse.key=false",
            "--producer-property", "linger.ms=1", Patient[0], Patient[1]);

        Assert.Equal(
            new ToolRun(
                0,
                "Warning: --producer-property is deprecated and will be removed in a future version. Use --command-property instead.\n"
                + "Warning: --property is deprecated and will be removed in a future version. Use --reader-property instead.\n",
                ""),
            run);
        Assert.Equal(new ToolRun(0, "", ""), await ToolRun.RunAsync(
            "3.9", "a\n", "console-producer", "--broker-list", _broker.BootstrapServers, "--topic", "cp", "--reader-property", "parse.key=false",
            "--command-property", "linger.ms=1", Patient[0], Patient[1]));
    }

    private async Task SentAsync(string input, params string[] arguments) =>
        Assert.Equal(new ToolRun(0, "", ""), await RunAsync(input, ["console-producer", "--topic", "cp", .. Patient, .. arguments]));

    private Task<ToolRun> RunAsync(string? input, params string[] arguments) =>
        ToolRun.RunAsync("3.9", input, [arguments[0], "--bootstrap-server", _broker.BootstrapServers, .. arguments[1..]]);
}
