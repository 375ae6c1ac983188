using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups.Consumers;

/// <content>ConsumerGroupHeartbeat: joining, going on, leaving.</content>
internal sealed partial class ConsumerGroup
{
    /// <summary>A heartbeat with an epoch of at least 0. <paramref name="draft"/> may hold the conversion that made this group.</summary>
    public void Heartbeat(GroupEvent.ConsumerHeartbeat beat, ConsumerDraft draft, GroupStep step)
    {
        var request = beat.Request;
        if (IsFull(request.MemberId))
        {
            step.Answer(beat.Ticket, Refusal(
                ErrorCode.GroupMaxSizeReached, $"The consumer group has reached its maximum capacity of {_options.ConsumerMaxSize} members."));
            return;
        }

        var memberId = request.MemberId.Length == 0 ? beat.FreshId : request.MemberId;
        var owned = request.TopicPartitions is { } said ? Read(said) : null;
        if (FindForHeartbeat(request, memberId, owned, draft, out var refusal) is not { } member)
        {
            step.Answer(beat.Ticket, refusal!);
            return;
        }

        var updated = member with
        {
            InstanceId = request.InstanceId ?? member.InstanceId,
            RackId = request.RackId ?? member.RackId,
            RebalanceTimeoutMs = request.RebalanceTimeoutMs >= 0 ? request.RebalanceTimeoutMs : member.RebalanceTimeoutMs,
            ServerAssignor = request.ServerAssignor ?? member.ServerAssignor,
            TopicNames = request.SubscribedTopicNames is { } names ? ConsumerMember.Sorted(names) : member.TopicNames,
            TopicRegex = request.SubscribedTopicRegex ?? member.TopicRegex,
            ClientId = beat.ClientId,
            ClientHost = beat.ClientHost,
            Classic = null,
        };
        if (updated.HasRegex && SubscribersOf(updated.TopicRegex!) == 0 && TopicPattern.ErrorOf(updated.TopicRegex!) is { } wrong)
        {
            step.Answer(beat.Ticket, Refusal(ErrorCode.InvalidRegularExpression, wrong));
            return;
        }

        var reconciled = Update(member, updated, owned, draft, step);
        if (reconciled is null)
        {
            step.Answer(beat.Ticket, Refusal(
                ErrorCode.FencedMemberEpoch, "The member is in a state that is not known here. It must abandon all its partitions and rejoin."));
            return;
        }

        var answer = new ConsumerGroupHeartbeatResponse
        {
            MemberId = reconciled.MemberId,
            MemberEpoch = reconciled.MemberEpoch,
            HeartbeatIntervalMs = GroupSettings.HeartbeatIntervalMs(_options, step.Cluster, GroupId),
        };

        // Who says everything does not know what he has been told before.
        var saysAll = request.MemberEpoch == ConsumerMember.JoinEpoch
            || (request.RebalanceTimeoutMs >= 0 && (request.SubscribedTopicNames is not null || request.SubscribedTopicRegex is not null) && owned is not null);
        if (saysAll || !reconciled.Assigned.HasSamePartitions(member.Assigned))
        {
            answer.Assignment = ToAnswer(reconciled.Assigned);
        }

        Store(draft, step, beat.Ticket, answer, after => KeepAlive(memberId, after));
    }

    /// <summary>A heartbeat that leaves, for good (-1) or for a while (-2).</summary>
    public void Leave(GroupEvent.ConsumerHeartbeat beat, GroupStep step)
    {
        var request = beat.Request;
        if (FindKnown(request.MemberId, request.InstanceId, out var refusal) is not { } member)
        {
            step.Answer(beat.Ticket, refusal!);
            return;
        }

        var answer = new ConsumerGroupHeartbeatResponse { MemberId = request.MemberId, MemberEpoch = request.MemberEpoch };
        if (request.MemberEpoch == ConsumerMember.StaticLeaveEpoch && request.InstanceId is not null)
        {
            // Its session goes on: until then it keeps what it has.
            var draft = new ConsumerDraft();
            draft.Add(new ConsumerChange.Current(
                member with { MemberEpoch = ConsumerMember.StaticLeaveEpoch, PendingRevocation = PartitionMap.Empty }));
            Store(draft, step, beat.Ticket, answer, null);
            return;
        }

        Remove([member], step, beat.Ticket, answer);
    }

    /// <summary>The answer to a heartbeat that is refused.</summary>
    public static ConsumerGroupHeartbeatResponse Refusal(ErrorCode error, string? message = null) => new() { ErrorCode = error, ErrorMessage = message };

    private static PartitionMap Read(List<ConsumerGroupHeartbeatRequest.TopicPartitionsData> topics)
    {
        var partitions = new List<KeyValuePair<Guid, OwnedPartition>>();
        foreach (var topic in topics)
        {
            foreach (var partition in topic.Partitions)
            {
                partitions.Add(new(topic.TopicId, new OwnedPartition(partition)));
            }
        }

        return PartitionMap.Of(partitions);
    }

