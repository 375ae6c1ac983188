using Samsa.Client;
using Samsa.Client.Consumer.Groups;
using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>The rules of a membership of the next generation (KIP-848), one by one.</summary>
public sealed class ConsumerMembershipTests
{
    private static TopicPartition[] Both => MemberScript.Of("t", 0, 1);

    [Fact]
    public void The_first_heartbeat_says_everything_once_the_caller_asks()
    {
        var script = new ConsumerScript().Subscribe("t", "u");
        Assert.Empty(script.Pass(TimeSpan.FromHours(1)).Effects);

        script.Serve();

        Assert.Equal(("own", 0, true), (script.Beat.Member.MemberId, script.Beat.Member.Generation, script.Beat.IsFull));
        Assert.Equal(["t", "u"], script.Beat.Topics!.Order());
        Assert.Empty(script.Beat.Owned!);
        Assert.Equal(CommitStanding.Joining, script.Member.Standing);
    }

    [Fact]
    public void Partitions_are_taken_where_the_caller_asks_and_acknowledged_at_once()
    {
        var script = new ConsumerScript().Subscribe("t");
        script.Serve();
        script.Assign(1, Both);
        Assert.Empty(script.Effects);
        Assert.Equal((CommitStanding.Member, 1), (script.Member.Standing, script.Member.Member.Generation));

        Assert.Equal(Both, script.Serve().Added);

        Assert.Equal((false, 1), (script.Beat.IsFull, script.Beat.Member.Generation));
        Assert.Equal(Both, script.Beat.Owned);
        Assert.Null(script.Beat.Topics);
        Assert.Empty(script.Answer(1).Effects);
        script.Pass(ConsumerScript.Interval);
        Assert.Null(script.Beat.Owned);
    }

    [Fact]
    public void What_is_not_assigned_any_more_is_given_back_and_acknowledged()
    {
        var script = new ConsumerScript().Stable();
        script.Pass(ConsumerScript.Interval).Assign(2, MemberScript.Of("t", 1));

        // Heartbeats go on while the caller has records in its hands.
        Assert.Null(script.Pass(ConsumerScript.Interval).Beat.Owned);
        script.Answer(2);
        var round = script.Serve();

        Assert.Equal(MemberScript.Of("t", 0), round.Revoked);
        Assert.Empty(round.Added);
        Assert.Equal(MemberScript.Of("t", 1), script.Beat.Owned);
    }

    [Fact]
    public void An_assignment_that_the_member_has_already_is_acknowledged_without_the_caller()
    {
        var script = new ConsumerScript().Stable().Pass(ConsumerScript.Interval).Assign(2, Both);

        Assert.False(script.Member.WantsCaller);
        Assert.Equal(Both, script.Beat.Owned);
    }

    [Fact]
    public void A_member_without_partitions_hears_of_that_once()
    {
        var script = new ConsumerScript().Subscribe("t");
        script.Serve();
        script.Assign(1);

        var round = script.Serve();

        Assert.NotNull(round.Target);
        Assert.Empty(round.Added);
        Assert.Empty(script.Beat.Owned!);
        script.Answer(1).Pass(ConsumerScript.Interval).Assign(2);
        Assert.False(script.Member.WantsCaller);
    }

    [Fact]
    public void The_latest_assignment_counts()
    {
        var script = new ConsumerScript().Stable().Pass(ConsumerScript.Interval);
        var older = script.Beat.Attempt;
        script.Assign(2, MemberScript.Of("t", 0)).Pass(ConsumerScript.Interval).Assign(3, MemberScript.Of("t", 1));
        script.Post(new MembershipEvent.Targeted(older, MemberScript.Of("t", 0)));

        Assert.Equal(MemberScript.Of("t", 0), script.Serve().Revoked);

        // One that comes while the caller works on the one before is next.
        script.Answer(3).Pass(ConsumerScript.Interval).Assign(4, []);
        var round = script.Member.Take(script.Now)!;
        script.Pass(ConsumerScript.Interval).Assign(5, Both);
        script.Post(new MembershipEvent.RoundDone(round));
        Assert.Equal(Both, script.Serve().Added);
    }

    [Theory]
    [InlineData(ErrorCode.FencedMemberEpoch)]
    [InlineData(ErrorCode.UnknownMemberId)]
    public void A_member_that_was_put_out_loses_its_partitions_and_joins_anew(ErrorCode error)
    {
        var script = new ConsumerScript().Stable().Pass(ConsumerScript.Interval).Refuse(error);
        Assert.Equal(CommitStanding.Out, script.Member.Standing);

        Assert.Equal(Both, script.Serve().Lost);

        Assert.Equal(("own", 0, true), (script.Beat.Member.MemberId, script.Beat.Member.Generation, script.Beat.IsFull));
        Assert.Empty(script.Beat.Owned!);
    }

    [Fact]
    public void A_fenced_instance_is_out_for_good()
    {
        var script = new ConsumerScript("i").Stable().Pass(ConsumerScript.Interval).Refuse(ErrorCode.FencedInstanceId);

        var round = script.Serve();
        Assert.Equal(Both, round.Lost);
        Assert.Equal(ErrorCode.FencedInstanceId, Assert.IsType<KafkaException>(round.Failure).ErrorCode);
        Assert.Empty(script.Pass(TimeSpan.FromHours(1), callerAsks: true).Effects);
        Assert.NotNull(script.Serve().Failure);
    }

