using Microsoft.Extensions.Logging;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <content>What the coordinator says.</content>
internal sealed partial class ConsumerMembership
{
    private void Answered(MembershipEvent.BeatAnswered e, TimeSpan now)
    {
        switch (e.Error)
        {
            case ErrorCode.None:
                Take(e, now);
                break;
            case ErrorCode.FencedMemberEpoch or ErrorCode.UnknownMemberId when _phase == ConsumerPhase.Member:
                Tell(LogLevel.Warning, $"was put out of the group: {e.Error.Name()}");
                Lose();
                _due = now;
                break;
            case ErrorCode.FencedInstanceId:
                Lose();
                _phase = ConsumerPhase.Failed;
                _failure = new KafkaException(
                    e.Error, $"Another consumer joined the group under group.instance.id '{settings.InstanceId}'; this one is out. {e.Text}");
                break;
            default:
                Refused(e, now);
                break;
        }
    }

    private void Take(MembershipEvent.BeatAnswered e, TimeSpan now)
    {
        var answer = e.Answer!;
        _failures = 0;
        _interval = answer.HeartbeatIntervalMs > 0 ? TimeSpan.FromMilliseconds(answer.HeartbeatIntervalMs) : _interval;
        _due = _due < now + _interval && !_saysOwned && !_saysSubscription ? now + _interval : _due;
        if (answer.MemberId is { Length: > 0 } id)
        {
            _memberId = id;
        }

        if (_phase == ConsumerPhase.Joining)
        {
            _phase = ConsumerPhase.Member;
            Tell(LogLevel.Information, $"joined as {_memberId} with epoch {answer.MemberEpoch}");
        }

        _epoch = answer.MemberEpoch;
        if (answer.Assignment is { } assignment)
        {
            _assignmentAttempt = e.Attempt;
            Do(new MembershipEffect.Resolve(e.Attempt, assignment));
        }
    }

    private void Refused(MembershipEvent.BeatAnswered e, TimeSpan now)
    {
        // Whether the coordinator took what was said is not known.
        _saysEverything = true;
        _failures++;
        _due = now + settings.Backoff(_failures);
        if (e.Error.IsRetriable() || e.Error == ErrorCode.UnknownMemberId)
        {
            if (_failures > 1)
            {
                Tell(LogLevel.Warning, $"gets no answer to its heartbeat: {e.Text ?? e.Error.Name()}");
            }

            return;
        }

        _failure = new KafkaException(e.Error, $"The consumer cannot be a member of the group: {e.Text ?? e.Error.Name()}");
    }
}
