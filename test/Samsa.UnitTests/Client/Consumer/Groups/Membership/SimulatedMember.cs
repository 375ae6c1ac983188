using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Client.Consumer.Groups.Membership;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Broker.Groups;

namespace Samsa.UnitTests.Client.Consumer.Groups.Membership;

/// <summary>One consumer of a <see cref="MembershipLife"/>: the client's own state machine, its requests under way, and a caller that may be slow.</summary>
internal sealed class SimulatedMember(string? instance, bool cooperative)
{
    private readonly PartitionAssignor _assignor = cooperative ? new CooperativeStickyAssignor() : new RangeAssignor();
    private ClassicMembership _state = null!;
    private CallerRound? _round;
    private (int Attempt, GroupHarness.Answer<JoinGroupResponse> Answer)? _join;
    private (int Attempt, GroupHarness.Answer<SyncGroupResponse> Answer)? _sync;

    /// <summary>Whether the process runs.</summary>
    public bool Lives { get; private set; }

    public ClassicMembership State => _state;

    /// <summary>What the program may be reading.</summary>
    public IReadOnlyCollection<TopicPartition> Owned => Lives ? _state.Owned : [];

    public bool IsAtRest => Lives && _state.Phase == ClassicPhase.Stable && !_state.WantsCaller && _round is null;

    public void Start(GroupHarness groups)
    {
        _state = new ClassicMembership(new MembershipSettings
        {
            HeartbeatInterval = TimeSpan.FromSeconds(3),
            MaxPollInterval = TimeSpan.FromSeconds(60),
            Backoff = static failures => TimeSpan.FromMilliseconds(100 * failures),
            InstanceId = instance,
            IsCooperative = cooperative,
        });
        Lives = true;
        Post(groups, new MembershipEvent.Subscribed([MembershipLife.Topic]));
    }

    /// <summary>The process dies, and nobody says so.</summary>
    public void Die()
    {
        Lives = false;
        _round = null;
        _join = null;
        _sync = null;
    }

    public void Close(GroupHarness groups)
    {
        Post(groups, new MembershipEvent.Ended("closed", IsClosing: true));
        Die();
    }

    /// <summary>The caller begins what it has to do, or is through with it.</summary>
    public void Serve(GroupHarness groups)
    {
        if (_round is { } round)
        {
            _round = null;
            _assignor.OnAssignment(round.Assignment ?? MemberAssignment.None, new("g", round.Member.Generation, round.Member.MemberId, instance));
            Post(groups, new MembershipEvent.RoundDone(round));
        }
        else
        {
            _round = _state.Take(Now(groups));
        }
    }

    public void Tick(GroupHarness groups, bool callerAsked) => Post(groups, new MembershipEvent.Ticked(callerAsked));

    /// <summary>Hears the answers that have come.</summary>
    public void Listen(GroupHarness groups)
    {
        if (_join is { Answer.IsWaiting: false } join)
        {
            _join = null;
            var answer = join.Answer.Now;
            Post(groups, new MembershipEvent.JoinAnswered(join.Attempt, answer.ErrorCode, null, answer));
        }

        if (_sync is { Answer.IsWaiting: false } sync)
        {
            _sync = null;
            var answer = sync.Answer.Now;
            Post(groups, new MembershipEvent.SyncAnswered(
                sync.Attempt, answer.ErrorCode, null, answer.ErrorCode == ErrorCode.None ? ConsumerProtocol.DecodeAssignment(answer.Assignment) : null));
        }
    }

    private static TimeSpan Now(GroupHarness groups) => TimeSpan.FromMilliseconds(groups.Now);

    private void Post(GroupHarness groups, MembershipEvent e)
    {
        foreach (var effect in _state.Step(e, Now(groups)).ToArray())
        {
            Carry(groups, effect);
        }
    }

    private void Carry(GroupHarness groups, MembershipEffect effect)
    {
        switch (effect)
        {
            case MembershipEffect.Join join:
                var subscription = new MemberSubscription(join.Member.MemberId, [.. join.Topics])
                {
                    UserData = _assignor.SubscriptionUserData([.. join.Topics]),
                    OwnedPartitions = [.. join.Owned],
                    Generation = join.Member.Generation,
                };
                _join = (join.Attempt, groups.JoinWith(_assignor.Name, ConsumerProtocol.Encode(subscription), join.Member.MemberId, instance, rebalance: 60_000));
                break;
            case MembershipEffect.Share share:
                var members = share.Joined.Members.ConvertAll(m => ConsumerProtocol.DecodeSubscription(m.Metadata, m.MemberId, m.GroupInstanceId));
                var topics = new Dictionary<string, AssignableTopic> { [MembershipLife.Topic] = new(MembershipLife.Topic, MembershipLife.Partitions) };
                var shares = share.Joined.SkipAssignment ? new Dictionary<string, MemberAssignment>() : _assignor.Assign(topics, members);
                Post(groups, new MembershipEvent.Shared(
                    share.Attempt,
                    [.. shares.Select(s => new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = s.Key, Assignment = ConsumerProtocol.Encode(s.Value) })],
                    new Dictionary<string, int> { [MembershipLife.Topic] = MembershipLife.Partitions },
                    null));
                break;
            case MembershipEffect.Sync sync:
                _sync = (sync.Attempt, groups.Sync(
                    sync.Member.MemberId, sync.Member.Generation, instance, "consumer", sync.Assignor,
                    sync.Assignments.ToDictionary(a => a.MemberId, a => a.Assignment.ToArray())));
                break;
            case MembershipEffect.Heartbeat beat:
                Post(groups, new MembershipEvent.HeartbeatAnswered(beat.Attempt, groups.Heartbeat(beat.Member.MemberId, beat.Member.Generation, instance), null));
                break;
            case MembershipEffect.Leave leave:
                groups.Leave(leave.Member.MemberId, instance);
                break;
            default:
                break;
        }
    }
}
