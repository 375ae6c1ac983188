using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>A member of a group of the next generation whose coordinator, clock and caller are the test.</summary>
internal sealed class ConsumerScript(string? instanceId = null, bool leavesOnClose = true)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public ConsumerMembership Member { get; } = new(
        new MembershipSettings
        {
            HeartbeatInterval = TimeSpan.FromSeconds(3),
            MaxPollInterval = MemberScript.MaxPoll,
            Backoff = failures => MemberScript.Backoff * failures,
            InstanceId = instanceId,
            LeavesOnClose = leavesOnClose,
        },
        "own");

    public TimeSpan Now { get; private set; }

    public IReadOnlyList<MembershipEffect> Effects { get; private set; } = [];

    public MembershipEffect.Beat Beat => (MembershipEffect.Beat)Effects.Single(e => e is MembershipEffect.Beat);

    public ConsumerScript Post(MembershipEvent e)
    {
        Effects = [.. Member.Step(e, Now).Where(f => f is not MembershipEffect.Tell)];
        return this;
    }

    public ConsumerScript Subscribe(params string[] topics) => Post(new MembershipEvent.Subscribed(topics));

    public ConsumerScript Pass(TimeSpan time, bool callerAsks = false)
    {
        Now += time;
        return Post(new MembershipEvent.Ticked(callerAsks));
    }

    public CallerRound Serve()
    {
        var round = Member.Take(Now) ?? throw new InvalidOperationException("There is nothing to take.");
        Post(new MembershipEvent.RoundDone(round));
        return round;
    }

    /// <summary>The heartbeat under way is answered, without an assignment.</summary>
    public ConsumerScript Answer(int epoch) => Post(new MembershipEvent.BeatAnswered(
        Beat.Attempt, ErrorCode.None, null, new ConsumerGroupHeartbeatResponse { MemberEpoch = epoch, HeartbeatIntervalMs = (int)Interval.TotalMilliseconds }));

    public ConsumerScript Refuse(ErrorCode error) => Post(new MembershipEvent.BeatAnswered(Beat.Attempt, error, error.Name(), null));

    /// <summary>The heartbeat under way is answered with an assignment, whose names are found.</summary>
    public ConsumerScript Assign(int epoch, params TopicPartition[] partitions)
    {
        var attempt = Beat.Attempt;
        Post(new MembershipEvent.BeatAnswered(attempt, ErrorCode.None, null, new ConsumerGroupHeartbeatResponse
        {
            MemberEpoch = epoch,
            HeartbeatIntervalMs = (int)Interval.TotalMilliseconds,
            Assignment = new ConsumerGroupHeartbeatResponse.AssignmentData(),
        }));
        return Post(new MembershipEvent.Targeted(attempt, partitions));
    }

    /// <summary>Subscribed to t, in the group with epoch 1, with partitions 0 and 1, which were acknowledged.</summary>
    public ConsumerScript Stable()
    {
        Subscribe("t").Serve();
        Assign(1, MemberScript.Of("t", 0, 1)).Serve();
        return Answer(1);
    }
}
