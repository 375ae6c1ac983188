using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups.Consumers;

/// <content>
/// Members of the classic protocol in a consumer group: their generation is the member's epoch, a JoinGroup is a heartbeat that says
/// everything, and SyncGroup brings what the member has. They are sent to join where others would be told by their heartbeat.
/// </content>
internal sealed partial class ConsumerGroup
{
    /// <summary>JoinGroup. <paramref name="draft"/> may hold the conversion that made this group.</summary>
    public void Join(GroupEvent.Join join, ConsumerDraft draft, GroupStep step)
    {
        var isNew = join.MemberId.Length == 0;
        var memberId = isNew ? join.FreshId : join.MemberId;
        var error = IsFull(memberId) ? ErrorCode.GroupMaxSizeReached
            : !Supports(join) ? ErrorCode.InconsistentGroupProtocol
            : isNew && join.NeedsKnownMemberId ? ErrorCode.MemberIdRequired
            : ErrorCode.None;
        if (error != ErrorCode.None)
        {
            step.Answer(join.Ticket, ClassicGroup.JoinRefusal(error == ErrorCode.MemberIdRequired ? memberId : join.MemberId, error));
            return;
        }

        if (ConsumerProtocol.ReadSubscription(join.Protocols[0].Metadata) is not { } subscription)
        {
            step.Answer(join.Ticket, ClassicGroup.JoinRefusal(memberId, ErrorCode.InconsistentGroupProtocol));
            return;
        }

        ConsumerMember? replaced = null;
        ConsumerMember member;
        if (join.InstanceId is { } instance && _idOfInstance.TryGetValue(instance, out var presentId) && _members.TryGetValue(presentId, out var present))
        {
            if (!isNew && presentId != memberId)
            {
                step.Answer(join.Ticket, ClassicGroup.JoinRefusal(memberId, ErrorCode.FencedInstanceId));
                return;
            }

            replaced = isNew ? present : null;
            member = isNew ? Replace(present, memberId, draft) : present;
        }
        else if (join.InstanceId is not null && !isNew)
        {
            step.Answer(join.Ticket, ClassicGroup.JoinRefusal(memberId, ErrorCode.UnknownMemberId));
            return;
        }
        else
        {
            member = _members.GetValueOrDefault(memberId) ?? new ConsumerMember { MemberId = memberId, InstanceId = join.InstanceId };
        }

        var updated = member with
        {
            InstanceId = join.InstanceId ?? member.InstanceId,
            RackId = subscription.RackId ?? member.RackId,
            RebalanceTimeoutMs = join.RebalanceTimeoutMs >= 0 ? join.RebalanceTimeoutMs : member.RebalanceTimeoutMs,
            TopicNames = ConsumerMember.Sorted(subscription.Topics),
            TopicRegex = null,
            ServerAssignor = null,
            ClientId = join.ClientId,
            ClientHost = join.ClientHost,
            Classic = new ClassicSide(join.SessionTimeoutMs, join.Protocols),
        };
        if (replaced is { IsClassic: false } && CanDowngradeWithout(replaced.MemberId, _members.Count))
        {
            Downgrade(updated, [replaced.MemberId], join, step);
            return;
        }

        var reconciled = Update(member, updated, ConsumerProtocol.OwnedOf(subscription, step.Cluster), draft, step);
        if (reconciled is null)
        {
            step.Answer(join.Ticket, ClassicGroup.JoinRefusal(memberId, ErrorCode.UnknownMemberId));
            return;
        }

        var answer = new JoinGroupResponse
        {
            MemberId = memberId,
            GenerationId = reconciled.MemberEpoch,
            ProtocolType = ClassicGroup.ConsumerProtocolType,
            ProtocolName = join.Protocols[0].Name,
            Leader = "",
        };
        Store(draft, step, join.Ticket, answer, after =>
        {
            KeepAlive(memberId, after);
            var times = TimesOf(memberId);
            times.Join = Never;
            times.Sync = after.Now + join.RebalanceTimeoutMs;
            Schedule(times.Sync);
        });
    }

