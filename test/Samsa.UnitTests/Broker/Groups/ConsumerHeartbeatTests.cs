using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>Consumer groups (KIP-848): epochs, hand-over of partitions, fencing, sessions. Interval 0 makes every change assign at once.</summary>
public sealed class ConsumerHeartbeatTests
{
    private readonly ClusterOfTopics _cluster = new();
    private readonly GroupHarness _groups = new("group.consumer.assignment.interval.ms=0");

    public ConsumerHeartbeatTests() => _groups.Cluster = _cluster.With("t", 4);

    [Fact]
    public void First_member_gets_everything_in_the_epoch_after_the_first()
    {
        var member = Member("m1");
        var answer = member.Beat();
        Assert.Equal((ErrorCode.None, 2, "m1", 5000), (answer.ErrorCode, answer.MemberEpoch, answer.MemberId, answer.HeartbeatIntervalMs));
        Assert.Equal([0, 1, 2, 3], member.Partitions);
        Assert.Equal("Stable", _groups.Consumer.StateName);
    }

    [Fact]
    public void Short_heartbeat_tells_the_assignment_only_when_it_changed()
    {
        var (one, two) = (Member("m1"), Member("m2"));
        one.Beat();
        Assert.Null(one.Send(Short(one)).Assignment);
        two.Beat();
        Assert.NotNull(one.Send(Short(one)).Assignment);
    }

    [Fact]
    public void Partition_is_handed_over_only_after_its_owner_said_that_it_gave_it_up()
    {
        var (one, two) = (Member("m1"), Member("m2"));
        one.Beat();
        two.Beat();
        Assert.Empty(two.Partitions);
        one.Beat(reconcile: false);
        Assert.Equal((2, 2), (one.Epoch, one.Assigned!.Count));
        two.Beat();
        Assert.Empty(two.Partitions);
        one.Beat();
        Assert.Equal((3, 2), (one.Epoch, one.Partitions.Length));
        two.Beat();
        Assert.Equal([0, 1, 2, 3], one.Partitions.Concat(two.Partitions).Order());
        Assert.Equal("Stable", _groups.Consumer.StateName);
    }

    [Theory]
    [InlineData(3, ErrorCode.FencedMemberEpoch)]
    [InlineData(2, ErrorCode.None)]
    [InlineData(1, ErrorCode.FencedMemberEpoch)]
    [InlineData(0, ErrorCode.None)]
    public void Epoch_must_be_the_members_own(int epoch, ErrorCode expected)
    {
        var member = Member("m1");
        member.Beat();
        member.Epoch = epoch;
        Assert.Equal(expected, member.Send(Short(member, full: epoch == 0)).ErrorCode);
    }

    [Fact]
    public void Previous_epoch_is_taken_from_a_member_that_has_nothing_too_much()
    {
        var (one, two) = (Member("m1"), Member("m2"));
        one.Beat();
        two.Beat();
        one.Beat();
        var lost = one.Request();
        Assert.Equal(2, lost.MemberEpoch);
        Assert.Equal(3, one.Send(lost).MemberEpoch);
        Assert.Equal(3, one.Send(lost).MemberEpoch);
        lost.TopicPartitions![0].Partitions = [0, 1, 2, 3];
        Assert.Equal(ErrorCode.FencedMemberEpoch, one.Send(lost).ErrorCode);
        lost.TopicPartitions = null;
        Assert.Equal(ErrorCode.FencedMemberEpoch, one.Send(lost).ErrorCode);
    }

    [Fact]
    public void What_could_not_be_stored_never_happened()
    {
        var member = Member("m1");
        _groups.FailNext = ErrorCode.MessageTooLarge;
        Assert.Equal(ErrorCode.MessageTooLarge, member.Beat().ErrorCode);
        Assert.Null(_groups.Shard.Find(GroupHarness.Group));
        Assert.Equal(2, member.Beat().MemberEpoch);
        var second = Member("m2");
        _groups.FailNext = ErrorCode.MessageTooLarge;
        second.Beat();
        Assert.Single(_groups.Consumer.Members);
        Assert.Equal(2, _groups.Consumer.GroupEpoch);
        Assert.Equal(3, second.Beat().MemberEpoch);
    }

    [Fact]
    public void Assignments_are_made_no_more_often_than_the_interval_says()
    {
        var groups = new GroupHarness("group.consumer.assignment.interval.ms=1000") { Cluster = _cluster.Image };
        var (one, two) = (new ConsumerMemberClient(groups, "m1"), new ConsumerMemberClient(groups, "m2"));
        one.Beat();
        two.Beat();
        Assert.Equal((2, "Assigning"), (two.Epoch, groups.Consumer.StateName));
        groups.Advance(999);
        two.Beat();
        Assert.Equal(2, two.Epoch);
        groups.Advance(1);
        two.Beat();
        Assert.Equal((3, "Reconciling"), (two.Epoch, groups.Consumer.StateName));
    }

