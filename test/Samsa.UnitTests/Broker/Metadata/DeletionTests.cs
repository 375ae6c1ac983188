using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Znodes;
using Samsa.UnitTests.Broker.Metadata.Znodes;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Topics that are deleted while a broker with records of them is away, or that others filled with nodes.</summary>
public sealed class DeletionTests
{
    private readonly ZnodeStage _stage = new();

    [Fact]
    public async Task A_topic_with_replicas_on_a_broker_that_is_away_is_deleted_when_that_is_back()
    {
        await using var controller = await _stage.StartAsync(0);
        var away = await _stage.StartAsync(1);
        await controller.CreateAsync(new NewTopic("both", Assignments: [new ReplicaAssignment(0, [0]), new ReplicaAssignment(1, [1])]));
        await controller.CreateAsync(new NewTopic("here", Assignments: [new ReplicaAssignment(0, [0])]));
        await away.DisposeAsync();
        await ZnodeStage.UntilAsync(controller, static image => !image.Brokers.ContainsKey(1));

        Assert.Equal([MetadataError.None, MetadataError.None], await controller.DeleteTopicsAsync(["both", "here"]));

        Assert.Contains("/admin/delete_topics/both", _stage.Tree.Tree.Keys);
        Assert.Contains("/brokers/topics/both/partitions/1/state", _stage.Tree.Tree.Keys);
        Assert.DoesNotContain(_stage.Tree.Tree.Keys, static path => path.Contains("/here", StringComparison.Ordinal));
        Assert.All(controller.Current.FindTopic("both")!.Partitions, static partition => Assert.Equal(-1, partition.Leader));

        // What is written meanwhile is written once.
        _stage.News();
        await using var other = await _stage.StartAsync(2);
        await controller.AllocateProducerIdsAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(_stage.News(), static line => line.Contains("/both", StringComparison.Ordinal));

        await using var back = await _stage.OpenAsync(1);
        var deleted = new List<string>();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        back.Changed += (_, delta) =>
        {
            deleted.AddRange(delta.DeletedTopics.Select(static topic => topic.Name));
            if (deleted.Count > 0)
            {
                heard.TrySetResult();
            }
        };
        await back.RegisterBrokerAsync(ZnodeStage.Image(1), TestContext.Current.CancellationToken);
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await ZnodeStage.UntilAsync(controller, static image => image.FindTopic("both") == null);
        await controller.AllocateProducerIdsAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["both"], deleted);
        Assert.DoesNotContain(_stage.Tree.Tree.Keys, static path => path.Contains("/both", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_deletion_is_forbidden_a_topic_with_a_mark_is_served()
    {
        await using var metadata = await _stage.StartAsync(properties: ["delete.topic.enable=false"]);
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        _stage.Tree.Do(ZnodeOperation.Create("/admin/delete_topics/t"));
        await metadata.AllocateProducerIdsAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, metadata.Current.FindPartition("t", 0)!.Leader);
        Assert.DoesNotContain("/admin/delete_topics/t", _stage.Tree.Tree.Keys);
    }

    [Theory]
    [InlineData(200, 1)]
    [InlineData(3, 40)]
    public async Task Nodes_of_others_below_a_topic_go_however_deep_they_are(int depth, int width)
    {
        await using var metadata = await _stage.StartAsync();
        await metadata.CreateAsync(new NewTopic("t", 1, 1));
        var path = "/brokers/topics/t/partitions/0";
        for (var level = 0; level < depth; level++)
        {
            for (var i = 1; i < width; i++)
            {
                _stage.Tree.Do(ZnodeOperation.Create($"{path}/leaf{i}"));
            }

            path += "/deep";
            _stage.Tree.Do(ZnodeOperation.Create(path));
        }

        Assert.Equal([MetadataError.None], await metadata.DeleteTopicsAsync(["t"]));

        Assert.DoesNotContain(_stage.Tree.Tree.Keys, static path => path.Contains("/t/", StringComparison.Ordinal) || path.EndsWith("/t", StringComparison.Ordinal));
        Assert.Equal(MetadataError.None, await metadata.CreateAsync(new NewTopic("t", 1, 1)));
    }
}
