using System.Diagnostics;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol;
using Samsa.ZooKeeper;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

public sealed class ZooKeeperClusterMetadataTests
{
    [Fact]
    public async Task Everything_is_there_again_after_a_restart()
    {
        var disk = MetadataHarness.NewDisk();
        var first = await MetadataHarness.StartAsync(disk);
        await first.CreateTopicsAsync(
            [new NewTopic("a", 3, 1, Configs: [new("retention.ms", "5")]), new NewTopic("b", 1, 1)], validateOnly: false);
        await first.AlterAsync(ConfigResourceType.Broker, "", ("message.max.bytes", ConfigOperation.Set, "7"));
        await first.AlterAsync(ConfigResourceType.Broker, "1", ("message.max.bytes", ConfigOperation.Set, "8"));
        await first.AlterAsync(ConfigResourceType.Group, "g", ("consumer.session.timeout.ms", ConfigOperation.Set, "50000"));

        var second = await MetadataHarness.StartAsync(disk);

        Assert.Equal(["a", "b"], second.Current.Topics.Keys.Order());
        var before = first.Current.FindTopic("a")!;
        var after = second.Current.FindTopic("a")!;
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(before.Configs, after.Configs);
        Assert.Equal([0, 0, 0], after.Partitions.Select(partition => partition.LeaderEpoch));
        Assert.Equal("8", second.BrokerConfig.Values.Get("message.max.bytes"));
        Assert.Equal("7", second.Current.DefaultBrokerConfigs["message.max.bytes"]);
        Assert.Equal("50000", second.Current.GroupConfigs["g"]["consumer.session.timeout.ms"]);
        Assert.Equal(MetadataHarness.ClusterId, second.Current.ClusterId);
    }

    [Fact]
    public async Task Listeners_have_heard_of_a_change_before_it_is_answered()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        var deltas = new List<MetadataDelta>();
        metadata.Changed += (_, _) => throw new InvalidOperationException("a broken listener harms nobody");
        metadata.Changed += (image, delta) =>
        {
            Assert.Same(image, metadata.Current);
            deltas.Add(delta);
        };

        await metadata.CreateAsync(new NewTopic("a", 1, 1));
        await metadata.CreatePartitionsAsync([new NewPartitions("a", 2)], validateOnly: false);
        await metadata.AlterAsync(ConfigResourceType.Topic, "a", ("retention.ms", ConfigOperation.Set, "5"));
        await metadata.DeleteTopicsAsync(["a"]);
        await metadata.AlterAsync(ConfigResourceType.Broker, "", ("log.retention.ms", ConfigOperation.Set, "9"));

