using Samsa.Client;
using Samsa.Client.Consumer.Groups;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>The rules of a classic membership, one by one.</summary>
public sealed class ClassicMembershipTests
{
    private static TopicPartition[] Both => MemberScript.Of("t", 0, 1);

    [Fact]
    public void A_group_is_joined_when_the_caller_asks_and_not_before()
    {
        var script = new MemberScript().Subscribe("t");
        Assert.Empty(script.Effects);
        Assert.Empty(script.Pass(MemberScript.MaxPoll * 2).Effects);

        var round = script.Serve();

        Assert.Empty(round.Lost.Concat(round.Revoked));
        var join = Assert.IsType<MembershipEffect.Join>(script.Effect);
        Assert.Equal(("", -1), (join.Member.MemberId, join.Member.Generation));
        Assert.Equal(["t"], join.Topics);
        Assert.Equal("m-1", Assert.IsType<MembershipEffect.Join>(script.Refuse(ErrorCode.MemberIdRequired).Effect).Member.MemberId);
    }

    [Fact]
    public void The_leader_shares_out_and_a_follower_gets_its_share()
    {
        var follower = new MemberScript().Subscribe("t");
        follower.Serve();
        Assert.Empty(Assert.IsType<MembershipEffect.Sync>(follower.Join(7).Effect).Assignments);

        var leader = new MemberScript().Subscribe("t");
        leader.Serve();
        Assert.IsType<MembershipEffect.Share>(leader.Join(7, leads: true).Effect);
        var sync = Assert.IsType<MembershipEffect.Sync>(leader.Share(("t", 2)).Effect);
        Assert.Equal(("m-1", 7, "range"), (Assert.Single(sync.Assignments).MemberId, sync.Member.Generation, sync.Assignor));

        Assert.False(leader.Member.WantsCaller);
        var round = leader.Sync(Both).Serve();
        Assert.Equal(Both, round.Added);
        Assert.Equal(ClassicPhase.Stable, leader.Member.Phase);
        Assert.Equal(Both, leader.Member.Owned);
    }

    [Fact]
    public void Heartbeats_go_on_while_the_caller_is_busy()
    {
        var script = new MemberScript().Subscribe("t");
        script.Serve();
        script.Join(1).Sync(Both);

        Assert.IsType<MembershipEffect.Heartbeat>(script.Pass(MemberScript.Heartbeat).Effect);
        Assert.Empty(script.Pass(MemberScript.Heartbeat).Effects);
        Assert.Equal(script.Now - MemberScript.Heartbeat - MemberScript.Heartbeat + MemberScript.MaxPoll, script.Member.Deadline);
    }

    [Fact]
    public void An_eager_member_gives_everything_back_before_it_joins_again()
    {
        var script = new MemberScript().Stable("t").Beat(ErrorCode.RebalanceInProgress);
        Assert.Empty(script.Effects);
        Assert.Equal(CommitStanding.Member, script.Member.Standing);
        Assert.IsType<MembershipEffect.Heartbeat>(script.Pass(MemberScript.Heartbeat).Effect);
        script.Refuse(ErrorCode.RebalanceInProgress);

        Assert.Equal(Both, script.Serve().Revoked);

        var join = Assert.IsType<MembershipEffect.Join>(script.Effect);
        Assert.Equal((1, 0), (join.Member.Generation, join.Owned.Count));
        Assert.Equal(CommitStanding.Joining, script.Member.Standing);
        Assert.Equal(MemberScript.Of("t", 1), script.Join(2).Sync(MemberScript.Of("t", 1)).Serve().Added);
    }

    [Fact]
    public void A_cooperative_member_joins_with_what_it_has_and_gives_back_what_goes_elsewhere()
    {
        var script = new MemberScript(cooperative: true).Stable("t").Beat(ErrorCode.RebalanceInProgress);
        var join = Assert.IsType<MembershipEffect.Join>(script.Effect);
        Assert.Equal(Both, join.Owned);

        var round = script.Join(2).Sync(MemberScript.Of("t", 1)).Serve();

        Assert.Equal(MemberScript.Of("t", 0), round.Revoked);
        Assert.Empty(round.Added);
        Assert.Equal(MemberScript.Of("t", 1), round.Target);

        // So that the group can give it to somebody.
        Assert.Equal(MemberScript.Of("t", 1), Assert.IsType<MembershipEffect.Join>(script.Effect).Owned);
        script.Join(3).Sync(MemberScript.Of("t", 1)).Serve();
        Assert.Equal(ClassicPhase.Stable, script.Member.Phase);
    }

