using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.UnitTests.Broker.Metadata.Znodes;
using Samsa.ZooKeeper;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Sessions and offices that end in the middle of a change.</summary>
public sealed class SessionEndTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_ends_at_any_transaction_makes_every_change_once_all_the_same(bool afterIt)
    {
        for (var at = 0; at < 30; at++)
        {
            var stage = new ZnodeStage();
            await using var metadata = await stage.StartAsync();
            await metadata.CreateAsync(new NewTopic("old", 2, 1));
            var left = at;
            bool Ends(ZnodeWrite write)
            {
                if (left-- != 0)
                {
                    return false;
                }

                stage.Tree.ExpireSessions();
                return true;
            }

            stage.Tree.Fault = afterIt ? null : Ends;
            stage.Tree.LostAnswer = afterIt ? Ends : null;

            Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("new", 2, 1, Configs: [new("retention.ms", "5")])));
            Assert.Equal([MetadataError.None], await metadata.CreatePartitionsAsync([new NewPartitions("new", 3)], validateOnly: false));
            Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Topic, "new", ("retention.ms", ConfigOperation.Set, "6")));
            Assert.Equal([MetadataError.None], await metadata.DeleteTopicsAsync(["old"]));
            var ids = await metadata.AllocateProducerIdsAsync(TestContext.Current.CancellationToken);

            var topic = Assert.Single(metadata.Current.Topics.Values);
            Assert.Equal(("new", "6"), (topic.Name, topic.Configs["retention.ms"]));
            Assert.Equal([0, 0, 0], topic.Partitions.Select(static partition => partition.Leader));
            Assert.DoesNotContain(stage.Tree.Tree.Keys, static path => path.Contains("/old", StringComparison.Ordinal));
            Assert.NotEqual(ids, await metadata.AllocateProducerIdsAsync(TestContext.Current.CancellationToken));
            Assert.True(metadata.IsController);
            Assert.Contains("/brokers/ids/0", stage.Tree.Tree.Keys);
            Assert.Contains(stage.Tree.Log, static line => line.Contains("config_change_", StringComparison.Ordinal) && line.Contains("topics/new", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_controller_that_others_followed_twice_during_a_change_makes_it_under_its_newest_epoch()
    {
        var stage = new ZnodeStage();
        await using var metadata = await stage.StartAsync();
        var moved = false;
        stage.Tree.Refuse = write =>
        {
            if (!moved && write.Operations[^1].Path == "/brokers/topics/t/partitions")
            {
                // Two others were elected, and went.
                moved = true;
                stage.Tree.Do(ZnodeOperation.Delete("/controller"));
                stage.Tree.Do(ZnodeOperation.Set("/controller_epoch", "2"u8.ToArray()));
                stage.Tree.Do(ZnodeOperation.Set("/controller_epoch", "3"u8.ToArray()));
            }

            return KeeperError.Ok;
        };

        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("t", 1, 1)));

        Assert.True(moved);
        Assert.Equal("4", stage.Tree.Tree["/controller_epoch"]);
        Assert.Contains("\"controller_epoch\":4,", stage.Tree.Tree["/brokers/topics/t/partitions/0/state"], StringComparison.Ordinal);
        Assert.Equal(0, metadata.Current.FindPartition("t", 0)!.Leader);
    }
}
