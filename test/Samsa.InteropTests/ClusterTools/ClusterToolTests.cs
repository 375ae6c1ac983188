using System.Globalization;
using System.Text;
using Samsa.Client.Admin;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

/// <summary>Our tools beside Apache Kafka's of one version, on the same broker.</summary>
public abstract class ClusterToolTests(string version, BrokerFixture fixture)
{
    [Fact]
    public async Task Topics_are_created_listed_described_grown_and_deleted_with_the_same_words()
    {
        ClusterToolPair tools = await PairAsync();
        await tools.SameAsync("topics", "--create", "--topic", "{own}.t1", "--partitions", "3", "--replication-factor", "1", "--config", "retention.ms=3600000", "--config", "cleanup.policy=compact,delete");
        await tools.SameAsync("topics", "--create", "--topic", "{own}.t1");
        await tools.SameAsync("topics", "--create", "--topic", "{own}.t1", "--if-not-exists");
        await tools.SameAsync("topics", "--describe", "--topic", "{own}[.].*");
        await tools.SameAsync("topics", "--list", "--topic", "{own}[.].*", "--exclude-internal");
        await tools.SameAsync("topics", "--alter", "--topic", "{own}.t1", "--partitions", "5");
        await tools.SameAsync("topics", "--alter", "--topic", "{own}.t1", "--partitions", "4");
        await tools.SameAsync("topics", "--describe", "--topic", "{own}.t1", "--at-min-isr-partitions");
        await tools.SameAsync("topics", "--delete", "--topic", "{own}.t1");
        await tools.SameAsync("topics", "--list", "--topic", "{own}[.].*");
    }

    [Fact]
    public async Task Mistakes_about_topics_are_told_with_the_same_words()
    {
        ClusterToolPair tools = await PairAsync();
        await tools.SameAsync("topics", "--create", "--topic", "a b");
        await tools.SameAsync("topics", "--create", "--topic", "x", "--partitions", "0");
        await tools.SameAsync("topics", "--create", "--topic", "x", "--config", "retention.ms=abc");
        await tools.SameAsync("topics", "--create", "--topic", "x", "--config", "no.such=1");
        await tools.SameAsync("topics", "--create", "--topic", "x", "--config", "broken");
        await tools.SameAsync("topics", "--create", "--topic", "x", "--replica-assignment", "0:0");
        await tools.SameAsync("topics", "--describe", "--topic", "nope");
        await tools.SameAsync("topics", "--describe", "--topic-id", "AAAAAAAAAAAAAAAAAAAAAQ");
        await tools.SameAsync("topics", "--list", "--create", "--topic", "x");
        await tools.SameAsync("topics", "--nosuch");
    }

    [Fact]
    public async Task Offsets_are_printed_and_records_deleted_with_the_same_words()
    {
        TestBroker broker = await fixture.BrokerAsync();
        ClusterToolPair tools = await PairAsync();
        (await Child.RunAsync(
            Tools.Kcat, ["-P", "-b", broker.BootstrapServers, "-t", "offsets-" + version, "-p", "0"], Encoding.UTF8.GetBytes("a\nb\nc\nd\n"))).Succeeded();
        string topic = "offsets-" + version.Replace(".", "\\.", StringComparison.Ordinal);

        await tools.SameAsync("get-offsets", "--topic", topic);
        await tools.SameAsync("get-offsets", "--topic-partitions", $"{topic}:0,{topic}:2-", "--time", "earliest");
        await tools.SameAsync("get-offsets", "--topic", topic, "--time", "-3");
        await tools.SameAsync("get-offsets", "--topic", topic, "--time", "soon");
        await tools.SameAsync("get-offsets", "--topic", "nope");
        await tools.SameAsync("get-offsets", "--topic", topic, "--topic-partitions", topic);

        using TemporaryDirectory directory = new();
        string file = Path.Combine(directory.FullName, "offsets.json");
        await tools.SameAsync("delete-records", "--offset-json-file", Write($$"""{"partitions":[{"topic":"offsets-{{version}}","partition":0,"offset":3}],"version":1}"""));
        await tools.SameAsync("delete-records", "--offset-json-file", Write($$"""{"partitions":[{"topic":"offsets-{{version}}","partition":0,"offset":2}]}"""));
        await tools.SameAsync("delete-records", "--offset-json-file", Write("""{"partitions":[],"version":2}"""));
        await tools.SameAsync("delete-records", "--offset-json-file", Write("""{"version":1}"""));
        await tools.SameAsync("get-offsets", "--topic", topic, "--time", "-2");

        string Write(string text)
        {
            File.WriteAllText(file, text);
            return file;
        }
    }

