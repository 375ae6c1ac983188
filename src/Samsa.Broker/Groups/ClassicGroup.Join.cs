using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups;

/// <content>JoinGroup: who is let in, and how.</content>
internal sealed partial class ClassicGroup
{
    /// <summary>JoinGroup.</summary>
    public void Join(GroupEvent.Join join, GroupStep step)
    {
        if (!HasRoomFor(join.MemberId))
        {
            _pendingMembers.Remove(join.MemberId);
            if (_members.TryGet(join.MemberId, out var unwanted))
            {
                Drop(unwanted);
            }

            step.Answer(join.Ticket, JoinRefusal("", ErrorCode.GroupMaxSizeReached));
        }
        else if (!Supports(join.ProtocolType, join.Protocols))
        {
            step.Answer(join.Ticket, JoinRefusal(join.MemberId, ErrorCode.InconsistentGroupProtocol));
        }
        else if (join.MemberId.Length == 0)
        {
            JoinAsNew(join, step);
        }
        else if (join.InstanceId is null && _pendingMembers.ContainsKey(join.MemberId))
        {
            Add(join, join.MemberId, step);
        }
        else if (CheckMember(join.MemberId, join.InstanceId) is var error and not ErrorCode.None)
        {
            step.Answer(join.Ticket, JoinRefusal(join.MemberId, error));
        }
        else
        {
            _members.TryGet(join.MemberId, out var member);
            Rejoin(join, member!, step);
        }

        CompleteJoinIfAllJoined(step);
    }

    /// <summary>The answer to a JoinGroup that is refused.</summary>
    public static JoinGroupResponse JoinRefusal(string memberId, ErrorCode error) => new()
    {
        ErrorCode = error,
        GenerationId = -1,
        ProtocolName = null,
        Leader = "",
        MemberId = memberId,
    };

    // group.max.size: while members gather, the first to arrive are let in; later on, those who are members.
    private bool HasRoomFor(string memberId) => State switch
    {
        ClassicGroupState.PreparingRebalance =>
            (_members.TryGet(memberId, out var member) && member.AwaitingJoin is not null) || _members.AwaitingJoin < _options.MaxSize,
        ClassicGroupState.CompletingRebalance or ClassicGroupState.Stable => _members.Has(memberId) || _members.Count < _options.MaxSize,
        _ => true,
    };

    private bool Supports(string protocolType, IReadOnlyList<GroupProtocol> protocols) => State == ClassicGroupState.Empty
        ? protocolType.Length > 0 && protocols.Count > 0
        : ProtocolType == protocolType && _members.AllKnowOneOf(protocols);

    private void JoinAsNew(GroupEvent.Join join, GroupStep step)
    {
        var memberId = $"{join.InstanceId ?? join.ClientId}-{join.FreshId}";
        if (join.InstanceId is { } instance && _members.IdOfInstance(instance) is { } present)
        {
            _members.TryGet(present, out var member);
            Replace(join, member!, memberId, step);
        }
        else if (join.NeedsKnownMemberId)
        {
            // It comes back with its id at once, or it has gone: then nobody waits for it longer than its session (KIP-394).
            _pendingMembers[memberId] = step.Now + join.SessionTimeoutMs;
            Schedule(step.Now + join.SessionTimeoutMs);
            step.Answer(join.Ticket, JoinRefusal(memberId, ErrorCode.MemberIdRequired));
        }
        else
        {
            Add(join, memberId, step);
        }
    }

    private void Add(GroupEvent.Join join, string memberId, GroupStep step)
    {
        _pendingMembers.Remove(memberId);
        var member = new ClassicMember
        {
            MemberId = memberId,
            InstanceId = join.InstanceId,
            ClientId = join.ClientId,
            ClientHost = join.ClientHost,
            RebalanceTimeoutMs = join.RebalanceTimeoutMs,
            SessionTimeoutMs = join.SessionTimeoutMs,
            Protocols = join.Protocols,
            AwaitingJoin = join.Ticket,
            IsNew = true,
        };

        // The first rebalance of a group may be put off once more for whoever comes meanwhile.
        _newMemberCame |= State == ClassicGroupState.PreparingRebalance && GenerationId == 0;
        if (_members.Count == 0)
        {
            ProtocolType = join.ProtocolType;
        }

        LeaderId ??= memberId;
        _members.Add(member);
        SetSessionDeadline(member, step.Now + NewMemberJoinTimeoutMs);
        PrepareRebalanceIfPossible(step);
    }