    [Theory]
    [InlineData(ErrorCode.UnknownMemberId, "", false)]
    [InlineData(ErrorCode.IllegalGeneration, "m-1", false)]
    [InlineData(ErrorCode.UnknownMemberId, "", true)]
    [InlineData(ErrorCode.IllegalGeneration, "m-1", true)]
    public void A_member_that_was_put_out_loses_its_partitions_and_joins_anew(ErrorCode error, string id, bool cooperative)
    {
        var script = new MemberScript(cooperative).Stable("t").Beat(error);
        Assert.Equal(CommitStanding.Out, script.Member.Standing);

        var round = script.Serve();

        Assert.Equal(Both, round.Lost);
        Assert.Empty(round.Revoked);
        var join = Assert.IsType<MembershipEffect.Join>(script.Effect);
        Assert.Equal((id, -1, 0), (join.Member.MemberId, join.Member.Generation, join.Owned.Count));
    }

    [Theory]
    [InlineData(ErrorCode.UnknownMemberId)]
    [InlineData(ErrorCode.IllegalGeneration)]
    public void A_commit_that_is_refused_says_the_same_unless_the_membership_is_another_one(ErrorCode error)
    {
        var script = new MemberScript().Stable("t");
        script.Post(new MembershipEvent.CommitRefused(error, new GroupMember(0, "m-1", null)));
        Assert.Equal(ClassicPhase.Stable, script.Member.Phase);

        script.Post(new MembershipEvent.CommitRefused(error, script.Member.Member));

        Assert.Equal(Both, script.Serve().Lost);
    }

    [Fact]
    public void A_fenced_member_is_out_for_good()
    {
        var script = new MemberScript(instanceId: "i").Stable("t").Beat(ErrorCode.FencedInstanceId);

        var round = script.Serve();
        Assert.Equal(Both, round.Lost);
        Assert.Equal(ErrorCode.FencedInstanceId, Assert.IsType<KafkaException>(round.Failure).ErrorCode);
        Assert.Empty(script.Pass(TimeSpan.FromHours(1), callerAsks: true).Effects);
        Assert.NotNull(script.Serve().Failure);
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData("i", 0)]
    public void A_caller_that_does_not_ask_costs_the_membership(string? instance, int leaves)
    {
        var script = new MemberScript(instanceId: instance).Stable("t");
        script.Pass(MemberScript.MaxPoll / 2, callerAsks: true).Refuse(ErrorCode.None);
        script.Pass(MemberScript.MaxPoll / 2).Refuse(ErrorCode.None);

        script.Pass(MemberScript.MaxPoll / 2);

        Assert.Equal(leaves, script.Effects.OfType<MembershipEffect.Leave>().Count(l => l.Member == new GroupMember(1, "m-1", instance)));
        Assert.Empty(script.Pass(TimeSpan.FromHours(1)).Effects);
        Assert.Equal(Both, script.Serve().Lost);
        Assert.Equal("", Assert.IsType<MembershipEffect.Join>(script.Effect).Member.MemberId);
    }

    [Fact]
    public void A_caller_that_does_not_take_its_assignment_costs_the_membership_too()
    {
        var script = new MemberScript().Subscribe("t");
        script.Serve();
        script.Join(1).Sync(Both).Pass(MemberScript.MaxPoll);

        Assert.IsType<MembershipEffect.Leave>(script.Effect);
        Assert.Null(script.Serve().Target);
        Assert.IsType<MembershipEffect.Join>(script.Effect);
    }