    [Fact]
    public async Task Log_directories_and_the_id_of_the_cluster_are_printed_the_same()
    {
        TestBroker broker = await fixture.BrokerAsync();
        ClusterToolPair tools = await PairAsync();
        (await Child.RunAsync(
            Tools.Kcat, ["-P", "-b", broker.BootstrapServers, "-t", "dirs", "-p", "0"], Encoding.UTF8.GetBytes("a\n"))).Succeeded();

        await tools.SameAsync("log-dirs", "--describe", "--topic-list", "dirs,nope");
        await tools.SameAsync("log-dirs", "--describe", "--broker-list", "77");
        await tools.SameAsync("log-dirs", "--topic-list", "dirs");
        await tools.SameAsync("cluster", "cluster-id");
        await tools.SameAsync("cluster", "unregister", "--id", "77");
    }

    [Fact]
    public async Task Records_are_sent_and_printed_the_same()
    {
        ClusterToolPair tools = await PairAsync();
        string reader = version == "3.9" ? "--property" : "--reader-property";
        string formatter = version == "3.9" ? "--property" : "--formatter-property";
        string server = (await fixture.BrokerAsync()).BootstrapServers;
        foreach (string own in new[] { "theirs", "oursss" })
        {
            (await Child.RunAsync(
                "dotnet", RepositoryPaths.SamsaAssembly, "topics", "--bootstrap-server", server, "--create", "--topic", own + "-records", "--partitions", "1",
                "--if-not-exists")).Succeeded();
        }

        byte[] lines = Encoding.UTF8.GetBytes("h1:a,h2:b\tkey|val\nh1:N,:\tk|v|w\nN\tN|N\nalone\n\n\tk|\u00fc\r\nlast");
        await tools.SameAsync(
            lines, "console-producer", ["--topic", "{own}-records", "--request-timeout-ms", "60000", "--sync", "--compression-codec",
            .. Each(reader, "parse.key=true", "parse.headers=true", "key.separator=|", "null.marker=N", "ignore.error=true")]);
        await tools.SameAsync(Encoding.UTF8.GetBytes("no key\n"), "console-producer", ["--topic", "{own}-records", "--request-timeout-ms", "60000", .. Each(reader, "parse.key=true")]);

        // With one partition, so that Apache's needs no group. How many there are is asked for, so that neither waits for more.
        await using KafkaAdmin admin = new(new AdminOptions { BootstrapServers = server });
        string[] counts = [];
        foreach (string own in new[] { "theirs", "oursss" })
        {
            ListOffsetsResult end = (await admin.ListOffsetsAsync(
                new Dictionary<TopicPartition, OffsetSpec> { [new(own + "-records", 0)] = OffsetSpec.Latest }, cancellation: TestContext.Current.CancellationToken))[0];
            counts = [.. counts, end.Offset.ToString(CultureInfo.InvariantCulture)];
        }

        Assert.Equal(counts[0], counts[1]);
        string[] everything = Each(formatter, "print.key=true", "print.headers=true", "print.offset=true", "print.partition=true", "null.literal=NIL", "headers.separator=;");
        await tools.SameAsync("console-consumer", [.. OnePartition, "--max-messages", counts[0], "--timeout-ms", "120000", .. everything]);

        // Behind the end nothing comes, however long one waits.
        await tools.SameAsync("console-consumer", "--topic", "{own}-records", "--partition", "0", "--offset", counts[0], "--timeout-ms", "500");
        await tools.SameAsync(
            "console-consumer", [.. OnePartition, "--max-messages", "1", "--enable-systest-events", "--key-deserializer", "org.apache.kafka.common.serialization.LongDeserializer", "--skip-message-on-error", .. Each(formatter, "print.key=true")]);
    }

    [Fact]
    public async Task Settings_are_changed_and_printed_with_the_same_words()
    {
        ClusterToolPair tools = await PairAsync();
        await tools.SameAsync("topics", "--create", "--topic", "{own}-set", "--partitions", "1");
        await tools.SameAsync("configs", "--alter", "--topic", "{own}-set", "--add-config", "retention.ms=3600000,cleanup.policy=[compact,delete]");
        await tools.SameAsync("configs", "--describe", "--entity-type", "topics", "--entity-name", "{own}-set");
        await tools.SameAsync("configs", "--alter", "--topic", "{own}-set", "--delete-config", "cleanup.policy,no.such");
        await tools.SameAsync("configs", "--alter", "--topic", "{own}-set", "--add-config", "retention.ms=abc");
        await tools.SameAsync("configs", "--describe", "--topic", "{own}-nope");
        await tools.SameAsync("configs", "--describe", "--entity-type", "brokers");
    }

    private static string[] OnePartition => ["--topic", "{own}-records", "--partition", "0", "--offset", "earliest"];

    private static string[] Each(string option, params string[] values) => [.. values.SelectMany(v => new[] { option, v })];

    private async Task<ClusterToolPair> PairAsync()
    {
        _ = Tools.ApacheKafka(version);
        return new ClusterToolPair(version, (await fixture.BrokerAsync()).BootstrapServers);
    }
}
