using System.Globalization;
using System.Text.Json;
using Samsa.Client.Admin;
using Samsa.Client.Producer;
using Samsa.InteropTests.Support;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>
/// The same operations on a Samsa broker and on Apache Kafka 3.9, each with a root of its own in one Apache ZooKeeper: what both
/// write is alike, path by path and field by field.
/// </summary>
public sealed class TreeBesideApacheTests
{
    // Times, ids and addresses differ from run to run.
    private static readonly string[] Variable = ["timestamp", "topic_id", "id", "endpoints", "port"];

    private static readonly string[] Brokers =
    [
        "delete.topic.enable=true", "auto.create.topics.enable=false", "offsets.topic.num.partitions=2", "offsets.topic.replication.factor=1",
        "transaction.state.log.replication.factor=1", "transaction.state.log.min.isr=1",
    ];

    [Fact]
    public async Task Samsa_and_Apache_Kafka_write_the_same_tree()
    {
        await using ZooKeeperProcess zooKeeper = await ZooKeeperProcess.StartAsync();
        Dictionary<string, string> overrides = Brokers.Select(line => line.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]);
        SortedDictionary<string, string> apache;
        ApacheKafkaProcess kafka = new("3.9", overrides, zooKeeper.Address + "/apache");
        await using (kafka)
        {
            await kafka.StartAsync();
            await OperateAsync(kafka.BootstrapServers);
            apache = await DumpAsync(zooKeeper.Address + "/apache");
        }

        SortedDictionary<string, string> samsa;
        InProcessBroker broker = new(new Dictionary<string, string>(overrides) { ["zookeeper.connect"] = zooKeeper.Address + "/deep/samsa" });
        await using (broker)
        {
            await broker.StartAsync();
            await OperateAsync(broker.BootstrapServers);
            samsa = await DumpAsync(zooKeeper.Address + "/deep/samsa");
        }

        Assert.Equal(apache.Select(pair => $"{pair.Key} {pair.Value}"), samsa.Select(pair => $"{pair.Key} {pair.Value}"));
        Assert.Contains("/config/changes/config_change_0000000003", samsa.Keys);

        // The broker is gone, and with it its session; what is left is the same as Apache Kafka leaves.
        samsa = await DumpAsync(zooKeeper.Address + "/deep/samsa");
        Assert.DoesNotContain("/brokers/ids/0", samsa.Keys);
        Assert.DoesNotContain("/controller", samsa.Keys);
    }

    private static async Task OperateAsync(string servers)
    {
        await using KafkaAdmin admin = new(new AdminOptions { BootstrapServers = servers });
        Good(await admin.CreateTopicsAsync(
        [
            new NewTopic("foo") { Partitions = 2, ReplicationFactor = 1 },
            new NewTopic("bar")
            {
                Assignments = new Dictionary<int, IReadOnlyList<int>> { [0] = [0] },
                Configs = new Dictionary<string, string?> { ["retention.ms"] = "3600000", ["cleanup.policy"] = "compact,delete" },
            },
            new NewTopic("gone") { Partitions = 3, ReplicationFactor = 1 },
        ]));
        Good(await admin.CreatePartitionsAsync([new NewPartitions("foo", 3)]));
        await AlterAsync(admin, ConfigResource.Topic("foo"), new ConfigAlteration(AlterConfigOperation.Set, "retention.ms", "1000"));
        await AlterAsync(admin, ConfigResource.Topic("foo"), new ConfigAlteration(AlterConfigOperation.Delete, "retention.ms"));
        await AlterAsync(admin, ConfigResource.BrokerDefault, new ConfigAlteration(AlterConfigOperation.Set, "log.retention.ms", "7200000"));
        await AlterAsync(admin, ConfigResource.Broker(0), new ConfigAlteration(AlterConfigOperation.Set, "background.threads", "12"));
        Good(await admin.DeleteTopicsAsync(["gone"]));
        await using KafkaProducer producer = new(new ProducerOptions { BootstrapServers = servers, EnableIdempotence = true });
        await producer.ProduceAsync("bar", "key"u8.ToArray(), "value"u8.ToArray(), TestContext.Current.CancellationToken);
    }

    private static async Task AlterAsync(KafkaAdmin admin, ConfigResource resource, ConfigAlteration change) =>
        Good(await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, IReadOnlyList<ConfigAlteration>> { [resource] = [change] }));

    private static void Good(IEnumerable<AdminResult> results) =>
        Assert.All(results, result => Assert.True(result.Succeeded, $"{result.Error} {result.ErrorMessage}"));

    // The data in a normal form, the data version, and whether the node goes with its session.
    private static async Task<SortedDictionary<string, string>> DumpAsync(string connect)
    {
        await using ZooKeeperClient client = ZooKeeperClient.Start(connect);
        SortedDictionary<string, string> nodes = new(StringComparer.Ordinal);
        await Conditions.UntilAsync("nothing is being deleted", () => client.GetChildrenAsync("/admin/delete_topics"), marks => marks.Count == 0);
        await CollectAsync(client, "/", nodes);
        return nodes;
    }

    private static async Task CollectAsync(ZooKeeperClient client, string path, SortedDictionary<string, string> nodes)
    {
        (ReadOnlyMemory<byte>? data, Stat stat) = await client.GetDataAsync(path);
        nodes[path] = string.Create(
            CultureInfo.InvariantCulture, $"{Normal(data)} v{stat.Version}{(stat.EphemeralOwner != 0 ? " ephemeral" : "")}");
        foreach (string child in await client.GetChildrenAsync(path))
        {
            await CollectAsync(client, path == "/" ? "/" + child : $"{path}/{child}", nodes);
        }
    }

    private static string Normal(ReadOnlyMemory<byte>? data)
    {
        if (data is not { } bytes)
        {
            return "null";
        }

        if (bytes.Length == 0 || bytes.Span[0] != (byte)'{')
        {
            return System.Text.Encoding.UTF8.GetString(bytes.Span);
        }

        using JsonDocument document = JsonDocument.Parse(bytes);
        return "{" + string.Join(',', document.RootElement.EnumerateObject().Select(Normal)) + "}";
    }

    // The order of the values in /config is that of a hash table in Kafka.
    private static string Normal(JsonProperty property) =>
        Variable.Contains(property.Name) ? $"{property.Name}:*"
        : property is { Name: "config", Value.ValueKind: JsonValueKind.Object }
            ? $"config:{{{string.Join(',', property.Value.EnumerateObject().OrderBy(value => value.Name, StringComparer.Ordinal))}}}"
            : $"{property.Name}:{property.Value.GetRawText()}";
}
