using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>Members of a consumer group (KIP-848) that the coordinator puts out: they are silent, or keep what they were told to give up.</summary>
public sealed class ConsumerRemovalTests
{
    private readonly ClusterOfTopics _cluster = new();
    private readonly GroupHarness _groups = new("group.consumer.assignment.interval.ms=0");

    public ConsumerRemovalTests() => _groups.Cluster = _cluster.With("t", 4);

    [Fact]
    public void Member_that_does_not_give_up_its_partitions_is_removed_after_its_rebalance_timeout()
    {
        var (one, two) = (Member("m1"), Member("m2"));
        one.Beat();
        two.Beat();
        one.Beat(reconcile: false);
        for (var i = 1; i < 30; i++)
        {
            _groups.Advance(1000);
            Assert.Equal(ErrorCode.None, one.Beat(reconcile: false).ErrorCode);
            Assert.Empty(two.Beat().Assignment!.TopicPartitions);
        }

        _groups.Advance(1000);
        Assert.Equal(ErrorCode.UnknownMemberId, one.Beat(reconcile: false).ErrorCode);
        two.Beat();
        Assert.Equal([0, 1, 2, 3], two.Partitions);
    }

    [Fact]
    public void Member_that_gives_up_nothing_is_removed_although_its_first_removal_could_not_be_stored()
    {
        var (one, two) = (Member("m1"), Member("m2"));
        one.Beat();
        two.Beat();
        one.Beat(reconcile: false);
        _groups.Advance(29_900);
        Assert.Equal(ErrorCode.None, one.Beat(reconcile: false).ErrorCode);
        two.Beat();
        _groups.FailNext = ErrorCode.NotEnoughReplicas;
        _groups.Advance(200);
        Assert.Equal(ErrorCode.None, _groups.FailNext);

        // It is heard of before the coordinator tries again.
        Assert.Equal(ErrorCode.None, one.Beat(reconcile: false).ErrorCode);
        _groups.Advance(1000);

        Assert.Equal(ErrorCode.UnknownMemberId, one.Beat(reconcile: false).ErrorCode);
    }

    [Fact]
    public void Silent_member_is_removed_after_the_session_timeout_of_its_group()
    {
        _groups.Cluster = _cluster.Configure(GroupHarness.Group, "consumer.session.timeout.ms", "50000");
        var (one, two) = (Member("m1"), Member("m2"));
        one.Beat();
        two.Beat();
        _groups.Advance(49_999);
        Assert.Equal(2, _groups.Consumer.Members.Count);
        Assert.Equal(ErrorCode.None, two.Beat().ErrorCode);
        _groups.Advance(1);
        Assert.Equal("m2", Assert.Single(_groups.Consumer.Members).MemberId);
        two.Beat();
        Assert.Equal([0, 1, 2, 3], two.Partitions);
    }

    [Fact]
    public void Removal_that_could_not_be_stored_is_tried_again()
    {
        Member("m1").Beat();
        _groups.Advance(44_999);
        _groups.FailNext = ErrorCode.NotEnoughReplicas;
        _groups.Advance(1);
        Assert.Single(_groups.Consumer.Members);
        _groups.Advance(500);
        Assert.Empty(_groups.Consumer.Members);
    }

    private ConsumerMemberClient Member(string id) => new(_groups, id);
}
