using System.Globalization;
using System.Text;
using System.Text.Json;
using Samsa.InteropTests.Disk;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ApacheTools;

/// <summary>Apache Kafka's own command line tools of one version against the broker under test.</summary>
public abstract class ApacheToolTests(string version, BrokerFixture fixture)
{
    [Fact]
    public async Task Kafka_topics_creates_describes_grows_and_deletes_a_topic()
    {
        const string Topic = "tool-topics";
        (await ToolAsync("kafka-topics", "--create", "--topic", Topic, "--partitions", "3", "--replication-factor", "1", "--config", "retention.ms=3600000"))
            .Succeeded();
        ChildResult again = await ToolAsync("kafka-topics", "--create", "--topic", Topic, "--partitions", "3");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("Topic 'tool-topics' already exists.", again.Text, StringComparison.Ordinal);
        Assert.Contains(Topic, (await ToolAsync("kafka-topics", "--list")).Succeeded().Lines);

        string[] described = (await ToolAsync("kafka-topics", "--describe", "--topic", Topic)).Succeeded().Lines;
        Assert.Matches(
            @"^Topic: tool-topics\tTopicId: [A-Za-z0-9_-]{22}\tPartitionCount: 3\tReplicationFactor: 1\tConfigs: .*retention.ms=3600000", described[0]);
        Assert.Equal(3, described.Count(line => line.StartsWith("\tTopic: tool-topics\tPartition: ", StringComparison.Ordinal)));
        Assert.Matches(@"^\tTopic: tool-topics\tPartition: 0\tLeader: (\d+)\tReplicas: \1\tIsr: \1\t", described[1]);

        (await ToolAsync("kafka-topics", "--alter", "--topic", Topic, "--partitions", "5")).Succeeded();
        ChildResult fewer = await ToolAsync("kafka-topics", "--alter", "--topic", Topic, "--partitions", "4");
        Assert.Equal(1, fewer.ExitCode);
        Assert.Contains("5 partition", fewer.Text, StringComparison.Ordinal);
        (await ToolAsync("kafka-topics", "--delete", "--topic", Topic)).Succeeded();
        Assert.DoesNotContain(Topic, (await ToolAsync("kafka-topics", "--list")).Succeeded().Lines);
    }

