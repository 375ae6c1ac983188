using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// A member of a group of the next generation (KIP-848): it has one request, ConsumerGroupHeartbeat, which says what changed at the member and answers what it
/// shall have. The coordinator moves one partition after the other: what is not in its answer is given back, and then acknowledged by naming what is left.
/// </summary>
internal sealed partial class ConsumerMembership(MembershipSettings settings, string memberId) : MembershipState
{
    private const int NoEpoch = -1;
    private const int JoiningEpoch = 0;
    private const int LeavingEpoch = -1;

    // A static member leaves for a while: the coordinator keeps its partitions until its session ends.
    private const int PausingEpoch = -2;

    private ConsumerPhase _phase;
    private string _memberId = memberId;
    private int _epoch = NoEpoch;
    private HashSet<string> _topics = [];
    private string? _serverPattern;
    private HashSet<TopicPartition> _owned = [];
    private HashSet<TopicPartition>? _target;

    // Whether the caller heard what it has since it joined: an idle member wants to know that it is one.
    private bool _hasHeard;
    private CallerRound? _round;
    private bool _awaitsCaller;

    // What the coordinator does not know yet.
    private bool _saysEverything;
    private bool _saysSubscription;
    private bool _saysOwned;

    // Grows with every heartbeat; the assignment that counts is that of the latest one which brought any.
    private int _attempt;
    private int _assignmentAttempt;
    private bool _inFlight;
    private TimeSpan _due;
    private TimeSpan _interval = settings.HeartbeatInterval;
    private int _failures;
    private TimeSpan _callerSeen;
    private Exception? _failure;

    public ConsumerPhase Phase => _phase;

    public override bool WantsCaller => _round is null && _phase switch
    {
        ConsumerPhase.Idle => false,
        ConsumerPhase.Failed => true,
        ConsumerPhase.Waiting => _awaitsCaller || _owned.Count > 0,
        _ => _failure is not null || _target is not null,
    };

    public override TimeSpan? Deadline
    {
        get
        {
            if (_phase is not (ConsumerPhase.Joining or ConsumerPhase.Member))
            {
                return null;
            }

            var silence = _callerSeen + settings.MaxPollInterval;
            return _inFlight || silence < _due ? silence : _due;
        }
    }

    public override CommitStanding Standing => _phase switch
    {
        ConsumerPhase.Idle => CommitStanding.Unsubscribed,
        ConsumerPhase.Member => CommitStanding.Member,
        ConsumerPhase.Joining => CommitStanding.Joining,
        _ => CommitStanding.Out,
    };

    public override GroupMember Member => new(_epoch, _memberId, settings.InstanceId);

    public override IReadOnlyCollection<TopicPartition> Owned => _owned;

    public override Exception? Failure => _phase == ConsumerPhase.Failed ? _failure : null;

    public override CallerRound? Take(TimeSpan now)
    {
        if (!WantsCaller)
        {
            return null;
        }

        _callerSeen = now;
        if (_phase is ConsumerPhase.Waiting or ConsumerPhase.Failed)
        {
            return _round = new CallerRound { Lost = [.. _owned], Failure = _failure };
        }

        if (_target is not { } target)
        {
            return _round = new CallerRound { Failure = _failure };
        }

        _target = null;
        return _round = new CallerRound
        {
            Revoked = [.. _owned.Where(p => !target.Contains(p))],
            Target = target,
            Added = [.. target.Where(p => !_owned.Contains(p))],
            Member = Member,
        };
    }

    protected override void Handle(MembershipEvent e, TimeSpan now)
    {
        switch (e)
        {
            case MembershipEvent.Subscribed subscribed:
                Subscribe(subscribed, now);
                break;
            case MembershipEvent.Ticked tick:
                Tick(tick.CallerAsked, now);
                break;
            case MembershipEvent.BeatAnswered answer when answer.Attempt == _attempt && _inFlight:
                _inFlight = false;
                Answered(answer, now);
                break;
            case MembershipEvent.Targeted targeted when targeted.Attempt == _assignmentAttempt && _phase == ConsumerPhase.Member:
                Aim(targeted.Partitions, now);
                break;
            case MembershipEvent.CommitRefused refused when refused.Member == Member && _phase == ConsumerPhase.Member:
                // The next heartbeat tells what it means.
                _due = now;
                break;
            case MembershipEvent.RoundDone done when done.Round == _round:
                RoundDone(done.Round, now);
                break;
            case MembershipEvent.RoundReturned returned when returned.Round == _round:
                _round = null;
                _target ??= returned.Round.Target is { } target ? [.. target] : null;
                break;
            case MembershipEvent.Ended ended:
                End(ended);
                break;
            default:
                break;
        }

        Look(now);
    }