    [Theory]
    [InlineData(ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ErrorCode.CoordinatorNotAvailable)]
    [InlineData(ErrorCode.NetworkException)]
    public void What_may_pass_is_tried_again_after_a_wait(ErrorCode error)
    {
        var script = new MemberScript().Subscribe("t");
        script.Serve();
        Assert.Empty(script.Refuse(error).Effects);
        Assert.Equal(script.Now + MemberScript.Backoff, script.Member.Deadline);
        Assert.IsType<MembershipEffect.Join>(script.Pass(MemberScript.Backoff).Effect);

        // A coordinator that moved keeps the members; heartbeats look for it.
        Assert.Empty(script.Join(1).Sync(Both).Serve().Lost);
        Assert.Empty(script.Pass(MemberScript.Heartbeat).Refuse(error).Effects);
        Assert.Empty(script.Pass(MemberScript.Backoff / 2).Effects);
        Assert.IsType<MembershipEffect.Heartbeat>(script.Pass(MemberScript.Backoff / 2).Effect);
        Assert.Equal(ClassicPhase.Stable, script.Refuse(ErrorCode.None).Member.Phase);
    }

    [Fact]
    public void A_sync_that_is_refused_joins_again()
    {
        var script = new MemberScript().Subscribe("t");
        script.Serve();
        script.Join(1);
        Assert.Equal(1, Assert.IsType<MembershipEffect.Join>(script.Refuse(ErrorCode.RebalanceInProgress).Effect).Member.Generation);
        script.Join(2);
        Assert.Equal(("m-1", -1), Assert.IsType<MembershipEffect.Join>(script.Refuse(ErrorCode.IllegalGeneration).Effect).Member is var m ? (m.MemberId, m.Generation) : default);
        script.Join(3);
        Assert.Equal("", Assert.IsType<MembershipEffect.Join>(script.Refuse(ErrorCode.UnknownMemberId).Effect).Member.MemberId);
    }

    [Theory]
    [InlineData(ErrorCode.GroupAuthorizationFailed)]
    [InlineData(ErrorCode.InconsistentGroupProtocol)]
    [InlineData(ErrorCode.InvalidSessionTimeout)]
    [InlineData(ErrorCode.GroupMaxSizeReached)]
    public void What_cannot_pass_reaches_the_caller_and_the_next_call_tries_again(ErrorCode error)
    {
        var script = new MemberScript().Subscribe("t");
        script.Serve();

        Assert.Empty(script.Refuse(error).Effects);
        Assert.Equal(error, Assert.IsType<KafkaException>(script.Serve().Failure).ErrorCode);
        Assert.Empty(script.Effects);

        Assert.Null(script.Serve().Failure);
        Assert.IsType<MembershipEffect.Join>(script.Effect);
    }

