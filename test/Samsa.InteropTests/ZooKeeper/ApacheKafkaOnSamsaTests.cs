using System.Globalization;
using System.Text;
using System.Text.Json;
using Samsa.Client.Admin;
using Samsa.Client.Producer;
using Samsa.InteropTests.Support;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>
/// Two brokers of Apache Kafka 3.9 that keep their metadata in our ZooKeeper server: what they have to hear of each other, and of
/// their ends, they hear from it alone.
/// </summary>
public sealed class ApacheKafkaOnSamsaTests
{
    private const string Root = "/kafka";
    private const string Topic = "stays";
    private const int Partitions = 4;
    private const int Batch = 200;

    // So long that a busy machine lets a JVM keep it, so short that a test can wait for its end.
    private static readonly TimeSpan Session = TimeSpan.FromSeconds(16);

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["zookeeper.session.timeout.ms"] = Session.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
        ["auto.create.topics.enable"] = "false",
        ["num.network.threads"] = "1",
        ["num.io.threads"] = "2",
        ["log.cleaner.enable"] = "false",
        ["file.delete.delay.ms"] = "1000",
        ["group.coordinator.rebalance.protocols"] = "classic",
    };

    [Fact]
    public async Task Two_brokers_elect_replicate_delete_fail_over_and_come_back()
    {
        using TemporaryDirectory directory = new();
        await using InProcessZooKeeper server = new(directory.FullName);
        await using ZooKeeperClient witness = ZooKeeperClient.Start(server.Address);
        await witness.CreateAsync(Root);
        await using ZooKeeperClient tree = ZooKeeperClient.Start(server.Address + Root);
        await using ApacheKafkaProcess zero = Broker(0, server.Address);
        await using ApacheKafkaProcess one = Broker(1, server.Address);
        ApacheKafkaProcess[] brokers = [zero, one];
        await Task.WhenAll(zero.StartAsync(), one.StartAsync());
        Assert.Equal(["0", "1"], (await tree.GetChildrenAsync("/brokers/ids")).Order(StringComparer.Ordinal));
        int leader = await AssertControllerAsync(tree, epoch: 1);
        int other = 1 - leader;

        string both = $"{zero.BootstrapServers},{one.BootstrapServers}";
        await using (KafkaAdmin admin = new(new AdminOptions { BootstrapServers = both }))
        {
            await OperateAsync(admin, tree);
        }

        await ProduceAsync(both, 0);
        Assert.All(await IsrsAsync(tree), isr => Assert.Equal([0, 1], isr.Order()));
        await Conditions.UntilAsync(
            "the deleted topic is gone from both disks",
            () => Task.FromResult(string.Join(' ', brokers.SelectMany(broker => Directory.GetDirectories(broker.DataDirectory, "goes-*")))),
            found => found.Length == 0);

        // The controller dies without a word: its nodes go with its session and not before, and the other hears of it.
        long session = (await tree.ExistsAsync($"/brokers/ids/{leader}"))!.EphemeralOwner;
        long alive = TimeProvider.System.GetTimestamp();
        await brokers[leader].KillAsync();
        Stat? registration = await tree.ExistsAsync($"/brokers/ids/{leader}");
        Stat? controller = await tree.ExistsAsync("/controller");
        // Where the test itself came late, the session may be over; its last sign of life was a third of it ago at most.
        if (TimeProvider.System.GetElapsedTime(alive) < Session / 2)
        {
            Assert.Equal((session, session), (registration?.EphemeralOwner, controller?.EphemeralOwner));
        }

        await UntilIsrAsync(tree, isr => isr is [int only] && only == other);
        Assert.Equal(other, await AssertControllerAsync(tree, epoch: 2));
        Assert.Equal([other.ToString(CultureInfo.InvariantCulture)], await tree.GetChildrenAsync("/brokers/ids"));
        await ProduceAsync(brokers[other].BootstrapServers, Batch);

        // It comes back in a new session and catches up; then the other ends in good order and hands everything over.
        await brokers[leader].StartAsync();
        await UntilIsrAsync(tree, isr => isr.Length == 2);
        Assert.NotEqual(session, (await tree.ExistsAsync($"/brokers/ids/{leader}"))!.EphemeralOwner);
        await brokers[other].StopAsync();
        await UntilIsrAsync(tree, isr => isr is [int only] && only == leader);
        Assert.Equal(leader, await AssertControllerAsync(tree, epoch: 3));
        await ProduceAsync(brokers[leader].BootstrapServers, 2 * Batch);
        Assert.Equal(Enumerable.Range(0, 3 * Batch), await ConsumeAsync(brokers[leader].BootstrapServers));
    }

    private static ApacheKafkaProcess Broker(int id, string address) =>
        new("3.9", new Dictionary<string, string>(Settings) { ["broker.id"] = id.ToString(CultureInfo.InvariantCulture) }, address + Root);

    /// <summary>Topics of two replicas, one of them deleted again, and a setting that both brokers hear of.</summary>
    private static async Task OperateAsync(KafkaAdmin admin, ZooKeeperClient tree)
    {
        NewTopic[] topics = [.. new[] { Topic, "goes" }.Select(name => new NewTopic(name) { Partitions = Partitions, ReplicationFactor = 2 })];
        Good(await admin.CreateTopicsAsync(topics));
        await UntilIsrAsync(tree, isr => isr.Length == 2);
        ConfigAlteration change = new(AlterConfigOperation.Set, "log.retention.ms", "7200000");
        Good(await admin.IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, IReadOnlyList<ConfigAlteration>> { [ConfigResource.BrokerDefault] = [change] }));
        foreach (int broker in (int[])[0, 1])
        {
            await Conditions.UntilAsync(
                $"broker {broker} hears of the setting",
                async () => (await admin.DescribeConfigsAsync([ConfigResource.Broker(broker)]))[0].Entries.Single(entry => entry.Name == change.Name).Value,
                value => value == change.Value);
        }

        Good(await admin.DeleteTopicsAsync(["goes"]));
        // The mark goes last.
        await Conditions.UntilAsync("the topic is deleted", () => tree.GetChildrenAsync("/admin/delete_topics"), marks => marks.Count == 0);
        Assert.DoesNotContain("goes", await tree.GetChildrenAsync("/brokers/topics"));
        Assert.Null(await tree.ExistsAsync("/config/topics/goes"));
    }

    private static void Good(IEnumerable<AdminResult> results) =>
        Assert.All(results, result => Assert.True(result.Succeeded, $"{result.Error} {result.ErrorMessage}"));

    /// <summary>One broker is the controller, by a node of its session; the epoch was set once for each election. Returns its id.</summary>
    private static async Task<int> AssertControllerAsync(ZooKeeperClient tree, int epoch)
    {
        (_, Stat stat) = await Conditions.UntilAsync(
            $"controller epoch {epoch}", () => tree.GetDataAsync("/controller_epoch"), node => int.Parse(node.Text, CultureInfo.InvariantCulture) >= epoch);
        NodeData node = (await Conditions.UntilAsync(
            "there is a controller", async () => (await tree.TryAsync(Operation.GetData("/controller"))).ValueOrDefault, node => node is not null))!;
        int id = Json(node).GetProperty("brokerid").GetInt32();
        Stat? registration = await tree.ExistsAsync($"/brokers/ids/{id}");
        Assert.Equal(registration?.EphemeralOwner, node.Stat.EphemeralOwner);
        Assert.Equal(epoch, stat.Version);
        Assert.Equal(epoch.ToString(CultureInfo.InvariantCulture), (await tree.GetDataAsync("/controller_epoch")).Text);
        return id;
    }

    private static Task<int[][]> UntilIsrAsync(ZooKeeperClient tree, Func<int[], bool> accept) =>
        Conditions.UntilAsync("the replicas in sync are those", () => IsrsAsync(tree), isrs => isrs.Length == Partitions && isrs.All(accept));

    /// <summary>The replicas in sync of every partition that has a state.</summary>
    private static async Task<int[][]> IsrsAsync(ZooKeeperClient tree)
    {
        List<int[]> isrs = [];
        for (int partition = 0; partition < Partitions; partition++)
        {
            string path = $"/brokers/topics/{Topic}/partitions/{partition}/state";
            if ((await tree.TryAsync(Operation.GetData(path))).ValueOrDefault is { } state)
            {
                isrs.Add([.. Json(state).GetProperty("isr").EnumerateArray().Select(id => id.GetInt32())]);
            }
        }

        return [.. isrs];
    }

    private static JsonElement Json(NodeData node) => JsonSerializer.Deserialize<JsonElement>(node.Text);

    /// <summary>Every record is acknowledged by all replicas in sync.</summary>
    private static async Task ProduceAsync(string servers, int from)
    {
        await using KafkaProducer producer = new(new ProducerOptions { BootstrapServers = servers });
        await Task.WhenAll(Enumerable.Range(from, Batch).Select(async number =>
        {
            byte[] text = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture));
            await producer.ProduceAsync(Topic, text, text, TestContext.Current.CancellationToken);
        }));
    }

    /// <summary>All values there are, in order.</summary>
    private static async Task<IEnumerable<int>> ConsumeAsync(string servers) =>
        (await Child.RunAsync(Tools.Kcat, "-C", "-b", servers, "-t", Topic, "-o", "beginning", "-e", "-q")).Succeeded()
            .Lines.Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Order();
}