    private void Rejoin(GroupEvent.Join join, ClassicMember member, GroupStep step)
    {
        switch (State)
        {
            case ClassicGroupState.PreparingRebalance:
            case ClassicGroupState.CompletingRebalance when !member.Matches(join.Protocols):
            case ClassicGroupState.Stable when LeaderId == member.MemberId || !member.Matches(join.Protocols):
                Update(join, member, step);
                PrepareRebalanceIfPossible(step);
                break;
            case ClassicGroupState.CompletingRebalance:
                // It probably missed the answer to its JoinGroup.
                step.Answer(join.Ticket, JoinAnswer(member, withMembers: true));
                break;
            case ClassicGroupState.Stable:
                step.Answer(join.Ticket, JoinAnswer(member, withMembers: false));
                break;
            default:
                step.Answer(join.Ticket, JoinRefusal(join.MemberId, ErrorCode.UnknownMemberId));
                break;
        }
    }

    private void Update(GroupEvent.Join join, ClassicMember member, GroupStep step)
    {
        member.RebalanceTimeoutMs = join.RebalanceTimeoutMs;
        member.SessionTimeoutMs = join.SessionTimeoutMs;
        _members.ChangeProtocols(member, join.Protocols);

        // One that waits already came over a connection that its client has probably given up.
        if (_members.SetAwaitingJoin(member, join.Ticket) is { } displaced)
        {
            step.Answer(displaced, JoinRefusal(member.MemberId, ErrorCode.RebalanceInProgress));
        }
    }

    // A static member came back without its id (KIP-345): it goes on under a new one, and whoever still has the old one is fenced.
    private void Replace(GroupEvent.Join join, ClassicMember member, string memberId, GroupStep step)
    {
        var oldId = member.MemberId;
        var oldLeader = LeaderId;
        var (oldProtocols, oldSession, oldRebalance) = (member.Protocols, member.SessionTimeoutMs, member.RebalanceTimeoutMs);
        if (_members.SetAwaitingJoin(member, null) is { } fenced)
        {
            step.Answer(fenced, JoinRefusal(oldId, ErrorCode.FencedInstanceId));
        }

        AnswerSync(member, ErrorCode.FencedInstanceId, step);
        Rename(member, memberId);
        Update(join, member, step);
        KeepAlive(member, step);
        if (State == ClassicGroupState.CompletingRebalance)
        {
            // The leader may know the old id already; its assignment would miss the member.
            PrepareRebalance(step);
        }
        else if (State == ClassicGroupState.Stable)
        {
            if (_members.SelectProtocol() != ProtocolName)
            {
                PrepareRebalance(step);
                return;
            }

            // Nothing changes for the others. Its answer waits until the new id is in the log. A leader that can be told so (v9,
            // KIP-814) leads on without assigning; an older one must not take itself for the leader, so it hears the old id.
            var answer = JoinAnswer(member, withMembers: join.MaySkipAssignment);
            if (join.MaySkipAssignment)
            {
                answer.SkipAssignment = LeaderId == memberId;
            }
            else
            {
                answer.Leader = oldLeader ?? "";
            }

            step.Store([ToRecord(null)], new GroupReceipt.StaticMember(this, member, oldId, oldProtocols, oldSession, oldRebalance, answer));
        }
    }

    private void OnStaticMemberStored(GroupReceipt.StaticMember receipt, ErrorCode error, GroupStep step)
    {
        var member = receipt.Member;
        if (_members.SetAwaitingJoin(member, null) is { } ticket)
        {
            step.Answer(ticket, error == ErrorCode.None ? receipt.Answer : JoinRefusal("", error));
        }

        KeepAlive(member, step);
        if (error == ErrorCode.None)
        {
            return;
        }

        member.SessionTimeoutMs = receipt.OldSessionTimeoutMs;
        member.RebalanceTimeoutMs = receipt.OldRebalanceTimeoutMs;
        _members.ChangeProtocols(member, receipt.OldProtocols);
        Rename(member, receipt.OldMemberId);
    }

    private void Rename(ClassicMember member, string memberId)
    {
        if (LeaderId == member.MemberId)
        {
            LeaderId = memberId;
        }

        _members.Rename(member, memberId);
    }

    private JoinGroupResponse JoinAnswer(ClassicMember member, bool withMembers)
    {
        var answer = new JoinGroupResponse
        {
            GenerationId = GenerationId,
            ProtocolType = ProtocolType,
            ProtocolName = ProtocolName,
            Leader = LeaderId ?? "",
            MemberId = member.MemberId,
        };
        if (withMembers && LeaderId == member.MemberId)
        {
            foreach (var each in _members.All)
            {
                answer.Members.Add(new JoinGroupResponse.JoinGroupResponseMember
                {
                    MemberId = each.MemberId,
                    GroupInstanceId = each.InstanceId,
                    Metadata = each.MetadataOf(ProtocolName),
                });
            }
        }

        return answer;
    }
}
