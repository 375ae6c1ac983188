using System.Globalization;
using Microsoft.Extensions.Logging;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// A member of a classic group: JoinGroup, SyncGroup, Heartbeat, LeaveGroup. It goes through <see cref="ClassicPhase"/> from top to bottom, and back to
/// <see cref="ClassicPhase.Preparing"/> when the group rebalances. Where it has nothing to give back it joins again without its caller.
/// </summary>
internal sealed partial class ClassicMembership(MembershipSettings settings) : MembershipState
{
    private const int NoGeneration = -1;

    private ClassicPhase _phase;
    private HashSet<string> _topics = [];
    private HashSet<string> _joinedTopics = [];
    private HashSet<TopicPartition> _owned = [];
    private CallerRound? _round;
    private string _memberId = "";
    private int _generation = NoGeneration;
    private string? _assignor;
    private MemberAssignment? _assignment;

    // The first round of a membership waits for the caller: who never asks takes no partitions from the others.
    private bool _awaitsCaller;
    private string _reason = "";
    private string? _rejoinReason;

    // Grows with every request that stands for all of the membership, so that late answers are known.
    private int _attempt;
    private int _failures;
    private TimeSpan _notBefore;

    private TimeSpan _heartbeatDue;
    private int _heartbeatFailures;
    private bool _heartbeatInFlight;
    private TimeSpan _callerSeen;

    // Of the leader: the partitions that it shared out, and those that there are.
    private IReadOnlyDictionary<string, int>? _shared;
    private IReadOnlyDictionary<string, int>? _counted;

    private Exception? _failure;
    private bool _failureIsFinal;

    public ClassicPhase Phase => _phase;

    public override bool WantsCaller => _round is null && _phase switch
    {
        ClassicPhase.Completing or ClassicPhase.Failed => true,
        ClassicPhase.Preparing => _awaitsCaller || MustGiveBack(),
        _ => false,
    };

    public override TimeSpan? Deadline
    {
        get
        {
            TimeSpan? next = _phase == ClassicPhase.Ready ? _notBefore : null;
            if (Beats && !_heartbeatInFlight)
            {
                next = Earlier(next, _heartbeatDue);
            }

            return IsWatched ? Earlier(next, _callerSeen + settings.MaxPollInterval) : next;
        }
    }

    public override CommitStanding Standing => _phase switch
    {
        ClassicPhase.Idle => CommitStanding.Unsubscribed,
        ClassicPhase.Preparing or ClassicPhase.Completing or ClassicPhase.Stable or ClassicPhase.Failed =>
            _generation >= 0 ? CommitStanding.Member : CommitStanding.Out,
        _ => CommitStanding.Joining,
    };

    public override GroupMember Member => new(_generation, _memberId, settings.InstanceId);

    public override IReadOnlyCollection<TopicPartition> Owned => _owned;

    public override Exception? Failure => _failureIsFinal ? _failure : null;

    // The coordinator is told that the member lives unless it waits for an answer that says as much.
    private bool Beats => _generation >= 0 && _phase is ClassicPhase.Preparing or ClassicPhase.Completing or ClassicPhase.Stable;

    // Only a member that holds partitions, or is about to, can keep them from others.
    private bool IsWatched => _phase switch
    {
        ClassicPhase.Idle or ClassicPhase.Failed => false,
        ClassicPhase.Preparing => _generation >= 0,
        _ => true,
    };

    public override CallerRound? Take(TimeSpan now)
    {
        if (!WantsCaller)
        {
            return null;
        }

        _callerSeen = now;
        return _round = _phase switch
        {
            ClassicPhase.Failed => new CallerRound { Failure = _failure, Lost = _generation < 0 ? [.. _owned] : [] },
            ClassicPhase.Completing => Completion(),
            _ => _generation < 0 ? new CallerRound { Lost = [.. _owned] } : new CallerRound { Revoked = [.. _owned.Where(IsGivenBack)] },
        };
    }

    protected override void Handle(MembershipEvent e, TimeSpan now)
    {
        switch (e)
        {
            case MembershipEvent.Subscribed subscribed:
                _topics = [.. subscribed.Topics];
                if (_phase == ClassicPhase.Idle)
                {
                    _awaitsCaller = true;
                    Prepare("the consumer subscribed", now);
                }

                break;
            case MembershipEvent.Ticked tick:
                Tick(tick.CallerAsked, now);
                break;
            case MembershipEvent.JoinAnswered answer when answer.Attempt == _attempt && _phase == ClassicPhase.Joining:
                Joined(answer, now);
                break;
            case MembershipEvent.Shared shared when shared.Attempt == _attempt && _phase == ClassicPhase.Sharing:
                SharedOut(shared);
                break;
            case MembershipEvent.SyncAnswered answer when answer.Attempt == _attempt && _phase == ClassicPhase.Syncing:
                Synced(answer, now);
                break;
            case MembershipEvent.HeartbeatAnswered answer when answer.Attempt == _attempt && _heartbeatInFlight:
                HeartbeatAnswered(answer, now);
                break;
            case MembershipEvent.CommitRefused refused when refused.Member == Member && Standing == CommitStanding.Member:
                CommitRefused(refused.Error, now);
                break;
            case MembershipEvent.Counted counted when counted.Attempt == _attempt:
                _counted = counted.Partitions;
                break;
            case MembershipEvent.RoundDone done when done.Round == _round:
                RoundDone(done.Round, now);
                break;
            case MembershipEvent.RoundReturned returned when returned.Round == _round:
                _round = null;
                break;
            case MembershipEvent.Ended ended:
                End(ended);
                break;
            default:
                break;
        }

        Look(now);
    }

    private static TimeSpan Earlier(TimeSpan? one, TimeSpan other) => one is { } first && first < other ? first : other;