    private void Subscribe(MembershipEvent.Subscribed subscribed, TimeSpan now)
    {
        if (_phase != ConsumerPhase.Idle && _topics.SetEquals(subscribed.Topics) && _serverPattern == subscribed.ServerPattern)
        {
            return;
        }

        _topics = [.. subscribed.Topics];
        _serverPattern = subscribed.ServerPattern;
        _saysSubscription = true;
        _due = now;
        if (_phase == ConsumerPhase.Idle)
        {
            _phase = ConsumerPhase.Waiting;
            _awaitsCaller = true;
        }
    }

    private void Tick(bool callerAsked, TimeSpan now)
    {
        if (callerAsked)
        {
            _callerSeen = now;
        }

        if (_phase is ConsumerPhase.Joining or ConsumerPhase.Member && now - _callerSeen >= settings.MaxPollInterval)
        {
            var limit = settings.MaxPollInterval.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
            Tell(LogLevel.Warning, $"leaves the group until its caller asks again: it did not for max.poll.interval.ms = {limit}");
            Leave("the consumer was not asked for max.poll.interval.ms");
            _awaitsCaller = true;
            Lose();
        }
    }

    /// <summary>What the coordinator wants the member to have.</summary>
    private void Aim(IReadOnlyCollection<TopicPartition> partitions, TimeSpan now)
    {
        _target = [.. partitions];
        if (_round is null && _hasHeard && _target.SetEquals(_owned))
        {
            _target = null;
            Acknowledge(now);
        }
    }

    private void Acknowledge(TimeSpan now)
    {
        _saysOwned = true;
        _due = now;
    }

    private void RoundDone(CallerRound round, TimeSpan now)
    {
        _round = null;
        _owned.ExceptWith(round.Lost);
        _owned.ExceptWith(round.Revoked);
        if (round.Target is not null)
        {
            _owned = [.. round.Target];
            _hasHeard = true;
            if (_target is not null && _target.SetEquals(_owned))
            {
                _target = null;
            }

            if (_phase == ConsumerPhase.Member)
            {
                Acknowledge(now);
            }
        }

        if (_phase == ConsumerPhase.Waiting)
        {
            _awaitsCaller = false;
        }

        if (round.Failure is not null && round.Failure == _failure && _phase != ConsumerPhase.Failed)
        {
            // The caller knows, and another heartbeat may do better.
            _failure = null;
            _saysEverything = true;
            _due = now + settings.Backoff(1);
        }
    }

    private void Look(TimeSpan now)
    {
        if (_phase == ConsumerPhase.Waiting && _round is null && !_awaitsCaller && _owned.Count == 0)
        {
            _phase = ConsumerPhase.Joining;
            _epoch = JoiningEpoch;
            _hasHeard = false;
            _saysEverything = true;
            _due = now;
        }

        if (_phase is ConsumerPhase.Joining or ConsumerPhase.Member && !_inFlight && _failure is null && _due <= now)
        {
            Beat(now);
        }
    }

    private void Beat(TimeSpan now)
    {
        _inFlight = true;
        _attempt++;
        _due = now + _interval;
        var saysSubscription = _saysEverything || _saysSubscription;
        var saysOwned = _saysEverything || _saysOwned;
        Do(new MembershipEffect.Beat(
            _attempt,
            Member,
            _saysEverything,
            saysSubscription && _serverPattern is null ? _topics : null,
            saysSubscription ? _serverPattern : null,
            saysOwned ? [.. _owned] : null));
        _saysEverything = false;
        _saysSubscription = false;
        _saysOwned = false;
    }

    private void Lose()
    {
        _attempt++;
        _assignmentAttempt = -1;
        _inFlight = false;
        _epoch = NoEpoch;
        _target = null;
        _phase = ConsumerPhase.Waiting;
    }

    private void Leave(string reason)
    {
        if (_phase is ConsumerPhase.Joining or ConsumerPhase.Member && _memberId.Length > 0)
        {
            Do(new MembershipEffect.Leave(Member with { Generation = settings.InstanceId is null ? LeavingEpoch : PausingEpoch }, reason));
        }
    }

    private void End(MembershipEvent.Ended ended)
    {
        if (!ended.IsClosing || settings.LeavesOnClose)
        {
            Leave(ended.Reason);
        }

        Lose();
        _phase = ConsumerPhase.Idle;
        _owned.Clear();
        _topics = [];
        _serverPattern = null;
        _round = null;
        _failure = null;
        _failures = 0;
    }
}
