using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>
/// A group that changes its protocol while cooperative members still have what they were assigned before. Found by random lives
/// (<see cref="Simulation.GroupSimulationTests"/>); each is the shortest story.
/// </summary>
public sealed class GroupConversionTests
{
    private const string Protocol = "cooperative-sticky";

    private readonly GroupHarness _groups = new("group.initial.rebalance.delay.ms=0", "group.consumer.assignment.interval.ms=0")
    {
        Cluster = new ClusterOfTopics().With("t", 2),
    };

    [Fact]
    public void What_a_member_has_is_nobody_elses_after_a_downgrade_and_another_upgrade()
    {
        var classic = StableWithBoth();
        var first = new ConsumerMemberClient(_groups, "first");
        first.Beat();
        Assert.Single(_groups.Consumer.TargetOf(classic).All);
        first.Leave();
        Assert.Equal(ClassicGroupState.PreparingRebalance, _groups.Classic.State);

        // The classic member has not been heard of since: it reads both partitions.
        var second = new ConsumerMemberClient(_groups, "second");
        second.Beat();
        second.Beat();

        Assert.Empty(second.Partitions);
    }

    [Fact]
    public void What_a_member_has_is_nobody_elses_after_an_upgrade_between_JoinGroup_and_SyncGroup()
    {
        var first = StableWithBoth();
        var asked = _groups.JoinWith(Protocol, Subscription(-1), "", null, 60_000).Now.MemberId;
        var joining = _groups.JoinWith(Protocol, Subscription(-1), asked, null, 60_000);
        _groups.JoinWith(Protocol, Subscription(1, 0, 1), first, null, 60_000);
        Assert.Equal(ErrorCode.None, joining.Now.ErrorCode);
        Assert.Equal(ClassicGroupState.CompletingRebalance, _groups.Classic.State);
        Assert.Equal(ErrorCode.None, _groups.Leave(joining.Now.MemberId));
        Assert.Equal(ClassicGroupState.PreparingRebalance, _groups.Classic.State);

        var consumer = new ConsumerMemberClient(_groups, "consumer");
        consumer.Beat();
        consumer.Beat();

        Assert.Empty(consumer.Partitions);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_member_gives_up_is_nobody_elses_before_it_has_heard_of_it(bool restarted)
    {
        var first = StableWithBoth();
        _groups.Cluster = new ClusterOfTopics().With("t", 3);
        var asked = _groups.JoinWith(Protocol, Subscription(-1), "", null, 60_000).Now.MemberId;
        _groups.JoinWith(Protocol, Subscription(-1), asked, null, 60_000);
        var joined = _groups.JoinWith(Protocol, Subscription(1, 0, 1, 2), first, null, 60_000).Now;

        // The leader, which is the first, has sent what both shall have, but its answer is on its way: it reads all three partitions.
        var bytes = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [first] = Assignment(0), [asked] = Assignment() };
        _groups.Sync(first, joined.GenerationId, null, "consumer", Protocol, bytes);
        Assert.Equal(ClassicGroupState.Stable, _groups.Classic.State);
        if (restarted)
            _groups.Restart();

        var consumer = new ConsumerMemberClient(_groups, "consumer");
        consumer.Beat();
        consumer.Beat();
        Assert.Empty(consumer.Partitions);

        // It gives up what it is told to, and says so.
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(first, joined.GenerationId));
        var told = _groups.JoinWith(Protocol, Subscription(2, 0), first, null, 60_000).Now;
        Assert.Equal(ErrorCode.None, told.ErrorCode);
        consumer.Beat();
        Assert.Single(consumer.Partitions);
        Assert.DoesNotContain(0, consumer.Partitions);
    }

    [Fact]
    public void A_coordinator_that_begins_anew_after_a_downgrade_lets_the_rest_share_the_work()
    {
        var classic = StableWithBoth();
        var consumer = new ConsumerMemberClient(_groups, "consumer");
        consumer.Beat();
        var joined = _groups.JoinWith(Protocol, Subscription(1, 0), classic, null, 60_000).Now;
        Assert.Equal(ErrorCode.None, _groups.Sync(classic, joined.GenerationId, null, "consumer", Protocol).Now.ErrorCode);
        consumer.Beat();
        Assert.Single(consumer.Partitions);
        consumer.Leave();
        _groups.Restart();

        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(classic, joined.GenerationId));
    }

    [Fact]
    public void A_static_member_that_upgrades_the_group_in_the_middle_of_a_rebalance_gets_what_those_that_left_had()
    {
        var stayed = _groups.JoinWith(Protocol, Subscription(-1), "", "instance", 60_000);
        _groups.Advance(1);
        Assert.Equal(ErrorCode.None, stayed.Now.ErrorCode);
        var bytes = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [stayed.Now.MemberId] = Assignment(0) };
        Assert.Equal(ErrorCode.None, _groups.Sync(stayed.Now.MemberId, 1, "instance", "consumer", Protocol, bytes).Now.ErrorCode);
        var asked = _groups.JoinWith(Protocol, Subscription(-1), "", null, 60_000).Now.MemberId;
        _groups.JoinWith(Protocol, Subscription(-1), asked, null, 60_000);
        Assert.Equal(ErrorCode.None, _groups.Leave(asked));
        Assert.Equal(ClassicGroupState.PreparingRebalance, _groups.Classic.State);

        var consumer = new ConsumerMemberClient(_groups, "consumer", "instance");
        consumer.Beat();
        consumer.Beat();

        Assert.Equal([0, 1], consumer.Partitions);
    }

    private static byte[] Subscription(int generation, params int[] owned) => GroupRecords.Encode(3, new ConsumerProtocolSubscription
    {
        Topics = ["t"],
        GenerationId = generation,
        OwnedPartitions = owned.Length == 0 ? [] : [new ConsumerProtocolSubscription.TopicPartition { Topic = "t", Partitions = [.. owned] }],
    }, 3);

    private static byte[] Assignment(params int[] partitions) => GroupRecords.Encode(1, new ConsumerProtocolAssignment
    {
        AssignedPartitions = partitions.Length == 0 ? [] : [new ConsumerProtocolAssignment.TopicPartition { Topic = "t", Partitions = [.. partitions] }],
    }, 1);

    // One member in a stable classic group, with both partitions.
    private string StableWithBoth()
    {
        var member = _groups.JoinWith(Protocol, Subscription(-1), "", null, 60_000).Now.MemberId;
        var join = _groups.JoinWith(Protocol, Subscription(-1), member, null, 60_000);
        _groups.Advance(1);
        var bytes = new Dictionary<string, byte[]>(StringComparer.Ordinal) { [member] = Assignment(0, 1) };
        Assert.Equal(ErrorCode.None, _groups.Sync(member, join.Now.GenerationId, null, "consumer", Protocol, bytes).Now.ErrorCode);
        return member;
    }
}
