using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>Commits, what is read back, deletion, expiry.</summary>
public sealed class GroupOffsetTests
{
    private const long Week = 7L * 24 * 60 * 60 * 1000;

    private readonly GroupHarness _groups = new("group.initial.rebalance.delay.ms=0");

    [Fact]
    public void A_simple_consumer_commits_into_a_group_without_members()
    {
        Assert.Equal(-1, _groups.Committed());
        Assert.Equal(ErrorCode.IllegalGeneration, _groups.Commit(1, "m", 0));
        Assert.Null(_groups.Shard.Find(GroupHarness.Group));

        Assert.Equal(ErrorCode.None, _groups.Commit(5));
        Assert.Equal(5, _groups.Committed());
        Assert.Equal(-1, _groups.Committed(partition: 1));
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Commit(6, "m", 0));
        Assert.Equal(ErrorCode.None, _groups.Commit(5, "m"));
        _groups.Restart();
        Assert.Equal(5, _groups.Committed());
        Assert.Equal("", _groups.Classic.ProtocolTypeName);
    }

    [Fact]
    public void Only_members_of_the_generation_commit_beside_members()
    {
        var member = _groups.Stable()[0];
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Commit(1));
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Commit(1, "nobody", 1));
        Assert.Equal(ErrorCode.IllegalGeneration, _groups.Commit(1, member.MemberId, 0));
        Assert.Equal(ErrorCode.None, _groups.Commit(1, member.MemberId, 1));
        Assert.Equal(1, _groups.Committed());
    }

    [Fact]
    public void Commits_are_taken_while_members_gather_and_sent_back_while_the_assignment_is_awaited()
    {
        var member = _groups.Stable()[0];
        _groups.Join();
        Assert.Equal(ErrorCode.None, _groups.Commit(2, member.MemberId, 1));
        var rejoin = _groups.Join(member.MemberId).Now;
        Assert.Equal(ErrorCode.IllegalGeneration, _groups.Commit(3, member.MemberId, 1));
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Commit(3, member.MemberId, rejoin.GenerationId));
        Assert.Equal(2, _groups.Committed());
    }

    [Fact]
    public void Text_that_is_too_long_is_refused_and_counted_in_bytes()
    {
        var groups = new GroupHarness("offset.metadata.max.bytes=4");
        Assert.Equal(ErrorCode.None, groups.Commit(1, metadata: "abcd"));
        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, groups.Commit(2, metadata: "äöü"));
        Assert.Equal(1, groups.Committed());
    }

    [Fact]
    public void A_commit_that_could_not_be_stored_is_not_seen()
    {
        _groups.FailNext = ErrorCode.MessageTooLarge;
        Assert.Equal(ErrorCode.InvalidCommitOffsetSize, _groups.Commit(1));
        Assert.Equal(-1, _groups.Committed());
    }

    [Fact]
    public void All_offsets_of_a_group_are_named_when_none_are_asked_for()
    {
        _groups.Commit(1, topic: "a", partition: 2);
        _groups.Commit(2, topic: "b");
        _groups.Commit(3, topic: "a", partition: 0);
        var all = _groups.Fetch(GroupHarness.Group).Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal)
            .SelectMany(topic => topic.Partitions.Select(partition => (topic.Name, partition.PartitionIndex, partition.CommittedOffset)));
        Assert.Equal([("a", 0, 3), ("a", 2, 1), ("b", 0, 2)], all);
        Assert.Empty(_groups.Fetch("nobody").Topics);
    }

    [Fact]
    public void A_group_with_members_is_not_deleted_and_one_without_goes_with_its_offsets()
    {
        Assert.Equal(ErrorCode.GroupIdNotFound, _groups.Delete());
        var member = _groups.Stable()[0];
        _groups.Commit(1, member.MemberId, 1);
        Assert.Equal(ErrorCode.NonEmptyGroup, _groups.Delete());
        _groups.Leave(member.MemberId);
        Assert.Equal(ErrorCode.None, _groups.Delete());
        Assert.Equal(ErrorCode.GroupIdNotFound, _groups.Delete());
        Assert.Equal([true, true], _groups.Log.TakeLast(2).Select(record => record.Value is null));
        _groups.Restart();
        Assert.Empty(_groups.Shard.Groups);
    }

    [Fact]
    public void Offsets_are_deleted_unless_a_member_reads_the_topic()
    {
        Assert.Equal(ErrorCode.GroupIdNotFound, DeleteOffsets("t").Error);
        var member = _groups.Stable()[0];
        _groups.Commit(1, member.MemberId, 1, topic: "t");
        _groups.Commit(1, member.MemberId, 1, topic: "old");
        Assert.Equal((ErrorCode.None, ErrorCode.GroupSubscribedToTopic), DeleteOffsets("t"));
        Assert.Equal((ErrorCode.None, ErrorCode.None), DeleteOffsets("old"));
        Assert.Equal((ErrorCode.None, ErrorCode.None), DeleteOffsets("never"));
        Assert.Equal((1, -1), (_groups.Committed(topic: "t"), _groups.Committed(topic: "old")));
        _groups.Restart();
        Assert.Equal((1, -1), (_groups.Committed(topic: "t"), _groups.Committed(topic: "old")));
        _groups.Leave(member.MemberId);
        Assert.Equal((ErrorCode.None, ErrorCode.None), DeleteOffsets("t"));
    }

    [Fact]
    public void Offsets_of_members_that_are_no_consumers_are_not_deleted()
    {
        _groups.Join(type: "connect");
        Assert.Equal(ErrorCode.NonEmptyGroup, DeleteOffsets("t").Error);
    }

    [Fact]
    public void Offsets_of_a_simple_consumer_expire_a_week_after_their_commit()
    {
        _groups.Commit(1);
        _groups.Advance(Week - 1);
        _groups.Do(new GroupEvent.Expire());
        Assert.Equal(1, _groups.Committed());
        _groups.Advance(1);
        _groups.Do(new GroupEvent.Expire());
        Assert.Empty(_groups.Shard.Groups);
        Assert.Null(_groups.Log[^1].Value);
        Assert.Equal(1, _groups.Counts.Expirations);
    }

    [Fact]
    public void Offsets_of_a_group_that_lost_its_members_expire_a_week_after_that()
    {
        var member = _groups.Stable()[0];
        _groups.Commit(1, member.MemberId, 1);
        for (var i = 0; i < 8; i++)
        {
            _groups.Advance(24L * 60 * 60 * 1000 - 1);
            member = _groups.Classic.State == ClassicGroupState.Empty ? _groups.Stable()[0] : member;
        }

        _groups.Leave(member.MemberId);
        _groups.Restart();
        _groups.Advance(Week - 1);
        _groups.Do(new GroupEvent.Expire());
        Assert.Equal(1, _groups.Committed());
        _groups.Advance(1);
        _groups.Do(new GroupEvent.Expire());
        Assert.Empty(_groups.Shard.Groups);
        _groups.Restart();
        Assert.Empty(_groups.Shard.Groups);
    }

    [Fact]
    public void Offsets_of_topics_that_nobody_reads_any_more_expire_beside_members()
    {
        var member = _groups.Stable()[0];
        _groups.Commit(1, member.MemberId, 1, topic: "t");
        _groups.Commit(1, member.MemberId, 1, topic: "old");
        for (long passed = 0; passed < Week; passed += 9_000)
        {
            _groups.Advance(9_000);
            Assert.Equal(ErrorCode.None, _groups.Heartbeat(member.MemberId, 1));
        }

        _groups.Do(new GroupEvent.Expire());
        Assert.Equal((1, -1), (_groups.Committed(topic: "t"), _groups.Committed(topic: "old")));
    }

    [Fact]
    public void An_expiry_that_the_client_asked_for_is_kept()
    {
        _groups.Commit(1, expiry: _groups.Now + 1000);
        _groups.Restart();
        _groups.Advance(999);
        _groups.Do(new GroupEvent.Expire());
        Assert.Equal(1, _groups.Committed());
        _groups.Advance(1);
        _groups.Do(new GroupEvent.Expire());
        Assert.Equal(-1, _groups.Committed());
    }

    [Fact]
    public void Offsets_go_with_their_topic()
    {
        _groups.Commit(1, topic: "a");
        _groups.Commit(1, topic: "b");
        _groups.Do(new GroupEvent.TopicsDeleted(["a", "c"]));
        Assert.Equal((-1, 1), (_groups.Committed(topic: "a"), _groups.Committed(topic: "b")));
        _groups.Restart();
        Assert.Equal((-1, 1), (_groups.Committed(topic: "a"), _groups.Committed(topic: "b")));
    }

    [Fact]
    public void Offsets_of_a_transaction_count_when_it_commits()
    {
        var offset = new CommittedOffset(7, 3, "x", _groups.Now);
        foreach (var (producer, partition) in new[] { (10L, 0), (11L, 1), (12L, 2) })
        {
            var record = GroupRecords.Offset(GroupHarness.Group, new TopicPartition("t", partition), offset);
            Assert.True(_groups.Shard.Replay(record.Key, record.Value!, producer));
        }

        _groups.Shard.ReplayMarker(10, committed: true);
        _groups.Shard.ReplayMarker(11, committed: false);
        _groups.Do(null);

        Assert.Equal((7, -1, -1), (_groups.Committed(partition: 0), _groups.Committed(partition: 1), _groups.Committed(partition: 2)));
        var stable = _groups.Fetch(GroupHarness.Group, true, ("t", 0), ("t", 1), ("t", 2)).Topics.Select(topic => topic.Partitions[0].ErrorCode);
        Assert.Equal([ErrorCode.None, ErrorCode.None, ErrorCode.UnstableOffsetCommit], stable);
    }

    [Fact]
    public void Groups_are_listed_by_state_and_type_in_any_case_of_letters()
    {
        _groups.Stable();
        _groups.Commit(1, group: "simple");
        Assert.Equal(["g consumer Stable classic", "simple  Empty classic"], List([], []));
        Assert.Equal(["g consumer Stable classic"], List(["stable", "Dead"], []));
        Assert.Empty(List(["nonsense"], []));
        Assert.Equal(2, List([], ["CLASSIC"]).Count);
        Assert.Empty(List([], ["consumer"]));
    }

    [Fact]
    public void A_group_is_described_in_full_only_when_it_is_stable()
    {
        var described = Describe();
        Assert.Empty(described.Groups);
        var joins = new[] { _groups.Join(), _groups.Join(instance: "i") };
        _groups.Advance(0);
        var member = Describe().Groups.Single().Members[1];
        Assert.Equal(("i", "client", "/host", 0, 0), (member.GroupInstanceId, member.ClientId, member.ClientHost, member.MemberMetadata.Length, member.MemberAssignment.Length));
        _groups.Sync(joins[0].Now, parts: ["1", "2"]);
        var stable = Describe().Groups.Single();
        Assert.Equal(("Stable", "consumer", "range"), (stable.GroupState, stable.ProtocolType, stable.ProtocolData));
        Assert.Equal("2"u8.ToArray(), stable.Members[1].MemberAssignment.ToArray());
        Assert.Equal(GroupHarness.Subscription("t"), stable.Members[1].MemberMetadata.ToArray());
    }

    private (ErrorCode Error, ErrorCode Partition) DeleteOffsets(string topic)
    {
        var response = new OffsetDeleteResponse();
        var outcome = new OffsetDeleteResponse.OffsetDeleteResponsePartition();
        var answer = new GroupHarness.Answer<OffsetDeleteResponse>(_ => response);
        _groups.Do(new GroupEvent.DeleteOffsets(answer.Ticket, GroupHarness.Group, [new OffsetToDelete(new TopicPartition(topic, 0), outcome)], response));
        return (answer.Now.ErrorCode, outcome.ErrorCode);
    }

    private List<string> List(string[] states, string[] types)
    {
        var answer = new GroupHarness.Answer<ListGroupsResponse>(_ => new ListGroupsResponse());
        _groups.Do(new GroupEvent.List(answer.Ticket, states, types));
        return [.. answer.Now.Groups.Select(group => $"{group.GroupId} {group.ProtocolType} {group.GroupState} {group.GroupType}").Order(StringComparer.Ordinal)];
    }

    private DescribeGroupsResponse Describe()
    {
        var answer = new GroupHarness.Answer<DescribeGroupsResponse>(_ => new DescribeGroupsResponse());
        _groups.Do(new GroupEvent.Describe(answer.Ticket, GroupHarness.Group));
        return answer.Now;
    }
}
