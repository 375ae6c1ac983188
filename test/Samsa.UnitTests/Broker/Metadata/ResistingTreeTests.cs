using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol;
using Samsa.UnitTests.Broker.Metadata.Znodes;
using Samsa.ZooKeeper;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Changes that the tree refuses or loses, again and again or at the worst moment.</summary>
public sealed class ResistingTreeTests
{
    [Theory]
    [InlineData(KeeperError.BadArguments)]
    [InlineData(KeeperError.SystemError)]
    [InlineData(KeeperError.QuotaExceeded)]
    [InlineData(KeeperError.ConnectionLoss)]
    public async Task A_change_that_can_never_be_made_is_given_up_and_holds_up_nobody(KeeperError error)
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        var tree = MetadataHarness.TreeOf(disk);
        using var begun = new ManualResetEventSlim();
        bool IsBad(ZnodeWrite write)
        {
            begun.Wait();
            return write.Operations[^1].Path.EndsWith("/bad", StringComparison.Ordinal);
        }

        tree.Fault = write => error == KeeperError.ConnectionLoss && IsBad(write);
        tree.Refuse = write => error != KeeperError.ConnectionLoss && IsBad(write) ? error : KeeperError.Ok;

        // The first one is under way until the others wait; they make one batch.
        var first = metadata.CreateAsync(new NewTopic("first", 1, 1));
        var before = metadata.CreateAsync(new NewTopic("before", 1, 1));
        var bad = metadata.AlterAsync(ConfigResourceType.Group, "bad", ("consumer.session.timeout.ms", ConfigOperation.Set, "50000"));
        var after = metadata.CreatePartitionsAsync([new NewPartitions("before", 3)], validateOnly: false);
        begun.Set();