        Assert.Equal(5, deltas.Count);
        Assert.Single(Assert.Single(deltas[0].ChangedTopics).Partitions);
        Assert.Equal(2, Assert.Single(deltas[1].ChangedTopics).Partitions.Count);
        Assert.Equal("5", Assert.Single(deltas[2].ReconfiguredTopics).Configs["retention.ms"]);
        Assert.Equal("a", Assert.Single(deltas[3].DeletedTopics).Name);
        Assert.True(deltas[4].BrokerConfigsChanged);
        Assert.Equal("9", metadata.BrokerConfig.Values.Get("log.retention.ms"));
    }

    [Fact]
    public async Task A_topic_made_again_has_a_new_id()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        await metadata.CreateAsync(new NewTopic("a", 1, 1));
        var first = metadata.Current.FindTopic("a")!.Id;

        Assert.Equal([MetadataError.None], await metadata.DeleteTopicsAsync(["a"]));
        Assert.Null(metadata.Current.FindTopic(first));
        await metadata.CreateAsync(new NewTopic("a", 1, 1));

        Assert.NotEqual(first, metadata.Current.FindTopic("a")!.Id);
    }

    [Fact]
    public async Task Deletion_can_be_forbidden()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk(), "delete.topic.enable=false");
        await metadata.CreateAsync(new NewTopic("a", 1, 1));

        Assert.Equal(ErrorCode.TopicDeletionDisabled, (await metadata.DeleteTopicsAsync(["a"]))[0].Code);
        Assert.NotNull(metadata.Current.FindTopic("a"));
    }

    [Fact]
    public async Task Producer_ids_are_never_handed_out_twice()
    {
        var disk = MetadataHarness.NewDisk();
        var seen = new List<long>();
        for (var run = 0; run < 3; run++)
        {
            var metadata = await MetadataHarness.StartAsync(disk);
            var blocks = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => metadata.AllocateProducerIdsAsync()));
            seen.AddRange(blocks.SelectMany(block => Enumerable.Range(0, block.Length).Select(i => block.First + i)));
        }

        Assert.Equal(12_000, seen.Distinct().Count());
    }

    [Fact]
    public async Task Ten_thousand_partitions_are_kept_and_changed_quickly()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        await metadata.CreateTopicsAsync([.. Enumerable.Range(0, 1000).Select(i => new NewTopic($"t{i}", 10, 1))], validateOnly: false);

        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
        {
            await metadata.CreateAsync(new NewTopic($"u{i}", 1, 1));
        }

        Assert.Equal(10_020, metadata.Current.Topics.Values.Sum(topic => topic.Partitions.Count));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"20 topics beside 10,000 partitions took {watch.Elapsed}");
        Assert.Equal(1020, (await MetadataHarness.StartAsync(disk)).Current.Topics.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_lost_at_any_transaction_makes_every_change_once_all_the_same(bool answerIsLost)
    {
        for (var at = 0; at < 60; at++)
        {
            var disk = MetadataHarness.NewDisk();
            var metadata = await MetadataHarness.StartAsync(disk);
            await metadata.CreateAsync(new NewTopic("old", 2, 1));
            await metadata.CreateAsync(new NewTopic("grows", 1, 1));
            var tree = MetadataHarness.TreeOf(disk);
            var left = at;

            // And once more soon after, when the change is made again.
            bool Cuts(ZnodeWrite write) => left-- is 0 or -3;
            tree.Fault = answerIsLost ? null : Cuts;
            tree.LostAnswer = answerIsLost ? Cuts : null;

            Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("new", 3, 1, Configs: [new("retention.ms", "5")])));
            Assert.Equal([MetadataError.None], await metadata.CreatePartitionsAsync([new NewPartitions("grows", 3)], validateOnly: false));
            Assert.Equal([MetadataError.None], await metadata.DeleteTopicsAsync(["old"]));
            Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Topic, "new", ("retention.ms", ConfigOperation.Set, "6")));
            Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Broker, "", ("log.retention.ms", ConfigOperation.Set, "7")));
            var ids = await metadata.AllocateProducerIdsAsync();

            Assert.Equal(["grows", "new"], metadata.Current.Topics.Keys.Order());
            Assert.All(metadata.Current.Topics.Values, static topic => Assert.All(topic.Partitions, static partition => Assert.Equal(1, partition.Leader)));
            Assert.Equal([3, 3], metadata.Current.Topics.Values.Select(static topic => topic.Partitions.Count));
            Assert.Equal("6", metadata.Current.FindTopic("new")!.Configs["retention.ms"]);
            Assert.DoesNotContain(tree.Tree.Keys, static path => path.Contains("/old", StringComparison.Ordinal));
            Assert.NotEqual(ids, await metadata.AllocateProducerIdsAsync());
            var again = await MetadataHarness.StartAsync(disk);
            Assert.Equal(metadata.Current.Topics.Keys.Order(), again.Current.Topics.Keys.Order());
            Assert.Equal("7", again.BrokerConfig.Values.Get("log.retention.ms"));
        }
    }

    [Fact]
    public async Task An_expired_session_is_replaced_and_everything_is_served_on()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        await metadata.CreateAsync(new NewTopic("a", 1, 1));
        var tree = MetadataHarness.TreeOf(disk);

        tree.ExpireSessions();
        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("b", 1, 1)));

        Assert.Equal(["a", "b"], metadata.Current.Topics.Keys.Order());
        Assert.Equal("2", tree.Tree["/controller_epoch"]);
        Assert.Contains("/brokers/ids/1", tree.Tree.Keys);
        Assert.Contains("\"controller_epoch\":2", tree.Tree["/brokers/topics/b/partitions/0/state"], StringComparison.Ordinal);
        Assert.Equal(1, metadata.Current.ControllerId);
    }

    [Fact]
    public async Task What_the_tools_of_old_kafka_write_is_acted_on()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        var tree = MetadataHarness.TreeOf(disk);

        tree.Do(ZnodeOperation.Create("/config/topics/t", """{"version":1,"config":{"retention.ms":"5"}}"""u8.ToArray()));
        tree.Do(ZnodeOperation.Create("/brokers/topics/t", """{"version":1,"partitions":{"0":[1],"1":[1]}}"""u8.ToArray()));
        var made = (await UntilAsync(metadata, static image => image.FindPartition("t", 1) is { Leader: 1 })).FindTopic("t")!;
        Assert.NotEqual(Guid.Empty, made.Id);
        Assert.Equal("5", made.Configs["retention.ms"]);
        Assert.Contains(KafkaUuid.Format(made.Id), tree.Tree["/brokers/topics/t"], StringComparison.Ordinal);

        tree.Do(ZnodeOperation.Set("/brokers/topics/t", """{"version":1,"partitions":{"0":[1],"1":[1],"2":[1]}}"""u8.ToArray()));
        await UntilAsync(metadata, static image => image.FindPartition("t", 2) is { Leader: 1 });

        tree.Do(ZnodeOperation.Set("/config/topics/t", """{"version":1,"config":{"retention.ms":"6"}}"""u8.ToArray()));
        tree.Do(ZnodeOperation.CreateSequential(ZnodePaths.ConfigChangePrefix, """{"version":2,"entity_path":"topics/t"}"""u8.ToArray()));
        await UntilAsync(metadata, static image => image.FindTopic("t")!.Configs["retention.ms"] == "6");

        tree.Do(ZnodeOperation.Create("/admin/delete_topics/t"));
        await UntilAsync(metadata, static image => image.FindTopic("t") == null);
        await metadata.AllocateProducerIdsAsync();
        Assert.DoesNotContain(tree.Tree.Keys, static path => path.EndsWith("/t", StringComparison.Ordinal) || path.Contains("/t/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_topic_whose_node_somebody_deletes_is_lost_and_not_deleted()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        var tree = MetadataHarness.TreeOf(disk);
        var node = System.Text.Encoding.UTF8.GetBytes(tree.Tree["/brokers/topics/t"]);
        var deltas = new List<MetadataDelta>();
        metadata.Changed += (_, delta) => deltas.Add(delta);

        foreach (var path in (string[])["/brokers/topics/t/partitions/0/state", "/brokers/topics/t/partitions/0", "/brokers/topics/t/partitions", "/brokers/topics/t"])
        {
            Assert.Equal(KeeperError.Ok, tree.Do(ZnodeOperation.Delete(path)));
        }

        await UntilAsync(metadata, static image => image.FindTopic("t") == null);
        Assert.All(deltas, static delta => Assert.Empty(delta.DeletedTopics));
        Assert.Equal("t", Assert.Single(deltas.SelectMany(static delta => delta.LostTopics)).Name);

        tree.Do(ZnodeOperation.Create("/brokers/topics/t", node));
        var back = await UntilAsync(metadata, static image => image.FindPartition("t", 0) is { Leader: 1 });
        Assert.Contains(KafkaUuid.Format(back.FindTopic("t")!.Id), System.Text.Encoding.UTF8.GetString(node), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_that_say_nonsense_harm_nobody()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        var tree = MetadataHarness.TreeOf(disk);
        var nonsense = "nonsense"u8.ToArray();

        tree.Do(ZnodeOperation.Set("/brokers/topics/t", nonsense));
        tree.Do(ZnodeOperation.Set("/config/topics/t", nonsense));
        tree.Do(ZnodeOperation.Create("/brokers/topics/u", nonsense));
        tree.Do(ZnodeOperation.Create("/brokers/topics/bad name", nonsense));
        tree.Do(ZnodeOperation.Create("/brokers/ids/7", nonsense));
        tree.Do(ZnodeOperation.Create("/brokers/ids/x", nonsense));
        tree.Do(ZnodeOperation.CreateSequential(ZnodePaths.ConfigChangePrefix, nonsense));
        tree.Do(ZnodeOperation.Create("/admin/delete_topics/nobody"));

        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("v", 1, 1)));
        await metadata.AllocateProducerIdsAsync();
        Assert.Equal(["t", "v"], metadata.Current.Topics.Keys.Order());
        Assert.Equal([1], metadata.Current.Brokers.Keys);
        Assert.DoesNotContain("/admin/delete_topics/nobody", tree.Tree.Keys);
    }

    private static async Task<MetadataImage> UntilAsync(ZooKeeperClusterMetadata metadata, Func<MetadataImage, bool> condition) =>
        await Znodes.ZnodeStage.UntilAsync(metadata, condition);
}
