using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.UnitTests.Broker.Metadata.Znodes;
using Samsa.ZooKeeper;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Other brokers hear of changed values, whatever happens to the node that tells them.</summary>
public sealed class NoticeTests
{
    private readonly ZnodeStage _stage = new();

    [Theory]
    [InlineData("refused")]
    [InlineData("lost before it was done")]
    [InlineData("lost after it was done")]
    public async Task A_notice_that_does_not_come_through_is_written_again(string what)
    {
        await using var metadata = await _stage.StartAsync(0);
        await using var other = await _stage.StartAsync(1);
        await metadata.CreateAsync(new NewTopic("t", Assignments: [new ReplicaAssignment(0, [0])]));
        await ZnodeStage.UntilAsync(other, static image => image.FindTopic("t") != null);
        var left = 2;
        bool Hits(ZnodeWrite write) => write.Operations[^1].Path == ZnodePaths.ConfigChangePrefix && left-- > 0;
        _stage.Tree.Refuse = write => what == "refused" && Hits(write) ? KeeperError.SystemError : KeeperError.Ok;
        _stage.Tree.Fault = write => what == "lost before it was done" && Hits(write);
        _stage.Tree.LostAnswer = write => what == "lost after it was done" && Hits(write);

        Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "5")));

        await ZnodeStage.UntilAsync(other, static image => image.FindTopic("t")!.Configs.GetValueOrDefault("retention.ms") == "5");
        Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Topic, "t", ("retention.ms", ConfigOperation.Set, "6")));
        await ZnodeStage.UntilAsync(other, static image => image.FindTopic("t")!.Configs["retention.ms"] == "6");
    }

    [Fact]
    public async Task A_notice_that_is_refused_for_ever_holds_up_nobody()
    {
        await using var metadata = await _stage.StartAsync();
        var asked = 0;
        _stage.Tree.Refuse = write => write.Operations[^1].Path == ZnodePaths.ConfigChangePrefix && ++asked > 0 ? KeeperError.NoAuth : KeeperError.Ok;

        Assert.Equal(MetadataError.None, await metadata.AlterAsync(ConfigResourceType.Broker, "", ("log.retention.ms", ConfigOperation.Set, "7")));
        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("t", 1, 1)));

        // With the change itself, and five times alone.
        Assert.Equal(6, asked);
        Assert.Equal("7", metadata.BrokerConfig.Values.Get("log.retention.ms"));
    }
}
