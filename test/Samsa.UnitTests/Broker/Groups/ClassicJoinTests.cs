using Samsa.Broker.Groups;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

public sealed class ClassicJoinTests
{
    private readonly GroupHarness _groups = new("group.initial.rebalance.delay.ms=3000");

    [Fact]
    public void The_first_join_waits_for_the_initial_delay_and_leads()
    {
        var join = _groups.Join();
        _groups.Advance(2999);
        Assert.True(join.IsWaiting);
        _groups.Advance(1);

        var answer = join.Now;
        Assert.Equal((ErrorCode.None, 1, "range", answer.MemberId), (answer.ErrorCode, answer.GenerationId, answer.ProtocolName, answer.Leader));
        Assert.Equal("client-1", answer.MemberId);
        Assert.Single(answer.Members);
        Assert.Equal(ClassicGroupState.CompletingRebalance, _groups.Classic.State);
    }

    [Fact]
    public void The_initial_delay_is_extended_by_whoever_comes_meanwhile_but_not_beyond_the_rebalance_timeout()
    {
        var first = _groups.Join(rebalance: 7000);
        _groups.Advance(2000);
        var second = _groups.Join(rebalance: 7000);
        _groups.Advance(2000);
        Assert.True(first.IsWaiting);
        var third = _groups.Join(rebalance: 7000);
        _groups.Advance(2999);
        Assert.True(first.IsWaiting);
        _groups.Advance(1);

        Assert.Equal(3, first.Now.Members.Count);
        Assert.Empty(second.Now.Members);
        Assert.Equal(first.Now.MemberId, third.Now.Leader);
    }

    [Fact]
    public void A_member_without_id_is_given_one_and_waited_for()
    {
        var refused = _groups.Join(known: true).Now;
        Assert.Equal((ErrorCode.MemberIdRequired, "client-1", -1), (refused.ErrorCode, refused.MemberId, refused.GenerationId));

        var join = _groups.Join(refused.MemberId, known: true);
        _groups.Advance(3000);
        Assert.Equal(refused.MemberId, join.Now.MemberId);
    }

