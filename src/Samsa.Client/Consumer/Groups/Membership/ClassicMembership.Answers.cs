using Microsoft.Extensions.Logging;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <content>What the coordinator says.</content>
internal sealed partial class ClassicMembership
{
    private void Joined(MembershipEvent.JoinAnswered e, TimeSpan now)
    {
        switch (e.Error)
        {
            case ErrorCode.None:
                Take(e.Answer!, now);
                break;
            case ErrorCode.MemberIdRequired:
                _memberId = e.Answer!.MemberId;
                _phase = ClassicPhase.Ready;
                break;
            case ErrorCode.UnknownMemberId:
                Tell(LogLevel.Information, "is not known by the coordinator, and joins as a new member");
                Lose(forgetId: true, "the coordinator does not know the member", now);
                BackOff(now);
                break;
            case ErrorCode.RebalanceInProgress:
                TryAgain(now);
                break;
            default:
                Refused("cannot join the group", e.Error, e.Text, now);
                break;
        }
    }

    private void Take(JoinGroupResponse answer, TimeSpan now)
    {
        _failures = 0;
        _generation = answer.GenerationId;
        _memberId = answer.MemberId;
        _assignor = answer.ProtocolName;
        _shared = null;
        var leads = answer.Leader == answer.MemberId;
        Tell(LogLevel.Information, $"joined generation {_generation} as {_memberId}{(leads ? ", and leads it" : "")}");
        if (leads)
        {
            _phase = ClassicPhase.Sharing;
            Do(new MembershipEffect.Share(_attempt, answer));
            return;
        }

        Sync([]);
    }

    private void SharedOut(MembershipEvent.Shared e)
    {
        if (e.Failure is { } failure)
        {
            Fail(failure, isFinal: false);
            return;
        }

        _shared = e.Partitions;
        _counted = null;
        Sync(e.Assignments);
    }

    private void Sync(List<SyncGroupRequest.SyncGroupRequestAssignment> assignments)
    {
        _phase = ClassicPhase.Syncing;
        Do(new MembershipEffect.Sync(_attempt, Member, _assignor, assignments));
    }

    private void Synced(MembershipEvent.SyncAnswered e, TimeSpan now)
    {
        switch (e.Error)
        {
            case ErrorCode.None:
                _heartbeatDue = now + settings.HeartbeatInterval;
                _heartbeatFailures = 0;
                foreach (var partition in e.Assignment!.Partitions)
                {
                    if (!_topics.Contains(partition.Topic))
                    {
                        // The subscription changed meanwhile, or the leader believes in another one.
                        Prepare($"the assignment has {partition}, to whose topic this member does not subscribe", now);
                        BackOff(now);
                        return;
                    }
                }

                _assignment = e.Assignment;
                _phase = ClassicPhase.Completing;
                break;
            case ErrorCode.RebalanceInProgress:
                Prepare("the group rebalances again", now);
                break;
            case ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration:
                Lost(e.Error, now);
                break;
            default:
                Refused("got no assignment", e.Error, e.Text, now);
                break;
        }
    }

    private void HeartbeatAnswered(MembershipEvent.HeartbeatAnswered e, TimeSpan now)
    {
        _heartbeatInFlight = false;
        switch (e.Error)
        {
            case ErrorCode.None:
                _heartbeatFailures = 0;
                break;
            case ErrorCode.RebalanceInProgress:
                _heartbeatFailures = 0;
                _rejoinReason ??= _phase == ClassicPhase.Preparing ? null : "the group rebalances";
                break;
            case ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration:
                Lost(e.Error, now);
                break;
            case ErrorCode.FencedInstanceId:
                Fenced(e.Text);
                break;
            default:
                if (e.Error.IsRetriable())
                {
                    _heartbeatDue = now + settings.Backoff(++_heartbeatFailures);
                    break;
                }

                Fail(new KafkaException(e.Error, $"The heartbeat was refused: {e.Text}"), isFinal: false);
                break;
        }
    }

    private void CommitRefused(ErrorCode error, TimeSpan now)
    {
        if (error is ErrorCode.UnknownMemberId or ErrorCode.IllegalGeneration)
        {
            Lost(error, now);
        }
        else if (error == ErrorCode.FencedInstanceId)
        {
            Fenced(null);
        }
    }

    private void Lost(ErrorCode error, TimeSpan now)
    {
        Tell(LogLevel.Warning, $"was put out of the group: {error.Name()}");
        Lose(forgetId: error == ErrorCode.UnknownMemberId, "the member was put out of the group", now);
    }

    private void Fenced(string? text)
    {
        Forget(forgetId: true);
        Fail(
            new KafkaException(
                ErrorCode.FencedInstanceId, text ?? $"Another consumer joined the group under group.instance.id '{settings.InstanceId}'; this one is out."),
            isFinal: true);
    }

    private void Refused(string what, ErrorCode error, string? text, TimeSpan now)
    {
        if (error == ErrorCode.FencedInstanceId)
        {
            Fenced(null);
        }
        else if (error.IsRetriable())
        {
            if (_failures > 0)
            {
                Tell(LogLevel.Warning, $"{what}: {text ?? error.Name()}");
            }

            TryAgain(now);
        }
        else
        {
            Fail(new KafkaException(error, $"The consumer {what}: {text ?? error.Name()}"), isFinal: false);
        }
    }

    private void TryAgain(TimeSpan now)
    {
        _phase = ClassicPhase.Ready;
        BackOff(now);
    }

    private void BackOff(TimeSpan now) => _notBefore = now + settings.Backoff(++_failures);
}