    private static ConsumerGroupHeartbeatResponse.AssignmentData ToAnswer(PartitionMap partitions)
    {
        var assignment = new ConsumerGroupHeartbeatResponse.AssignmentData();
        foreach (var (topic, owned) in partitions.Topics)
        {
            assignment.TopicPartitions.Add(new ConsumerGroupHeartbeatResponse.TopicPartitionsData
            {
                TopicId = topic,
                Partitions = [.. owned.Select(static one => one.Partition)],
            });
        }

        return assignment;
    }

    private bool IsFull(string memberId) => _members.Count >= _options.ConsumerMaxSize && !_members.ContainsKey(memberId);

    private ConsumerMember? FindForHeartbeat(
        ConsumerGroupHeartbeatRequest request, string memberId, PartitionMap? owned, ConsumerDraft draft, out ConsumerGroupHeartbeatResponse? refusal)
    {
        refusal = null;
        var joins = request.MemberEpoch == ConsumerMember.JoinEpoch;
        if (!joins)
        {
            var known = FindKnown(memberId, request.InstanceId, out refusal);
            if (known is not null)
            {
                refusal = CheckEpoch(known, request.MemberEpoch, owned);
            }

            return refusal is null ? known : null;
        }

        if (request.InstanceId is not { } instance)
        {
            return _members.GetValueOrDefault(memberId) ?? new ConsumerMember { MemberId = memberId };
        }

        if (!_idOfInstance.TryGetValue(instance, out var presentId) || !_members.TryGetValue(presentId, out var present))
        {
            return _members.GetValueOrDefault(memberId) ?? new ConsumerMember { MemberId = memberId, InstanceId = instance };
        }

        if (!present.IsClassic && present.MemberEpoch != ConsumerMember.StaticLeaveEpoch)
        {
            refusal = Refusal(
                ErrorCode.UnreleasedInstanceId,
                $"Static member {memberId} with instance id {instance} cannot join the group because the instance id is owned by {presentId} member.");
            return null;
        }

        return Replace(present, memberId, draft);
    }

    // A static member that comes back, perhaps over the other protocol: it goes on with what it had, under its new id.
    private ConsumerMember Replace(ConsumerMember present, string memberId, ConsumerDraft draft)
    {
        var member = present with
        {
            MemberId = memberId,
            MemberEpoch = 0,
            PreviousEpoch = 0,
            Assigned = present.Assigned.WithEpoch(0),
            PendingRevocation = present.PendingRevocation.WithEpoch(0),
        };
        draft.Remove(present.MemberId);
        draft.Add(new ConsumerChange.Described(member));
        draft.Add(new ConsumerChange.Target(memberId, TargetOf(present.MemberId)));
        draft.Add(new ConsumerChange.Current(member));
        return member;
    }

    private ConsumerMember? FindKnown(string memberId, string? instanceId, out ConsumerGroupHeartbeatResponse? refusal)
    {
        refusal = null;
        if (instanceId is not null)
        {
            var presentId = _idOfInstance.GetValueOrDefault(instanceId);
            if (presentId is null)
            {
                refusal = Refusal(ErrorCode.UnknownMemberId, $"Instance id {instanceId} is unknown.");
                return null;
            }

            if (presentId != memberId)
            {
                refusal = Refusal(
                    ErrorCode.FencedInstanceId, $"Static member {memberId} with instance id {instanceId} was fenced by member {presentId}.");
                return null;
            }
        }

        if (_members.TryGetValue(memberId, out var member))
        {
            return member;
        }

        refusal = Refusal(ErrorCode.UnknownMemberId, $"Member {memberId} is not a member of group {GroupId}.");
        return null;
    }

    // The answer that brought the present epoch may have been lost: then the member still has the one before, and no partition too many.
    private static ConsumerGroupHeartbeatResponse? CheckEpoch(ConsumerMember member, int epoch, PartitionMap? owned)
    {
        if (epoch > member.MemberEpoch)
        {
            return Refusal(
                ErrorCode.FencedMemberEpoch,
                $"The consumer group member has a greater member epoch ({epoch}) than the one known by the group coordinator ({member.MemberEpoch}). The member must abandon all its partitions and rejoin.");
        }

        var isRepeated = epoch == member.PreviousEpoch && owned is not null && owned.IsWithin(member.Assigned);
        return epoch == member.MemberEpoch || isRepeated ? null : Refusal(
            ErrorCode.FencedMemberEpoch,
            $"The consumer group member has a smaller member epoch ({epoch}) than the one known by the group coordinator ({member.MemberEpoch}). The member must abandon all its partitions and rejoin.");
    }
}
