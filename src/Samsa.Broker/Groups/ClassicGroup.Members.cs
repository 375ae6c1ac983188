using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <content>SyncGroup, Heartbeat, LeaveGroup: what members do after they joined.</content>
internal sealed partial class ClassicGroup
{
    /// <summary>SyncGroup: the leader brings the assignment, the others fetch theirs.</summary>
    public override void Sync(GroupEvent.Sync sync, GroupStep step)
    {
        var error = CheckSync(sync);
        if (error != ErrorCode.None || !_members.TryGet(sync.MemberId, out var member))
        {
            step.Answer(sync.Ticket, SyncAnswer(error));
            return;
        }

        switch (State)
        {
            case ClassicGroupState.CompletingRebalance:
                if (member.AwaitingSync is { } displaced)
                {
                    step.Answer(displaced, SyncAnswer(ErrorCode.RebalanceInProgress));
                }

                member.AwaitingSync = sync.Ticket;
                PaySync(member);
                if (LeaderId == member.MemberId)
                {
                    var assignments = new Dictionary<string, byte[]>(_members.Count, StringComparer.Ordinal);
                    foreach (var each in _members.All)
                    {
                        assignments[each.MemberId] = sync.Assignments.GetValueOrDefault(each.MemberId) ?? [];
                    }

                    step.Store([ToRecord(assignments)], new GroupReceipt.Assignment(this, assignments));
                }

                break;
            case ClassicGroupState.Stable:
                PaySync(member);
                step.Answer(sync.Ticket, SyncAnswer(member));
                KeepAlive(member, step);
                break;
            case ClassicGroupState.PreparingRebalance:
                step.Answer(sync.Ticket, SyncAnswer(ErrorCode.RebalanceInProgress));
                break;
            default:
                step.Answer(sync.Ticket, SyncAnswer(ErrorCode.UnknownMemberId));
                break;
        }
    }

    /// <summary>Heartbeat.</summary>
    public override void Heartbeat(GroupEvent.Heartbeat beat, GroupStep step)
    {
        var error = CheckMember(beat.MemberId, beat.InstanceId);
        if (error == ErrorCode.None && beat.GenerationId != GenerationId)
        {
            error = ErrorCode.IllegalGeneration;
        }

        if (error == ErrorCode.None && _members.TryGet(beat.MemberId, out var member))
        {
            KeepAlive(member, step);
            error = State == ClassicGroupState.PreparingRebalance ? ErrorCode.RebalanceInProgress : ErrorCode.None;
        }

        step.Answer(beat.Ticket, new HeartbeatResponse { ErrorCode = error });
    }

    /// <summary>LeaveGroup: one error for each of the members.</summary>
    public override void Leave(GroupEvent.Leave leave, GroupStep step)
    {
        var answer = new LeaveGroupResponse();
        foreach (var leaving in leave.Members)
        {
            answer.Members.Add(new LeaveGroupResponse.MemberResponse
            {
                MemberId = leaving.MemberId,
                GroupInstanceId = leaving.GroupInstanceId,
                ErrorCode = Leave(leaving.MemberId, leaving.GroupInstanceId, step),
            });
        }

        step.Answer(leave.Ticket, answer);
    }

    /// <summary>The answer to a SyncGroup that is refused.</summary>
    public static SyncGroupResponse SyncAnswer(ErrorCode error) => new() { ErrorCode = error };

    private ErrorCode Leave(string memberId, string? instanceId, GroupStep step)
    {
        if (memberId.Length == 0 && instanceId is not null)
        {
            // An administrator removes a static member whose id he cannot know.
            memberId = _members.IdOfInstance(instanceId) ?? "";
        }
        else if (_pendingMembers.Remove(memberId))
        {
            CompleteJoinIfAllJoined(step);
            return ErrorCode.None;
        }

        var error = CheckMember(memberId, instanceId);
        if (error == ErrorCode.None && _members.TryGet(memberId, out var member))
        {
            Remove(member, step);
        }

        return error;
    }

    private ErrorCode CheckSync(GroupEvent.Sync sync)
    {
        var error = CheckMember(sync.MemberId, sync.InstanceId);
        if (error != ErrorCode.None)
        {
            return error;
        }

        return sync.GenerationId != GenerationId ? ErrorCode.IllegalGeneration
            : (sync.ProtocolType is { } type && type != ProtocolType) || (sync.ProtocolName is { } name && name != ProtocolName)
                ? ErrorCode.InconsistentGroupProtocol
            : ErrorCode.None;
    }

    private void OnAssignmentStored(GroupReceipt.Assignment receipt, ErrorCode error, GroupStep step)
    {
        if (error != ErrorCode.None)
        {
            foreach (var member in _members.All)
            {
                AnswerSync(member, error, step);
            }

            PrepareRebalance(step);
            return;
        }

        TransitionTo(ClassicGroupState.Stable, step);
        foreach (var member in _members.All)
        {
            member.Assignment = receipt.Assignments.GetValueOrDefault(member.MemberId) ?? [];
            if (member.AwaitingSync is { } ticket)
            {
                member.AwaitingSync = null;
                step.Answer(ticket, SyncAnswer(member));
                KeepAlive(member, step);
            }
        }
    }

    private SyncGroupResponse SyncAnswer(ClassicMember member) => new()
    {
        ProtocolType = ProtocolType,
        ProtocolName = ProtocolName,
        Assignment = member.Assignment,
    };

    private void AnswerSync(ClassicMember member, ErrorCode error, GroupStep step)
    {
        if (member.AwaitingSync is { } ticket)
        {
            member.AwaitingSync = null;
            step.Answer(ticket, SyncAnswer(error));
            KeepAlive(member, step);
        }
    }

    // When the last has asked for its assignment, nobody is late any more.
    private void PaySync(ClassicMember member)
    {
        if (!member.OwesSync)
        {
            return;
        }

        member.OwesSync = false;
        foreach (var each in _members.All)
        {
            if (each.OwesSync)
            {
                return;
            }
        }

        _syncDeadline = Never;
    }
}