    [Fact]
    public void A_pending_member_holds_up_a_rebalance_until_its_session_is_over()
    {
        var member = _groups.Stable()[0];
        var pending = _groups.Join(known: true, session: 6000).Now;
        var rejoin = _groups.Join(member.MemberId);
        Assert.True(rejoin.IsWaiting);
        _groups.Advance(5999);
        Assert.True(rejoin.IsWaiting);
        _groups.Advance(1);
        Assert.Equal(2, rejoin.Now.GenerationId);
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Join(pending.MemberId).Now.ErrorCode);
    }

    [Fact]
    public void A_pending_member_can_leave()
    {
        var member = _groups.Stable()[0];
        var pending = _groups.Join(known: true).Now;
        var rejoin = _groups.Join(member.MemberId);
        Assert.Equal(ErrorCode.None, _groups.Leave(pending.MemberId));
        Assert.False(rejoin.IsWaiting);
    }

    [Fact]
    public void A_member_that_the_group_does_not_know_is_told_so()
    {
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Join("nobody").Now.ErrorCode);
        _groups.Stable();
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Join("nobody").Now.ErrorCode);
    }

    [Theory]
    [InlineData("", "range")]
    [InlineData("consumer", "")]
    public void An_empty_group_asks_for_a_type_and_a_protocol(string type, string protocols) =>
        Assert.Equal(
            ErrorCode.InconsistentGroupProtocol,
            _groups.Join(type: type, protocols: protocols.Split(',', StringSplitOptions.RemoveEmptyEntries)).Now.ErrorCode);

    [Fact]
    public void A_member_that_shares_no_protocol_is_refused()
    {
        _groups.Join(protocols: ["range", "sticky"]);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _groups.Join(protocols: ["roundrobin"]).Now.ErrorCode);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _groups.Join(type: "connect").Now.ErrorCode);
        Assert.True(_groups.Join(protocols: ["sticky"]).IsWaiting);

        // The first still offers range, but not all know it any more.
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _groups.Join(protocols: ["range"]).Now.ErrorCode);
    }

    [Fact]
    public void The_protocol_that_most_prefer_is_chosen_among_those_that_all_know()
    {
        var first = _groups.Join(protocols: ["a", "b", "c"]);
        _groups.Join(protocols: ["b", "a"]);
        _groups.Join(protocols: ["c", "b", "a"]);
        _groups.Advance(6000);
        Assert.Equal("b", first.Now.ProtocolName);
    }

    [Fact]
    public void A_rebalance_ends_as_soon_as_all_are_there_and_drops_who_is_late()
    {
        var members = _groups.Stable(2);
        var newcomer = _groups.Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(members[0].MemberId, 1));
        var first = _groups.Join(members[0].MemberId);
        Assert.True(newcomer.IsWaiting);
        var second = _groups.Join(members[1].MemberId);
        Assert.Equal([2, 2, 2], new[] { newcomer, first, second }.Select(one => one.Now.GenerationId));

        _groups.Sync(first.Now);
        var another = _groups.Join(rebalance: 30_000);
        _groups.Join(newcomer.Now.MemberId);
        for (var i = 0; i < 60; i++)
        {
            _groups.Heartbeat(members[0].MemberId, 2);
            _groups.Heartbeat(members[1].MemberId, 2);
            Assert.True(another.IsWaiting);
            _groups.Advance(1000);
        }

        Assert.Equal(3, another.Now.GenerationId);
        Assert.Equal(2, _groups.Classic.Members.Count);
        Assert.Equal(ErrorCode.UnknownMemberId, _groups.Heartbeat(members[0].MemberId, 2));
    }

    [Fact]
    public void A_new_leader_is_one_that_has_come_when_the_old_one_is_late()
    {
        var members = _groups.Stable(2);
        var second = _groups.Join(members[1].MemberId, protocols: ["range", "other"]);
        _groups.Advance(9_000);
        Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(members[0].MemberId, 1));
        _groups.Advance(60_000);
        Assert.Equal(members[1].MemberId, second.Now.Leader);
    }

    [Fact]
    public void A_stable_group_answers_a_follower_that_says_nothing_new_and_rebalances_for_its_leader()
    {
        var members = _groups.Stable(2);
        var again = _groups.Join(members[1].MemberId).Now;
        Assert.Equal((1, members[0].MemberId), (again.GenerationId, again.Leader));
        Assert.Empty(again.Members);

        Assert.True(_groups.Join(members[0].MemberId).IsWaiting);
        Assert.Equal(ClassicGroupState.PreparingRebalance, _groups.Classic.State);
    }

    [Fact]
    public void A_member_that_missed_the_answer_gets_it_again_while_the_assignment_is_awaited()
    {
        var join = _groups.Join();
        _groups.Advance(3000);
        var again = _groups.Join(join.Now.MemberId).Now;
        Assert.Equal((ErrorCode.None, 1), (again.ErrorCode, again.GenerationId));
        Assert.Single(again.Members);
    }

    [Fact]
    public void A_join_that_comes_twice_leaves_no_request_unanswered()
    {
        var member = _groups.Stable(2)[0];
        var first = _groups.Join(member.MemberId);
        var second = _groups.Join(member.MemberId);
        Assert.Equal(ErrorCode.RebalanceInProgress, first.Now.ErrorCode);
        Assert.True(second.IsWaiting);
    }

    [Fact]
    public void A_new_member_whose_join_waits_too_long_is_given_up()
    {
        var member = _groups.Stable()[0];
        var newcomer = _groups.Join(rebalance: int.MaxValue, session: 6000);
        for (var i = 0; i < 5 * 60 - 1; i++)
        {
            _groups.Advance(1000);
            Assert.Equal(ErrorCode.RebalanceInProgress, _groups.Heartbeat(member.MemberId, 1));
        }

        Assert.True(newcomer.IsWaiting);
        _groups.Advance(1000);
        Assert.Equal((ErrorCode.UnknownMemberId, ""), (newcomer.Now.ErrorCode, newcomer.Now.MemberId));
    }

    [Fact]
    public void Group_max_size_lets_in_the_first_who_come()
    {
        var groups = new GroupHarness("group.max.size=2");
        var members = groups.Stable(2);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, groups.Join().Now.ErrorCode);
        var rejoin = groups.Join(members[0].MemberId);
        Assert.True(groups.Join().IsWaiting);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, groups.Join().Now.ErrorCode);
        Assert.Equal(ErrorCode.GroupMaxSizeReached, groups.Join(members[1].MemberId).Now.ErrorCode);
        Assert.Equal(2, rejoin.Now.GenerationId);
    }

    [Fact]
    public void Members_that_the_log_has_beyond_the_limit_must_join_anew()
    {
        var groups = new GroupHarness();
        var members = groups.Stable(3);
        var smaller = new GroupHarness("group.max.size=2");
        smaller.Log.AddRange(groups.Log);
        smaller.Restart();
        Assert.Equal(ErrorCode.RebalanceInProgress, smaller.Heartbeat(members[0].MemberId, 1));
    }

    [Fact]
    public void A_failing_append_of_the_assignment_makes_all_join_again()
    {
        var join = _groups.Join();
        _groups.Advance(3000);
        _groups.FailNext = ErrorCode.MessageTooLarge;
        Assert.Equal(ErrorCode.MessageTooLarge, _groups.Sync(join.Now, parts: "p").Now.ErrorCode);
        Assert.Equal(ClassicGroupState.PreparingRebalance, _groups.Classic.State);
    }
}