    private bool IsGivenBack(TopicPartition partition) => !settings.IsCooperative || !_topics.Contains(partition.Topic);

    private bool MustGiveBack()
    {
        if (_generation < 0)
        {
            return _owned.Count > 0;
        }

        foreach (var partition in _owned)
        {
            if (IsGivenBack(partition))
            {
                return true;
            }
        }

        return false;
    }

    private CallerRound Completion()
    {
        HashSet<TopicPartition> target = [.. _assignment!.Partitions];
        return new CallerRound
        {
            Revoked = [.. _owned.Where(p => !target.Contains(p))],
            Target = target,
            Added = [.. target.Where(p => !_owned.Contains(p))],
            Assignment = _assignment,
            Assignor = _assignor,
            Member = Member,
        };
    }

    private void RoundDone(CallerRound round, TimeSpan now)
    {
        _round = null;
        _owned.ExceptWith(round.Lost);
        _owned.ExceptWith(round.Revoked);
        if (round.Target is not null)
        {
            _owned = [.. round.Target];
        }

        switch (_phase)
        {
            case ClassicPhase.Preparing:
                _awaitsCaller = false;
                break;
            case ClassicPhase.Failed when round.Failure == _failure && !_failureIsFinal:
                // The caller knows; whether it goes on is seen when it asks again.
                _awaitsCaller = true;
                Prepare("the last attempt failed", now);
                break;
            case ClassicPhase.Completing when round.Assignment == _assignment:
                _phase = ClassicPhase.Stable;
                _assignment = null;
                if (settings.IsCooperative && round.Revoked.Count > 0)
                {
                    _rejoinReason ??= "partitions were given back, for other members";
                }

                break;
            default:
                break;
        }
    }

    // What follows from the state alone, whatever happened.
    private void Look(TimeSpan now)
    {
        if (_phase == ClassicPhase.Stable && ReasonToRejoin() is { } reason)
        {
            Tell(LogLevel.Information, $"joins again: {reason}");
            Prepare(reason, now);
        }

        if (_phase == ClassicPhase.Preparing && _round is null && !_awaitsCaller && !MustGiveBack())
        {
            _phase = ClassicPhase.Ready;
        }

        if (_phase == ClassicPhase.Ready && _notBefore <= now)
        {
            _phase = ClassicPhase.Joining;
            _attempt++;
            _heartbeatInFlight = false;
            _rejoinReason = null;
            _joinedTopics = _topics;
            Do(new MembershipEffect.Join(_attempt, Member, _joinedTopics, [.. _owned], _reason));
        }
    }

    private string? ReasonToRejoin()
    {
        if (_rejoinReason is not null)
        {
            return _rejoinReason;
        }

        if (_joinedTopics != _topics && !_joinedTopics.SetEquals(_topics))
        {
            return "the subscription changed";
        }

        return _shared is not null && _counted is not null && !AreSame(_shared, _counted) ? "partitions of the group's topics changed" : null;
    }

    private static bool AreSame(IReadOnlyDictionary<string, int> one, IReadOnlyDictionary<string, int> other)
    {
        if (one.Count != other.Count)
        {
            return false;
        }

        foreach (var (topic, count) in one)
        {
            if (!other.TryGetValue(topic, out var now) || now != count)
            {
                return false;
            }
        }

        return true;
    }

    private void Tick(bool callerAsked, TimeSpan now)
    {
        if (callerAsked)
        {
            _callerSeen = now;
        }

        if (IsWatched && now - _callerSeen >= settings.MaxPollInterval)
        {
            var limit = settings.MaxPollInterval.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
            Tell(LogLevel.Warning, $"leaves the group until its caller asks again: it did not for max.poll.interval.ms = {limit}");
            Leave("the consumer was not asked for max.poll.interval.ms");
            _awaitsCaller = true;
            Lose(forgetId: true, "the caller did not ask for too long", now);
            return;
        }

        if (Beats && !_heartbeatInFlight && _heartbeatDue <= now)
        {
            _heartbeatInFlight = true;
            _heartbeatDue = now + settings.HeartbeatInterval;
            Do(new MembershipEffect.Heartbeat(_attempt, Member));
        }
    }

    private void Prepare(string reason, TimeSpan now)
    {
        _phase = ClassicPhase.Preparing;
        _reason = reason;
        _notBefore = now;
    }

    /// <summary>The membership is gone, and with it the right to the partitions.</summary>
    private void Lose(bool forgetId, string reason, TimeSpan now)
    {
        Forget(forgetId);
        Prepare(reason, now);
    }

    private void Forget(bool forgetId)
    {
        _attempt++;
        _generation = NoGeneration;
        _heartbeatInFlight = false;
        _assignment = null;
        _rejoinReason = null;
        _shared = null;
        if (forgetId)
        {
            _memberId = "";
        }
    }

    private void Fail(Exception failure, bool isFinal)
    {
        _phase = ClassicPhase.Failed;
        _failure = failure;
        _failureIsFinal = isFinal;
        _attempt++;
        _heartbeatInFlight = false;
    }

    private void Leave(string reason)
    {
        // A static member stays known until its session ends, so that it can come back to its partitions (KIP-345).
        if (settings.InstanceId is null && _memberId.Length > 0)
        {
            Do(new MembershipEffect.Leave(Member, reason));
        }
    }

    private void End(MembershipEvent.Ended ended)
    {
        if (!ended.IsClosing || settings.LeavesOnClose)
        {
            Leave(ended.Reason);
        }

        Forget(forgetId: true);
        _phase = ClassicPhase.Idle;
        _owned.Clear();
        _topics = [];
        _joinedTopics = [];
        _round = null;
        _counted = null;
        _failure = null;
        _failureIsFinal = false;
        _failures = 0;
    }
}