    [Fact]
    public async Task Kafka_configs_alters_and_describes_topic_and_broker()
    {
        string[] topic = ["--entity-type", "topics", "--entity-name", "tool-configs"];
        (await ToolAsync("kafka-topics", "--create", "--topic", "tool-configs")).Succeeded();
        (await ToolAsync("kafka-configs", [.. topic, "--alter", "--add-config", "retention.ms=7200000,cleanup.policy=[compact,delete]"])).Succeeded();
        string[] described = (await ToolAsync("kafka-configs", [.. topic, "--describe"])).Succeeded().Lines;
        Assert.Equal("Dynamic configs for topic tool-configs are:", described[0]);
        Assert.Contains(
            "  cleanup.policy=compact,delete sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:cleanup.policy=compact,delete, DEFAULT_CONFIG:log.cleanup.policy=delete}",
            described);
        Assert.Contains("  retention.ms=7200000 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:retention.ms=7200000}", described);

        (await ToolAsync("kafka-configs", [.. topic, "--alter", "--delete-config", "retention.ms"])).Succeeded();
        string[] all = (await ToolAsync("kafka-configs", [.. topic, "--describe", "--all"])).Succeeded().Lines;
        Assert.Contains("  retention.ms=604800000 sensitive=false synonyms={}", all);
        Assert.Contains("  max.message.bytes=1048588 sensitive=false synonyms={DEFAULT_CONFIG:message.max.bytes=1048588}", all);
        ChildResult wrong = await ToolAsync("kafka-configs", [.. topic, "--alter", "--add-config", "retention.ms=soon"]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("Invalid value soon for configuration retention.ms: Not a number of type LONG", wrong.Text + wrong.Errors, StringComparison.Ordinal);

        string broker = await BrokerIdAsync();
        string[] ofBroker = (await ToolAsync("kafka-configs", "--entity-type", "brokers", "--entity-name", broker, "--describe", "--all")).Succeeded().Lines;
        Assert.Contains(ofBroker, line => line.StartsWith("  num.partitions=3 sensitive=false synonyms={STATIC_BROKER_CONFIG:num.partitions=3", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task Console_consumer_reads_what_the_console_producer_wrote(string codec)
    {
        string topic = "tool-console-" + codec;
        (await ToolAsync("kafka-topics", "--create", "--topic", topic, "--partitions", "2")).Succeeded();
        StringBuilder lines = new();
        for (int i = 0; i < 200; i++)
        {
            lines.Append(CultureInfo.InvariantCulture, $"h:{i},g:ü\tkey-{i}\tvalue {i}\n");
        }

        string[] producing = version == "3.9" ? ["--property"] : ["--reader-property"];
        string[] arguments =
        [
            "--topic", topic, "--compression-codec", codec, "--request-timeout-ms", "60000",
            .. new[] { "parse.key=true", "parse.headers=true" }.SelectMany(property => producing.Append(property)),
        ];
        (await ToolAsync("kafka-console-producer", arguments, Encoding.UTF8.GetBytes(lines.ToString()))).Succeeded();

        string[] printed = [.. await ConsumeAsync(topic, "0", "earliest"), .. await ConsumeAsync(topic, "1", "0")];
        Assert.Equal(
            lines.ToString().TrimEnd('\n').Split('\n').Order(StringComparer.Ordinal), printed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Offset_tools_see_ends_times_and_deleted_records()
    {
        const string Topic = "tool-offsets";
        (await ToolAsync("kafka-topics", "--create", "--topic", Topic, "--partitions", "1")).Succeeded();
        (await ToolAsync("kafka-verifiable-producer", "--topic", Topic, "--max-messages", "50", "--message-create-time", "1600000000000")).Succeeded();
        Assert.Equal(["tool-offsets:0:50"], await OffsetsAsync("latest"));
        Assert.Equal(["tool-offsets:0:0"], await OffsetsAsync("earliest"));
        Assert.Equal(["tool-offsets:0:0"], await OffsetsAsync("1500000000000"));

        using TemporaryDirectory directory = new();
        string file = directory.File("offsets.json");
        await File.WriteAllTextAsync(file, """{"version":1,"partitions":[{"topic":"tool-offsets","partition":0,"offset":20}]}""");
        string deleted = (await ToolAsync("kafka-delete-records", "--offset-json-file", file)).Succeeded().Text;
        Assert.Contains("partition: tool-offsets-0\tlow_watermark: 20", deleted, StringComparison.Ordinal);
        Assert.Equal(["tool-offsets:0:20"], await OffsetsAsync("earliest"));

        async Task<string[]> OffsetsAsync(string time) =>
            (await ToolAsync("kafka-get-offsets", "--topic", Topic, "--time", time)).Succeeded().Lines;
    }

    [Fact]
    public async Task Kafka_log_dirs_names_the_directory_and_the_size_of_a_partition()
    {
        TestBroker broker = await fixture.BrokerAsync();
        await Child.RunAsync(Tools.Kcat, ["-P", "-E", "-b", broker.BootstrapServers, "-t", "tool-log-dirs", "-p", "0"], "one\ntwo\n"u8.ToArray());
        string[] lines = (await ToolAsync("kafka-log-dirs", "--describe", "--topic-list", "tool-log-dirs")).Succeeded().Lines;
        Assert.Equal("Querying brokers for log directories information", lines[0]);
        using JsonDocument document = JsonDocument.Parse(lines[^1]);
        JsonElement directory = document.RootElement.GetProperty("brokers")[0].GetProperty("logDirs")[0];
        Assert.Equal(broker.DataDirectory, directory.GetProperty("logDir").GetString());
        Assert.Equal(JsonValueKind.Null, directory.GetProperty("error").ValueKind);
        JsonElement partition = Assert.Single(
            directory.GetProperty("partitions").EnumerateArray(), p => p.GetProperty("partition").GetString() == "tool-log-dirs-0");
        Assert.InRange(partition.GetProperty("size").GetInt64(), 70, 500);
        Assert.Equal(0, partition.GetProperty("offsetLag").GetInt64());
        Assert.False(partition.GetProperty("isFuture").GetBoolean());
    }

    [Fact]
    public async Task Broker_api_versions_can_use_what_the_tools_need()
    {
        string text = (await ToolAsync("kafka-broker-api-versions")).Succeeded().Text;
        string[] needed = ["Produce(0)", "Fetch(1)", "ListOffsets(2)", "Metadata(3)", "ApiVersions(18)", "CreateTopics(19)", "InitProducerId(22)"];
        foreach (string api in needed)
        {
            Assert.Matches($@"\t{api.Replace("(", @"\(", StringComparison.Ordinal).Replace(")", @"\)", StringComparison.Ordinal)}: \d+( to \d+)? \[usable: \d+\]", text);
        }
    }

    [Fact]
    public async Task Performance_and_verifiable_producers_get_every_record_acknowledged()
    {
        TestBroker broker = await fixture.BrokerAsync();
        string result = (await BareToolAsync(
            "kafka-producer-perf-test", "--topic", "tool-perf", "--num-records", "20000", "--record-size", "1000", "--throughput", "-1",
            "--producer-props", "bootstrap.servers=" + broker.BootstrapServers, "acks=all", "compression.type=lz4")).Succeeded().Text;
        Assert.Contains("20000 records sent", result, StringComparison.Ordinal);

        string[] lines = (await ToolAsync("kafka-verifiable-producer", "--topic", "tool-perf", "--max-messages", "500")).Succeeded().Lines;
        Assert.Equal(500, lines.Count(line => line.Contains("\"producer_send_success\"", StringComparison.Ordinal)));
        Assert.Contains("\"sent\":500,\"acked\":500", lines[^1], StringComparison.Ordinal);
        string[] ends = (await ToolAsync("kafka-get-offsets", "--topic", "tool-perf")).Succeeded().Lines;
        Assert.Equal(20_500, ends.Sum(line => long.Parse(line.Split(':')[^1], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Kafka_dump_log_reads_the_files_that_the_broker_wrote()
    {
        const string Topic = "tool-dump";
        TestBroker broker = await fixture.BrokerAsync();
        string[] producing = ["-P", "-E", "-b", broker.BootstrapServers, "-t", Topic, "-p", "0", "-K", ":", "-H", "h=1"];
        byte[] records = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(i => $"key-{i}:value {i}\n")));
        await Child.RunAsync(Tools.Kcat, [.. producing, "-X", "enable.idempotence=true"], records);
        foreach (string codec in new[] { "gzip", "snappy", "lz4", "zstd" })
        {
            await Child.RunAsync(Tools.Kcat, [.. producing, "-z", codec], records);
        }

        // A running broker keeps its indexes longer than what is in them.
        await broker.StopAsync();
        string directory = Path.Combine(broker.DataDirectory, Topic + "-0");
        PartitionDump dump = (await PartitionDump.OfAsync(version, [directory]))[0];
        Assert.All(dump.Batches, batch => Assert.Equal((2, 0), (batch.Magic, batch.LeaderEpoch)));
        Assert.Equal(["gzip", "lz4", "none", "snappy", "zstd"], dump.Batches.Select(batch => batch.Codec).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{i} headerKeys: [h] key: key-{i % 1000} payload: value {i % 1000}"), dump.Records);
        Assert.Contains(dump.Producers, line => line.Contains(" producerEpoch: 0 ", StringComparison.Ordinal));
        await broker.StartAsync();
    }

    private async Task<string> BrokerIdAsync()
    {
        string text = (await ToolAsync("kafka-broker-api-versions")).Succeeded().Text;
        int at = text.IndexOf("(id: ", StringComparison.Ordinal) + "(id: ".Length;
        return text[at..text.IndexOf(' ', at)];
    }

    /// <summary>All records of a partition as the console producer's lines; ends by itself when nothing more comes.</summary>
    private async Task<string[]> ConsumeAsync(string topic, string partition, string offset)
    {
        string[] ends = (await ToolAsync("kafka-get-offsets", "--topic", topic, "--partitions", partition)).Succeeded().Lines;
        string property = version == "3.9" ? "--property" : "--formatter-property";
        ChildResult result = (await ToolAsync(
            "kafka-console-consumer", "--topic", topic, "--partition", partition, "--offset", offset,
            "--max-messages", ends[0].Split(':')[^1], "--timeout-ms", "60000",
            property, "print.key=true", property, "print.headers=true")).Succeeded();
        return result.Lines;
    }

    private async Task<ChildResult> ToolAsync(string tool, params string[] arguments) => await ToolAsync(tool, arguments, input: null);

    private async Task<ChildResult> ToolAsync(string tool, string[] arguments, byte[]? input)
    {
        _ = Tools.ApacheKafka(version);
        TestBroker broker = await fixture.BrokerAsync();
        return await ApacheTool.RunAsync(version, tool, ["--bootstrap-server", broker.BootstrapServers, .. arguments], input);
    }

    /// <summary>A tool that is not told the address of a broker.</summary>
    private Task<ChildResult> BareToolAsync(string tool, params string[] arguments) =>
        ApacheTool.RunAsync(version, tool, arguments);
}