        // After a loss clients may ask again; a refusal stays one.
        Assert.Equal(error == KeeperError.ConnectionLoss ? ErrorCode.RequestTimedOut : ErrorCode.UnknownServerError, (await bad).Code);
        Assert.Equal((MetadataError.None, MetadataError.None), (await first, await before));
        Assert.Equal([MetadataError.None], await after);
        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("later", 1, 1)));
        Assert.Equal(["before", "first", "later"], metadata.Current.Topics.Keys.Order());
        Assert.Equal(3, metadata.Current.FindTopic("before")!.Partitions.Count);
        Assert.DoesNotContain("bad", metadata.Current.GroupConfigs.Keys);
    }

    [Fact]
    public async Task Values_that_no_node_can_hold_are_refused()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        var large = new string('x', 1_200_000);

        var broker = await metadata.AlterAsync(ConfigResourceType.Broker, "", ("my.own", ConfigOperation.Set, large));
        var topic = await metadata.CreateAsync(new NewTopic("t", 1, 1, Configs: [new("leader.replication.throttled.replicas", large)]));
        var group = await metadata.AlterAsync(ConfigResourceType.Group, large, ("consumer.session.timeout.ms", ConfigOperation.Set, "50000"));

        Assert.Equal(ErrorCode.InvalidRequest, broker.Code);
        Assert.Contains("bytes in ZooKeeper", broker.Message, StringComparison.Ordinal);
        Assert.True(topic.IsError);
        Assert.Equal(ErrorCode.InvalidRequest, group.Code);
        Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Broker, "", ("my.own", ConfigOperation.Set, large[..900_000])));
    }

    [Fact]
    public void A_topic_that_no_node_can_hold_is_refused()
    {
        static TopicImage Topic(int partitions) => new(
            "t",
            Guid.NewGuid(),
            [.. Enumerable.Range(0, partitions).Select(static partition => new PartitionImage(partition, -1, -1, -1, [.. Enumerable.Repeat(2_000_000_000, 100)], []))],
            new Dictionary<string, string>());

        Assert.Equal(ErrorCode.InvalidRequest, ZnodeSize.OfTopic(Topic(1000)).Code);
        Assert.Equal(MetadataError.None, ZnodeSize.OfTopic(Topic(850)));
        Assert.Equal(MetadataError.None, ZnodeSize.OfTopic(Topic(10)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deletion_is_complete_whatever_was_lost_of_it(bool isAskedForElsewhere)
    {
        for (var at = 0; at < 30; at++)
        {
            var disk = MetadataHarness.NewDisk();
            var metadata = await MetadataHarness.StartAsync(disk);
            await metadata.CreateAsync(new NewTopic("old", 2, 1));
            var tree = MetadataHarness.TreeOf(disk);
            tree.Do(ZnodeOperation.Create("/brokers/topics/old/partitions/1/alien"));
            var left = at;
            tree.GoesOnAfterLoss = true;
            tree.Fault = _ => left-- == 0;

            if (isAskedForElsewhere)
            {
                // Another broker has answered by now, and will not ask again.
                tree.Do(ZnodeOperation.Create("/admin/delete_topics/old"));
                await metadata.AllocateProducerIdsAsync();
            }
            else
            {
                Assert.Equal([MetadataError.None], await metadata.DeleteTopicsAsync(["old"]));
            }

            Assert.DoesNotContain(tree.Tree.Keys, static path => path.Contains("/old", StringComparison.Ordinal));
            await metadata.AllocateProducerIdsAsync();
            Assert.Empty(metadata.Current.Topics);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_controller_whose_second_election_was_not_answered_is_elected_anew(bool wasController)
    {
        var disk = MetadataHarness.NewDisk();
        var tree = MetadataHarness.TreeOf(disk);
        if (!wasController)
        {
            tree.Do(ZnodeOperation.Create("/controller", ControllerZnode.Encode(7, 0)));
        }

        var metadata = await MetadataHarness.StartAsync(disk);
        var lost = false;
        tree.LostAnswer = write => !lost && (lost = write.Operations[0] is { Kind: ZnodeOperationKind.CreateEphemeral, Path: "/controller" });
        tree.Do(ZnodeOperation.Delete("/controller"));
        await ZnodeStage.UntilAsync(metadata, static image => image.ControllerId == 1);
        await metadata.AllocateProducerIdsAsync();

        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("t", 2, 1)));

        Assert.True(lost);
        Assert.True(metadata.IsController);
        Assert.All(metadata.Current.FindTopic("t")!.Partitions, static partition => Assert.Equal(1, partition.Leader));
        Assert.Contains($"\"controller_epoch\":{tree.Tree["/controller_epoch"]},", tree.Tree["/brokers/topics/t/partitions/0/state"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_whose_nodes_say_nonsense_can_be_grown_and_deleted()
    {
        var disk = MetadataHarness.NewDisk();
        var metadata = await MetadataHarness.StartAsync(disk);
        await metadata.CreateAsync(new NewTopic("t", 3, 1));
        var tree = MetadataHarness.TreeOf(disk);
        tree.Do(ZnodeOperation.Set("/brokers/topics/t/partitions/1/state", "nonsense"u8.ToArray()));
        tree.Do(ZnodeOperation.Set("/brokers/topics/t", "nonsense"u8.ToArray()));
        await metadata.AllocateProducerIdsAsync();

        Assert.Equal([MetadataError.None], await metadata.CreatePartitionsAsync([new NewPartitions("t", 4)], validateOnly: false));
        Assert.Equal(4, metadata.Current.FindTopic("t")!.Partitions.Count);
        tree.Log.Clear();
        Assert.Equal([MetadataError.None], await metadata.DeleteTopicsAsync(["t"]));

        Assert.DoesNotContain(tree.Tree.Keys, static path => path.Contains("/t/", StringComparison.Ordinal));
        Assert.InRange(tree.Log.Count, 1, 60);
    }

    [Fact]
    public void A_tree_that_resists_for_ever_is_asked_once_a_second()
    {
        var machine = new ClusterMachine(
            new ClusterOptions
            {
                Config = BrokerConfig.Create(PropertiesFile.Parse("")),
                Identity = new BrokerIdentity(0, ZnodeStage.ClusterId),
                Time = TimeProvider.System,
                Logger = NullLogger.Instance,
            },
            static (_, _, _) => { });
        machine.Connected(1);
        var pauses = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            machine.Step()!.IsLost = true;
            pauses.Add(machine.TakePause().TotalMilliseconds);
        }

        Assert.Equal([0, 0, 0, 0, 0, 0, 20, 40, 80, 160, 320, 640, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000], pauses);
    }

    [Fact]
    public async Task Values_that_others_wrote_and_nobody_read_yet_are_not_overwritten()
    {
        var stage = new ZnodeStage();
        await using var metadata = await stage.StartAsync();
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        static byte[] Values(string json) => System.Text.Encoding.UTF8.GetBytes($$"""{"version":1,"config":{{json}}}""");

        // The notices are still on their way.
        stage.Tree.Do(ZnodeOperation.Set("/config/topics/t", Values("""{"retention.ms":"5"}""")));
        stage.Tree.Do(ZnodeOperation.Create("/config/brokers/0", Values("""{"background.threads":"12"}""")));
        await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("segment.ms", ConfigOperation.Set, "7"));
        await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("segment.ms", ConfigOperation.Set, "8"));
        await metadata.AlterAsync(ConfigResourceType.Broker, "0", ("message.max.bytes", ConfigOperation.Set, "9"));

        Assert.Equal("""{"version":1,"config":{"retention.ms":"5","segment.ms":"8"}}""", stage.Tree.Tree["/config/topics/t"]);
        Assert.Equal("""{"version":1,"config":{"background.threads":"12","message.max.bytes":"9"}}""", stage.Tree.Tree["/config/brokers/0"]);
        Assert.Equal("5", metadata.Current.FindTopic("t")!.Configs["retention.ms"]);
    }

    [Fact]
    public async Task A_mark_that_cannot_be_made_is_no_deletion()
    {
        var stage = new ZnodeStage();
        await using var controller = await stage.StartAsync(0);
        await using var other = await stage.StartAsync(1);
        await controller.CreateAsync(new NewTopic("t", 1, 1));
        await ZnodeStage.UntilAsync(other, static image => image.FindTopic("t") != null);
        stage.Tree.Refuse = static write => write.Operations[0].Path == "/admin/delete_topics/t" ? KeeperError.NoAuth : KeeperError.Ok;

        Assert.Equal(ErrorCode.UnknownServerError, (await other.DeleteTopicsAsync(["t"]))[0].Code);

        Assert.NotNull(other.Current.FindTopic("t"));
    }

    [Fact]
    public async Task A_store_that_throws_is_heard_by_whoever_waits()
    {
        var stage = new ZnodeStage();
        await using var metadata = await stage.StartAsync();
        stage.Tree.Fault = static _ => throw new InvalidOperationException("a bug");

        var heard = await Assert.ThrowsAsync<InvalidOperationException>(() => metadata.CreateAsync(new NewTopic("t", 1, 1)));

        Assert.Equal("a bug", heard.Message);
        await Assert.ThrowsAsync<InvalidOperationException>(() => metadata.CreateAsync(new NewTopic("t", 1, 1)));
    }
}
