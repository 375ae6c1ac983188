using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>A member of a classic group whose coordinator, clock and caller are the test.</summary>
internal sealed class MemberScript
{
    public const string MemberId = "m-1";

    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan MaxPoll = TimeSpan.FromSeconds(300);
    public static readonly TimeSpan Backoff = TimeSpan.FromSeconds(1);

    public MemberScript(bool cooperative = false, string? instanceId = null, bool leavesOnClose = true) => Member = new ClassicMembership(new MembershipSettings
    {
        HeartbeatInterval = Heartbeat,
        MaxPollInterval = MaxPoll,
        Backoff = failures => Backoff * failures,
        InstanceId = instanceId,
        IsCooperative = cooperative,
        LeavesOnClose = leavesOnClose,
    });

    public ClassicMembership Member { get; }

    public TimeSpan Now { get; private set; }

    /// <summary>What the last event caused, log lines aside.</summary>
    public IReadOnlyList<MembershipEffect> Effects { get; private set; } = [];

    public MembershipEffect Effect => Effects.Single();

    public static TopicPartition[] Of(string topic, params int[] partitions) => [.. partitions.Select(p => new TopicPartition(topic, p))];

    public MemberScript Post(MembershipEvent e)
    {
        Effects = [.. Member.Step(e, Now).Where(f => f is not MembershipEffect.Tell)];
        return this;
    }

    public MemberScript Subscribe(params string[] topics) => Post(new MembershipEvent.Subscribed(topics));

    /// <summary>Time passes, and the membership is told.</summary>
    public MemberScript Pass(TimeSpan time, bool callerAsks = false)
    {
        Now += time;
        return Post(new MembershipEvent.Ticked(callerAsks));
    }

    /// <summary>The caller takes what there is and is through with it.</summary>
    public CallerRound Serve()
    {
        var round = Member.Take(Now) ?? throw new InvalidOperationException("There is nothing to take.");
        Post(new MembershipEvent.RoundDone(round));
        return round;
    }

    public MemberScript Refuse(ErrorCode error) => Effect switch
    {
        MembershipEffect.Join join => Post(new MembershipEvent.JoinAnswered(
            join.Attempt, error, error.Name(), new JoinGroupResponse { MemberId = error == ErrorCode.MemberIdRequired ? MemberId : "" })),
        MembershipEffect.Sync sync => Post(new MembershipEvent.SyncAnswered(sync.Attempt, error, error.Name(), null)),
        MembershipEffect.Heartbeat beat => Post(new MembershipEvent.HeartbeatAnswered(beat.Attempt, error, error.Name())),
        var other => throw new InvalidOperationException($"{other} has no answer."),
    };

    /// <summary>The join under way succeeds.</summary>
    public MemberScript Join(int generation, bool leads = false)
    {
        var join = (MembershipEffect.Join)Effect;
        return Post(new MembershipEvent.JoinAnswered(join.Attempt, ErrorCode.None, null, new JoinGroupResponse
        {
            GenerationId = generation,
            MemberId = MemberId,
            Leader = leads ? MemberId : "m-0",
            ProtocolName = "range",
        }));
    }

    /// <summary>The leader has shared the partitions out.</summary>
    public MemberScript Share(params (string Topic, int Count)[] topics)
    {
        var share = (MembershipEffect.Share)Effect;
        return Post(new MembershipEvent.Shared(
            share.Attempt, [new() { MemberId = MemberId }], topics.ToDictionary(t => t.Topic, t => t.Count), null));
    }

    public MemberScript Sync(params TopicPartition[] partitions)
    {
        var sync = (MembershipEffect.Sync)Effect;
        return Post(new MembershipEvent.SyncAnswered(sync.Attempt, ErrorCode.None, null, new MemberAssignment(partitions)));
    }

    /// <summary>Subscribed to the topics and stable in generation 1, with partitions 0 and 1 of the first.</summary>
    public MemberScript Stable(params string[] topics)
    {
        Subscribe(topics).Serve();
        Refuse(ErrorCode.MemberIdRequired).Join(1).Sync(Of(topics[0], 0, 1)).Serve();
        return this;
    }

    /// <summary>The next heartbeat is answered.</summary>
    public MemberScript Beat(ErrorCode answer) => Pass(Heartbeat).Refuse(answer);
}