    [Fact]
    public void Group_is_full_at_its_size()
    {
        var groups = new GroupHarness("group.consumer.max.size=1") { Cluster = _cluster.Image };
        var (one, two) = (new ConsumerMemberClient(groups, "m1"), new ConsumerMemberClient(groups, "m2"));
        one.Beat();
        Assert.Equal(ErrorCode.GroupMaxSizeReached, two.Beat().ErrorCode);
        Assert.Equal(ErrorCode.None, one.Beat().ErrorCode);
    }

    [Fact]
    public void New_partitions_and_new_topics_are_assigned_with_the_next_heartbeat()
    {
        var member = Member("m1");
        member.Topics = ["t", "later"];
        member.Beat();
        _groups.Cluster = _cluster.With("t", 6);
        member.Beat();
        Assert.Equal([0, 1, 2, 3, 4, 5], member.Partitions);
        _groups.Cluster = _cluster.With("later", 1);
        member.Beat();
        Assert.Equal(7, member.Owned.Count);
        _groups.Cluster = _cluster.Without("t");
        member.Beat();
        Assert.Single(member.Owned);
    }

    [Fact]
    public void Topic_that_is_made_again_is_another_topic()
    {
        var member = Member("m1");
        member.Beat();
        var again = Guid.NewGuid();
        _cluster.Without("t");
        _groups.Cluster = _cluster.With("t", 2, again);
        member.Beat();
        Assert.Empty(member.Owned);
        member.Beat();
        Assert.All(member.Owned, one => Assert.Equal(again, one.Topic));
        Assert.Equal(2, member.Owned.Count);
    }

    [Fact]
    public void Changes_of_other_topics_cost_no_epoch()
    {
        var member = Member("m1");
        member.Beat();
        _groups.Cluster = _cluster.With("other", 3);
        Assert.Equal(2, member.Beat().MemberEpoch);
    }

    [Fact]
    public void Another_subscription_takes_the_partitions_of_the_old_one_at_once()
    {
        _groups.Cluster = _cluster.With("u", 2);
        var member = Member("m1");
        member.Beat();
        member.Topics = ["u"];
        member.Beat(reconcile: false);
        Assert.Empty(member.Assigned!);
        member.Reconcile();
        member.Beat();
        Assert.Equal(2, member.Owned.Count);
        Assert.Equal("Stable", _groups.Consumer.StateName);
    }

    [Fact]
    public void Regular_expression_is_looked_up_and_followed()
    {
        _groups.Cluster = _cluster.With("t2", 1);
        var member = Member("m1");
        (member.Topics, member.Regex) = ([], "t\\d?");
        member.Beat();
        Assert.Empty(member.Owned);
        member.Beat();
        Assert.Equal((2, 5), (member.Epoch, member.Owned.Count));
        _groups.Cluster = _cluster.With("t3", 1);
        member.Beat();
        member.Beat();
        Assert.Equal(5, member.Owned.Count);
        _groups.Advance(10_000);
        member.Beat();
        member.Beat();
        Assert.Equal(6, member.Owned.Count);
        member.Regex = "";
        member.Topics = ["t3"];
        member.Beat();
        member.Beat();
        Assert.Single(member.Owned);
        Assert.DoesNotContain(
            _groups.Log.Where(record => record.Key[1] == 16).GroupBy(record => Convert.ToHexString(record.Key)), one => one.Last().Value is not null);
    }

    [Fact]
    public void Bad_regular_expression_is_refused()
    {
        var member = Member("m1");
        member.Regex = "(";
        Assert.Equal(ErrorCode.InvalidRegularExpression, member.Beat().ErrorCode);
    }

    [Fact]
    public void Static_member_keeps_its_partitions_while_it_is_away()
    {
        var (one, two) = (Member("m1", "i"), Member("m2"));
        one.Beat();
        two.Beat();
        one.Beat();
        two.Beat();
        one.Beat();
        var had = one.Partitions;
        Assert.Equal(ErrorCode.None, one.Leave(ConsumerMember.StaticLeaveEpoch));
        two.Beat();
        Assert.Equal(2, two.Partitions.Length);
        var back = Member("m3", "i");
        Assert.Equal(3, back.Beat().MemberEpoch);
        Assert.Equal(had, back.Partitions);
        Assert.Equal("Stable", _groups.Consumer.StateName);
    }

    [Fact]
    public void Static_member_that_stays_away_loses_its_partitions_with_its_session()
    {
        var (one, two) = (Member("m1", "i"), Member("m2"));
        one.Beat();
        two.Beat();
        one.Leave(ConsumerMember.StaticLeaveEpoch);
        for (var i = 0; i < 46; i++)
        {
            _groups.Advance(1000);
            two.Beat();
        }

        Assert.Equal([0, 1, 2, 3], two.Partitions);
    }

