using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>SyncGroup, Heartbeat, LeaveGroup, sessions, static members.</summary>
public sealed class ClassicMemberTests
{
    private readonly GroupHarness _groups = new("group.initial.rebalance.delay.ms=0");

    [Fact]
    public void Followers_wait_for_the_leader_and_each_gets_its_part()
    {
        var joins = new[] { _groups.Join(), _groups.Join() };
        _groups.Advance(0);
        Assert.Equal(ErrorCode.None, _groups.Heartbeat(joins[0].Now.MemberId, 1));
        var follower = _groups.Sync(joins[1].Now);
        Assert.True(follower.IsWaiting);
        var leader = _groups.Sync(joins[0].Now, parts: ["one", "two"]);
        Assert.Equal("one"u8.ToArray(), leader.Now.Assignment.ToArray());
        Assert.Equal("two"u8.ToArray(), follower.Now.Assignment.ToArray());
        Assert.Equal(("consumer", "range"), (follower.Now.ProtocolType, follower.Now.ProtocolName));

        // Whoever asks again is answered from what is known.
        Assert.Equal("two"u8.ToArray(), _groups.Sync(joins[1].Now).Now.Assignment.ToArray());
    }

    [Fact]
    public void Sync_checks_member_generation_and_protocol()
    {
        var member = _groups.Stable()[0];
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Sync("nobody", 1).Now.ErrorCode);
        Assert.Equal(ErrorCode.IllegalGeneration, _groups.Sync(member.MemberId, 2).Now.ErrorCode);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _groups.Sync(member.MemberId, 1, type: "connect").Now.ErrorCode);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _groups.Sync(member.MemberId, 1, protocol: "sticky").Now.ErrorCode);
        Assert.Equal(ErrorCode.None, _groups.Sync(member.MemberId, 1, type: "consumer", protocol: "range").Now.ErrorCode);
        _groups.Join(member.MemberId);
        _groups.Join();
        _groups.Join();
        Assert.Equal(ErrorCode.IllegalGeneration, _groups.Sync(member.MemberId, 1).Now.ErrorCode);
    }

    [Fact]
    public void Sync_during_a_rebalance_is_sent_back_to_join()
    {
        var members = _groups.Stable(2);
        _groups.Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Sync(members[0].MemberId, 1).Now.ErrorCode);
    }

    [Fact]
    public void A_join_while_the_assignment_is_awaited_sends_everybody_back_to_join()
    {
        var joins = new[] { _groups.Join(), _groups.Join() };
        _groups.Advance(0);
        var follower = _groups.Sync(joins[1].Now);
        _groups.Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, follower.Now.ErrorCode);
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Sync(joins[0].Now, parts: ["1", "2"]).Now.ErrorCode);
    }

    [Fact]
    public void Who_never_asks_for_its_assignment_is_removed_after_the_rebalance_timeout()
    {
        var joins = new[] { _groups.Join(rebalance: 20_000), _groups.Join(rebalance: 20_000) };
        _groups.Advance(0);
        _groups.Sync(joins[0].Now, parts: ["1", "2"]);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(ErrorCode.None, _groups.Heartbeat(joins[0].Now.MemberId, 1));
            Assert.Equal(ErrorCode.None, _groups.Heartbeat(joins[1].Now.MemberId, 1));
            _groups.Advance(1000);
        }

        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Heartbeat(joins[1].Now.MemberId, 1));
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(joins[0].Now.MemberId, 1));
    }

    [Fact]
    public void A_silent_member_is_removed_when_its_session_is_over()
    {
        var members = _groups.Stable(2);
        _groups.Advance(9_999);
        Assert.Equal(ErrorCode.None, _groups.Heartbeat(members[0].MemberId, 1));
        _groups.Advance(1);
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(members[0].MemberId, 1));
        var rejoin = _groups.Join(members[0].MemberId).Now;
        Assert.Equal((2, 1), (rejoin.GenerationId, rejoin.Members.Count));
    }

    [Fact]
    public void A_commit_keeps_a_session_alive()
    {
        var member = _groups.Stable()[0];
        for (var i = 0; i < 5; i++)
        {
            _groups.Advance(9_000);
            Assert.Equal(ErrorCode.None, _groups.Commit(i, member.MemberId, 1));
        }
    }

    [Fact]
    public void Heartbeats_name_what_is_wrong()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Heartbeat("nobody", 1));
        var member = _groups.Stable()[0];
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Heartbeat("nobody", 1));
        Assert.Equal(ErrorCode.IllegalGeneration, _groups.Heartbeat(member.MemberId, 0));
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Heartbeat(member.MemberId, 1, "instance"));
        Assert.Equal(ErrorCode.None, _groups.Leave(member.MemberId));
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Heartbeat(member.MemberId, 1));
    }

    [Fact]
    public void The_last_to_leave_leaves_an_empty_generation_behind()
    {
        var member = _groups.Stable()[0];
        Assert.Equal(ErrorCode.None, _groups.Leave(member.MemberId));
        Assert.Equal((ClassicGroupState.Empty, 2, null, null), (_groups.Classic.State, _groups.Classic.GenerationId, _groups.Classic.ProtocolName, _groups.Classic.LeaderId));
        var stored = GroupRecords.ReadValue<GroupMetadataValue>(_groups.Log[^1].Value);
        Assert.Equal((2, null, null, 0), (stored.Generation, stored.Protocol, stored.Leader, stored.Members.Count));

        // Another kind of group may begin where nobody is left.
        var other = _groups.Join(type: "connect", protocols: ["c"]);
        _groups.Advance(0);
        Assert.Equal(("connect", 3), (other.Now.ProtocolType, other.Now.GenerationId));
    }

    [Fact]
    public void A_member_that_leaves_makes_the_others_share_anew()
    {
        var members = _groups.Stable(3);
        Assert.Equal(ErrorCode.None, _groups.Leave(members[0].MemberId));
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Leave(members[0].MemberId));
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Leave("nobody"));
        var second = _groups.Join(members[1].MemberId);
        _groups.Join(members[2].MemberId);
        Assert.Equal((2, members[1].MemberId), (second.Now.GenerationId, second.Now.Leader));
    }

    [Fact]
    public void Requests_of_a_member_that_leaves_are_answered()
    {
        var joins = new[] { _groups.Join(), _groups.Join(), _groups.Join() };
        _groups.Advance(0);
        var sync = _groups.Sync(joins[1].Now);
        _groups.Leave(joins[1].Now.MemberId);
        Assert.Equal(ErrorCode.UnknownMemberId, sync.Now.ErrorCode);
        var join = _groups.Join(joins[2].Now.MemberId);
        _groups.Leave(joins[2].Now.MemberId);
        Assert.Equal(ErrorCode.UnknownMemberId, join.Now.ErrorCode);
    }

    [Fact]
    public void A_static_member_that_comes_back_goes_on_without_a_rebalance()
    {
        var members = _groups.Stable(2, ["a", "b"]);
        var back = _groups.Join(instance: "b").Now;
        Assert.Equal((ErrorCode.None, 1, members[0].MemberId), (back.ErrorCode, back.GenerationId, back.Leader));
        Assert.NotEqual(members[1].MemberId, back.MemberId);
        Assert.StartsWith("b-", back.MemberId, StringComparison.Ordinal);
        Assert.Equal("part 1"u8.ToArray(), _groups.Sync(back, "b").Now.Assignment.ToArray());

        // The one who still has the old id is fenced, everywhere.
        Assert.Equal(ErrorCode.FencedInstanceId, _groups.Heartbeat(members[1].MemberId, 1, "b"));
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Heartbeat(members[1].MemberId, 1));
        Assert.Equal(ErrorCode.FencedInstanceId, _groups.Join(members[1].MemberId, "b").Now.ErrorCode);
        Assert.Equal(ErrorCode.FencedInstanceId, _groups.Sync(members[1].MemberId, 1, "b").Now.ErrorCode);
        Assert.Equal(ErrorCode.FencedInstanceId, _groups.Commit(5, members[1].MemberId, 1, instance: "b"));
        Assert.Equal(ErrorCode.FencedInstanceId, _groups.Leave(members[1].MemberId, "b"));

        // The new id is in the log.
        _groups.Restart();
        Assert.Equal(ErrorCode.None, _groups.Heartbeat(back.MemberId, 1, "b"));
    }

    [Fact]
    public void A_static_leader_that_comes_back_learns_whether_it_may_skip_the_assignment()
    {
        var members = _groups.Stable(2, ["a", "b"]);
        var old = _groups.Join(instance: "a").Now;
        Assert.Equal((members[0].MemberId, false, 0), (old.Leader, old.SkipAssignment, old.Members.Count));
        var skipping = _groups.Join(instance: "a", maySkip: true).Now;
        Assert.Equal((skipping.MemberId, true, 2), (skipping.Leader, skipping.SkipAssignment, skipping.Members.Count));
        var follower = _groups.Join(instance: "b", maySkip: true).Now;
        Assert.Equal((skipping.MemberId, false, 0), (follower.Leader, follower.SkipAssignment, follower.Members.Count));
    }

    [Fact]
    public void A_static_member_that_comes_back_with_another_protocol_starts_a_rebalance_when_the_choice_changes()
    {
        _groups.Stable(1, ["a"]);
        Assert.True(_groups.Join(instance: "a", protocols: ["other", "range"]).Now.GenerationId == 2);
    }

    [Fact]
    public void A_static_member_whose_new_id_cannot_be_stored_keeps_the_old_one()
    {
        var member = _groups.Stable(1, ["a"])[0];
        _groups.FailNext = ErrorCode.RecordListTooLarge;
        Assert.Equal(ErrorCode.RecordListTooLarge, _groups.Join(instance: "a").Now.ErrorCode);
        Assert.Equal(ErrorCode.None, _groups.Heartbeat(member.MemberId, 1, "a"));
        Assert.Equal(member.MemberId, _groups.Classic.LeaderId);
    }

    [Fact]
    public void Static_members_may_be_away_for_a_rebalance()
    {
        var members = _groups.Stable(2, ["a", "b"]);
        var second = _groups.Join(members[1].MemberId, "b", protocols: ["range", "x"], rebalance: 7_000);
        _groups.Heartbeat(members[0].MemberId, 1, "a");
        for (var i = 0; i < 60 && second.IsWaiting; i++)
        {
            _groups.Advance(1000);
            _groups.Heartbeat(members[0].MemberId, 1, "a");
        }

        Assert.Equal((2, 2, members[1].MemberId), (second.Now.GenerationId, second.Now.Members.Count, second.Now.Leader));
    }

    [Fact]
    public void An_administrator_removes_a_static_member_by_its_instance()
    {
        _groups.Stable(2, ["a", "b"]);
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Leave("", "c"));
        Assert.Equal(ErrorCode.None, _groups.Leave("", "b"));
        Assert.Single(_groups.Classic.Members);
    }

    [Fact]
    public void A_static_member_that_comes_back_while_the_assignment_is_awaited_starts_a_rebalance()
    {
        var joins = new[] { _groups.Join(instance: "a"), _groups.Join(instance: "b") };
        _groups.Advance(0);
        var sync = _groups.Sync(joins[1].Now, "b");
        var back = _groups.Join(instance: "b");
        Assert.Equal(ErrorCode.FencedInstanceId, sync.Now.ErrorCode);
        Assert.True(back.IsWaiting);
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(joins[0].Now.MemberId, 1, "a"));
    }

    [Fact]
    public void Members_have_their_session_to_come_back_after_a_restart()
    {
        var members = _groups.Stable(2);
        _groups.Advance(9_000);
        _groups.Restart();
        _groups.Advance(9_000);
        Assert.Equal(ErrorCode.None, _groups.Heartbeat(members[0].MemberId, 1));
        Assert.Equal("part 1"u8.ToArray(), _groups.Sync(members[1]).Now.Assignment.ToArray());
        _groups.Advance(9_000);
        Assert.Equal(ErrorCode.None, _groups.Heartbeat(members[0].MemberId, 1));
        _groups.Advance(2_000);
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(members[0].MemberId, 1));
    }

    [Fact]
    public void Requests_that_wait_are_refused_when_the_partition_goes()
    {
        var members = _groups.Stable(2);
        var join = _groups.Join(members[0].MemberId);
        _groups.Restart();
        Assert.Equal(ErrorCode.NotCoordinator, join.Now.ErrorCode);
    }
}