    /// <summary>SyncGroup.</summary>
    public override void Sync(GroupEvent.Sync sync, GroupStep step)
    {
        var error = CheckClassic(sync.MemberId, sync.InstanceId, sync.GenerationId, out var member);
        if (error == ErrorCode.None && ((sync.ProtocolType is { } type && type != ClassicGroup.ConsumerProtocolType)
            || (sync.ProtocolName is { } name && name != member!.Classic!.Protocols[0].Name)))
        {
            error = ErrorCode.InconsistentGroupProtocol;
        }

        if (error == ErrorCode.None && GroupEpoch > member!.MemberEpoch && member.State != MemberState.UnrevokedPartitions)
        {
            SendToJoin(member, step);
            error = ErrorCode.RebalanceInProgress;
        }

        if (error != ErrorCode.None)
        {
            step.Answer(sync.Ticket, ClassicGroup.SyncAnswer(error));
            return;
        }

        TimesOf(member!.MemberId).Sync = Never;
        KeepAlive(member.MemberId, step);
        step.Answer(sync.Ticket, new SyncGroupResponse
        {
            ProtocolType = sync.ProtocolType,
            ProtocolName = sync.ProtocolName,
            Assignment = ConsumerProtocol.WriteAssignment(
                member.Assigned, ConsumerProtocol.VersionOf(member.Classic!.Protocols[0].Metadata), step.Cluster),
        });
    }

    /// <summary>Heartbeat.</summary>
    public override void Heartbeat(GroupEvent.Heartbeat beat, GroupStep step)
    {
        var error = CheckClassic(beat.MemberId, beat.InstanceId, beat.GenerationId, out var member);
        if (error == ErrorCode.None)
        {
            KeepAlive(member!.MemberId, step);

            // A new epoch, something to give up, or something more to get: all of that it learns from its next JoinGroup.
            if (member.MemberEpoch < GroupEpoch || member.State == MemberState.UnrevokedPartitions
                || (member.State == MemberState.UnreleasedPartitions && !WaitsForOthers(member)))
            {
                SendToJoin(member, step);
                error = ErrorCode.RebalanceInProgress;
            }
        }

        step.Answer(beat.Ticket, new HeartbeatResponse { ErrorCode = error });
    }

    /// <summary>LeaveGroup, by members of the classic protocol or by an administrator.</summary>
    public override void Leave(GroupEvent.Leave leave, GroupStep step)
    {
        var answer = new LeaveGroupResponse();
        var leaving = new List<ConsumerMember>();
        foreach (var asked in leave.Members)
        {
            var memberId = asked.MemberId;
            ConsumerMember? member = null;
            ErrorCode error;
            if (asked.GroupInstanceId is { } instance)
            {
                var present = _idOfInstance.GetValueOrDefault(instance);
                error = present is null ? ErrorCode.UnknownMemberId
                    : memberId.Length > 0 && present != memberId ? ErrorCode.FencedInstanceId
                    : ErrorCode.None;
                memberId = error == ErrorCode.None ? present! : memberId;
            }
            else
            {
                error = ErrorCode.None;
            }

            if (error == ErrorCode.None && !_members.TryGetValue(memberId, out member))
            {
                error = ErrorCode.UnknownMemberId;
            }

            if (error == ErrorCode.None && !leaving.Contains(member!))
            {
                leaving.Add(member!);
            }

            answer.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = asked.MemberId,
                GroupInstanceId = asked.GroupInstanceId,
                ErrorCode = error,
            });
        }

        if (leaving.Count == 0)
        {
            step.Answer(leave.Ticket, answer);
            return;
        }

        Remove(leaving, step, leave.Ticket, answer);
    }

    private bool Supports(GroupEvent.Join join)
    {
        if (join.ProtocolType != ClassicGroup.ConsumerProtocolType || join.Protocols.Count == 0)
        {
            return false;
        }

        foreach (var protocol in join.Protocols)
        {
            if (_members.Values.All(member => member.Classic is not { } classic || classic.Protocols.Any(one => one.Name == protocol.Name)))
            {
                return true;
            }
        }

        return false;
    }

    private ErrorCode CheckClassic(string memberId, string? instanceId, int generationId, out ConsumerMember? member)
    {
        if (FindKnown(memberId, instanceId, out var refusal) is not { } known)
        {
            member = null;
            return refusal!.ErrorCode;
        }

        member = known;
        return !known.IsClassic ? ErrorCode.UnknownMemberId
            : known.MemberEpoch != generationId ? ErrorCode.IllegalGeneration
            : ErrorCode.None;
    }

    private bool WaitsForOthers(ConsumerMember member)
    {
        foreach (var (topic, partition) in TargetOf(member.MemberId).All)
        {
            if (!member.Assigned.Has(topic, partition.Partition) && IsTaken(topic, partition.Partition))
            {
                return true;
            }
        }

        return false;
    }

    private void SendToJoin(ConsumerMember member, GroupStep step)
    {
        var times = TimesOf(member.MemberId);
        if (times.Join == Never)
        {
            times.Join = step.Now + member.RebalanceTimeoutMs;
            Schedule(times.Join);
        }
    }
}