    [Theory]
    [InlineData(null, -1)]
    [InlineData("i", -2)]
    public void A_caller_that_does_not_ask_costs_the_membership(string? instance, int epoch)
    {
        var script = new ConsumerScript(instance).Stable();
        script.Pass(MemberScript.MaxPoll / 2, callerAsks: true).Answer(1);
        script.Pass(MemberScript.MaxPoll / 2).Answer(1);

        script.Pass(MemberScript.MaxPoll / 2);

        Assert.Equal(epoch, Assert.IsType<MembershipEffect.Leave>(script.Effects.Single()).Member.Generation);
        Assert.Empty(script.Pass(TimeSpan.FromHours(1)).Effects);
        Assert.Equal(Both, script.Serve().Lost);
        Assert.Equal(0, script.Beat.Member.Generation);
    }

    [Theory]
    [InlineData(ErrorCode.NotCoordinator)]
    [InlineData(ErrorCode.CoordinatorLoadInProgress)]
    [InlineData(ErrorCode.NetworkException)]
    public void After_what_may_pass_everything_is_said_again(ErrorCode error)
    {
        var script = new ConsumerScript().Stable().Pass(ConsumerScript.Interval).Refuse(error);
        Assert.Equal(script.Now + MemberScript.Backoff, script.Member.Deadline);

        script.Pass(MemberScript.Backoff);

        Assert.Equal((1, true), (script.Beat.Member.Generation, script.Beat.IsFull));
        Assert.Equal(Both, script.Beat.Owned);
        Assert.Equal(["t"], script.Beat.Topics);
    }

    [Theory]
    [InlineData(ErrorCode.GroupAuthorizationFailed)]
    [InlineData(ErrorCode.UnsupportedAssignor)]
    [InlineData(ErrorCode.UnsupportedVersion)]
    [InlineData(ErrorCode.InvalidRegularExpression)]
    [InlineData(ErrorCode.UnreleasedInstanceId)]
    public void What_cannot_pass_reaches_the_caller_and_the_next_heartbeat_tries_again(ErrorCode error)
    {
        var script = new ConsumerScript().Subscribe("t");
        script.Serve();
        Assert.Empty(script.Refuse(error).Pass(TimeSpan.FromMinutes(1)).Effects);

        Assert.Equal(error, Assert.IsType<KafkaException>(script.Serve().Failure).ErrorCode);

        Assert.True(script.Pass(MemberScript.Backoff).Beat.IsFull);
    }

    [Fact]
    public void Another_subscription_is_said_at_once()
    {
        var script = new ConsumerScript().Stable();
        Assert.Empty(script.Subscribe("t").Effects);
        Assert.Equal(["t", "u"], script.Subscribe("t", "u").Beat.Topics!.Order());
        script.Answer(1);

        script.Post(new MembershipEvent.Subscribed([], "t.*"));

        Assert.Equal((null, "t.*"), (script.Beat.Topics, script.Beat.ServerPattern));
    }

    [Fact]
    public void What_changes_under_a_heartbeat_is_said_after_it()
    {
        var script = new ConsumerScript().Stable().Pass(ConsumerScript.Interval);
        var beat = script.Beat;
        Assert.Empty(script.Subscribe("t", "u").Effects);

        script.Post(new MembershipEvent.BeatAnswered(
            beat.Attempt, ErrorCode.None, null, new() { MemberEpoch = 1, HeartbeatIntervalMs = (int)ConsumerScript.Interval.TotalMilliseconds }));

        Assert.Equal(["t", "u"], script.Beat.Topics!.Order());
    }

    [Fact]
    public void A_refused_commit_asks_the_coordinator_at_once()
    {
        var script = new ConsumerScript().Stable();
        Assert.Empty(script.Post(new MembershipEvent.CommitRefused(ErrorCode.StaleMemberEpoch, new GroupMember(0, "own", null))).Effects);

        Assert.False(script.Post(new MembershipEvent.CommitRefused(ErrorCode.StaleMemberEpoch, script.Member.Member)).Beat.IsFull);
    }

    [Theory]
    [InlineData(null, true, true, -1)]
    [InlineData("i", true, true, -2)]
    [InlineData(null, false, true, null)]
    [InlineData(null, false, false, -1)]
    public void A_member_leaves_at_the_end(string? instance, bool leavesOnClose, bool closing, int? epoch)
    {
        var script = new ConsumerScript(instance, leavesOnClose).Stable();

        script.Post(new MembershipEvent.Ended("the end", closing));

        Assert.Equal(epoch, script.Effects.OfType<MembershipEffect.Leave>().SingleOrDefault()?.Member.Generation);
        Assert.Equal((CommitStanding.Unsubscribed, null), (script.Member.Standing, script.Member.Deadline));
        script.Subscribe("t").Serve();
        Assert.True(script.Beat.IsFull);
    }
}