    [Fact]
    public void Answers_to_an_older_attempt_say_nothing()
    {
        var script = new MemberScript().Stable("t").Pass(MemberScript.Heartbeat);
        var beat = Assert.IsType<MembershipEffect.Heartbeat>(script.Effect);
        script.Post(new MembershipEvent.CommitRefused(ErrorCode.UnknownMemberId, script.Member.Member)).Serve();
        var join = Assert.IsType<MembershipEffect.Join>(script.Effect);

        script.Post(new MembershipEvent.HeartbeatAnswered(beat.Attempt, ErrorCode.FencedInstanceId, null));
        Assert.Equal(ClassicPhase.Joining, script.Member.Phase);
        script.Post(new MembershipEvent.JoinAnswered(join.Attempt - 1, ErrorCode.GroupAuthorizationFailed, null, null));
        Assert.Equal(ClassicPhase.Joining, script.Member.Phase);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_subscription_joins_again_and_gives_back_topics_that_are_gone(bool cooperative)
    {
        var script = new MemberScript(cooperative).Stable("t", "u");
        script.Subscribe("u", "t");
        Assert.Equal(ClassicPhase.Stable, script.Member.Phase);

        script.Subscribe("t", "u", "v");
        if (!cooperative)
        {
            Assert.Equal(Both, script.Serve().Revoked);
        }

        Assert.Equal(["t", "u", "v"], Assert.IsType<MembershipEffect.Join>(script.Effect).Topics.Order());
        script.Join(2).Sync(Both).Serve();

        script.Subscribe("u", "v");
        Assert.Equal(Both, script.Serve().Revoked);
        Assert.Empty(Assert.IsType<MembershipEffect.Join>(script.Effect).Owned);
    }

    [Fact]
    public void An_assignment_of_a_topic_that_is_not_subscribed_to_any_more_is_not_taken()
    {
        var script = new MemberScript().Subscribe("t");
        script.Serve();
        script.Join(1);
        var sync = Assert.IsType<MembershipEffect.Sync>(script.Effect);
        script.Subscribe("u").Post(new MembershipEvent.SyncAnswered(sync.Attempt, ErrorCode.None, null, new MemberAssignment(Both)));

        Assert.False(script.Member.WantsCaller);
        Assert.Equal(["u"], Assert.IsType<MembershipEffect.Join>(script.Pass(MemberScript.Backoff).Effect).Topics);
    }

    [Fact]
    public void New_partitions_make_the_leader_join_again_and_nobody_else()
    {
        var follower = new MemberScript(cooperative: true).Stable("t");
        Assert.Empty(follower.Post(new MembershipEvent.Counted(2, new Dictionary<string, int> { ["t"] = 9 })).Effects);

        var leader = new MemberScript(cooperative: true).Subscribe("t");
        leader.Serve();
        leader.Join(1, leads: true);
        var attempt = Assert.IsType<MembershipEffect.Share>(leader.Effect).Attempt;
        leader.Share(("t", 2)).Sync(Both).Serve();
        Assert.Empty(leader.Post(new MembershipEvent.Counted(attempt, new Dictionary<string, int> { ["t"] = 2 })).Effects);
        Assert.Empty(leader.Post(new MembershipEvent.Counted(attempt - 1, new Dictionary<string, int> { ["t"] = 3 })).Effects);

        leader.Post(new MembershipEvent.Counted(attempt, new Dictionary<string, int> { ["t"] = 3 }));

        Assert.IsType<MembershipEffect.Join>(leader.Effect);
    }

    [Fact]
    public void A_rebalance_while_the_assignment_waits_comes_after_it()
    {
        var script = new MemberScript().Subscribe("t");
        script.Serve();
        script.Join(1).Sync(Both).Beat(ErrorCode.RebalanceInProgress);

        Assert.Equal(Both, script.Serve().Added);
        Assert.Equal(Both, script.Serve().Revoked);
        Assert.IsType<MembershipEffect.Join>(script.Effect);
    }

    [Fact]
    public void A_caller_that_gives_up_takes_the_same_again()
    {
        var script = new MemberScript().Stable("t").Beat(ErrorCode.RebalanceInProgress);
        var round = script.Member.Take(script.Now)!;
        Assert.False(script.Member.WantsCaller);
        Assert.Null(script.Member.Take(script.Now));

        script.Post(new MembershipEvent.RoundReturned(round));

        Assert.Equal(round.Revoked, script.Serve().Revoked);
    }

    [Fact]
    public void A_member_that_is_put_out_while_its_caller_gives_back_loses_nothing_twice()
    {
        var script = new MemberScript().Stable("t").Beat(ErrorCode.RebalanceInProgress).Pass(MemberScript.Heartbeat);
        var beat = (MembershipEffect.Heartbeat)script.Effect;
        var round = script.Member.Take(script.Now)!;
        script.Post(new MembershipEvent.HeartbeatAnswered(beat.Attempt, ErrorCode.UnknownMemberId, null));
        Assert.False(script.Member.WantsCaller);

        script.Post(new MembershipEvent.RoundDone(round));

        Assert.Equal("", Assert.IsType<MembershipEffect.Join>(script.Effect).Member.MemberId);
    }

    [Theory]
    [InlineData(null, true, false, true)]
    [InlineData(null, true, true, true)]
    [InlineData(null, false, true, false)]
    [InlineData(null, false, false, true)]
    [InlineData("i", true, true, false)]
    [InlineData("i", true, false, false)]
    public void A_member_leaves_at_the_end_unless_it_is_static_or_shall_not(string? instance, bool leavesOnClose, bool closing, bool leaves)
    {
        var script = new MemberScript(instanceId: instance, leavesOnClose: leavesOnClose).Stable("t");

        script.Post(new MembershipEvent.Ended("the end", closing));

        Assert.Equal(leaves, script.Effects.OfType<MembershipEffect.Leave>().Any(l => l.Reason == "the end"));
        Assert.Equal((CommitStanding.Unsubscribed, null), (script.Member.Standing, script.Member.Deadline));
        script.Subscribe("t").Serve();
        Assert.Equal("", Assert.IsType<MembershipEffect.Join>(script.Effect).Member.MemberId);
    }
}