    [Fact]
    public void Instance_id_of_a_present_member_is_not_given_away()
    {
        Member("m1", "i").Beat();
        Assert.Equal(ErrorCode.UnreleasedInstanceId, Member("m2", "i").Beat().ErrorCode);
        Assert.Equal(ErrorCode.FencedInstanceId, new ConsumerMemberClient(_groups, "m2", "i") { Epoch = 2 }.Beat().ErrorCode);
        Assert.Equal(ErrorCode.UnknownMemberId, new ConsumerMemberClient(_groups, "m1", "j") { Epoch = 2 }.Beat().ErrorCode);
    }

    [Fact]
    public void Commit_needs_the_members_epoch_or_that_of_the_partition()
    {
        var (one, two) = (Member("m1"), Member("m2"));
        one.Beat();
        Assert.Equal(ErrorCode.None, one.Commit(5, 0));
        Assert.Equal(ErrorCode.StaleMemberEpoch, one.Commit(6, 0, epoch: 3));
        Assert.Equal(ErrorCode.UnknownMemberId, two.Commit(6, 0, epoch: 2));
        Assert.Equal(ErrorCode.UnsupportedVersion, _groups.Commit(6, "m1", 2, version: 8));
        two.Beat();
        one.Beat();
        one.Beat();
        two.Beat();
        Assert.Equal((3, 3), (one.Epoch, two.Epoch));

        // It has had the one since epoch 2 and does not have the other any more.
        Assert.Equal(ErrorCode.None, one.Commit(7, one.Partitions[0], epoch: 2));
        Assert.Equal(ErrorCode.StaleMemberEpoch, one.Commit(7, two.Partitions[0], epoch: 2));
        Assert.Equal(ErrorCode.StaleMemberEpoch, two.Commit(7, two.Partitions[0], epoch: 2));
        Assert.Equal(7, _groups.Committed(one.Partitions[0]));
    }

    [Fact]
    public void Restarted_coordinator_goes_on_where_it_was()
    {
        _groups.Cluster = _cluster.With("r1", 1);
        var (one, two, three) = (Member("m1"), Member("m2", "i"), Member("m3"));
        three.Regex = "r.";
        foreach (var member in new[] { one, two, three, one, two, three, one, two, three, one })
            member.Beat();
        one.Commit(9, one.Partitions[0]);
        var before = Describe();
        _groups.Restart();
        Assert.Equal(before, Describe());
        foreach (var member in new[] { one, two, three })
            Assert.Equal(ErrorCode.None, member.Beat().ErrorCode);
        Assert.Equal(9, _groups.Committed(one.Partitions[0]));
        _groups.Advance(45_000);
        Assert.Empty(_groups.Consumer.Members);
    }

    [Fact]
    public void Deleted_group_leaves_nothing_in_the_log()
    {
        var member = Member("m1", "i");
        member.Regex = "t";
        member.Beat();
        member.Beat();
        member.Commit(3, 0);
        Assert.Equal(ErrorCode.NonEmptyGroup, _groups.Delete());
        member.Leave();
        Assert.Equal(ErrorCode.None, _groups.Delete());
        Assert.All(_groups.Log.GroupBy(record => Convert.ToHexString(record.Key)), key => Assert.Null(key.Last().Value));
        _groups.Restart();
        Assert.Empty(_groups.Shard.Groups);
    }

    private string Describe()
    {
        var described = _groups.Consumer.Describe(_groups.Cluster);
        var members = described.Members.OrderBy(member => member.MemberId, StringComparer.Ordinal).Select(member =>
            $"{member.MemberId} {member.InstanceId} {member.MemberEpoch} {member.SubscribedTopicRegex} {Of(member.Assignment)} {Of(member.TargetAssignment)}");
        return $"{described.GroupState} {described.GroupEpoch} {described.AssignmentEpoch}: {string.Join("; ", members)}";

        static string Of(ConsumerGroupDescribeResponse.AssignmentData assignment) => string.Join(
            ' ', assignment.TopicPartitions.OrderBy(topic => topic.TopicName, StringComparer.Ordinal).Select(topic => topic.TopicName + string.Join(',', topic.Partitions)));
    }

    private ConsumerMemberClient Member(string id, string? instance = null) => new(_groups, id, instance);

    private static ConsumerGroupHeartbeatRequest Short(ConsumerMemberClient member, bool full = false)
    {
        var request = member.Request();
        if (!full)
            (request.RebalanceTimeoutMs, request.SubscribedTopicNames, request.TopicPartitions) = (-1, null, null);
        return request;
    }
}
