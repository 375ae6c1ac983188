using Samsa.Broker.Configuration;
using Samsa.Broker.Groups.Consumers;

namespace Samsa.Broker.Groups;

/// <content>A classic group that takes the place of a consumer group, or gives its own to one.</content>
internal sealed partial class ClassicGroup
{
    /// <summary>
    /// The classic group of the members of the classic protocol that a consumer group has left. Nothing of it counts before
    /// <see cref="Record"/> is committed; then comes <see cref="OnDowngraded"/>.
    /// </summary>
    public static ClassicGroup From(
        ConsumerGroup group, IReadOnlyList<ConsumerMember> members, GroupOptions options, GroupCounts counts, GroupStep step)
    {
        var classic = new ClassicGroup(group.GroupId, options, counts, group.Offsets)
        {
            ProtocolType = ConsumerProtocolType,
            GenerationId = group.GroupEpoch,
        };
        foreach (var member in members)
        {
            var side = member.Classic!;
            classic._members.Add(new ClassicMember
            {
                MemberId = member.MemberId,
                InstanceId = member.InstanceId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                SessionTimeoutMs = side.SessionTimeoutMs,
                RebalanceTimeoutMs = member.RebalanceTimeoutMs,
                Protocols = side.Protocols,

                // What it has, and not what it was to get: the group may become a consumer group again before the member has heard of anything.
                Assignment = ConsumerProtocol.WriteAssignment(
                    PartitionMap.Of(member.Assigned.All.Concat(member.PendingRevocation.All)),
                    ConsumerProtocol.VersionOf(side.Protocols[0].Metadata),
                    step.Cluster),
            });
        }

        classic.LeaderId = members[0].MemberId;
        classic.ProtocolName = classic._members.SelectProtocol();
        classic.TransitionTo(ClassicGroupState.Stable, step);
        classic.ReadSubscriptions();
        return classic;
    }

    /// <summary>
    /// What is stored of the group as it begins. Its members have still to share the work, which a coordinator that reads this sees from the
    /// missing time of the state (<see cref="OnLoaded"/>): what the members that left had would be nobody's.
    /// </summary>
    public GroupRecord Record()
    {
        StateTimestamp = -1;
        return ToRecord(null);
    }

    /// <summary>The group takes the consumer group's place: its members share the work anew, by their own assignors.</summary>
    public void OnDowngraded(GroupEvent.Join? join, string? joiningId, GroupStep step)
    {
        foreach (var member in _members.All)
        {
            KeepAlive(member, step);
        }

        PrepareRebalance(step);
        if (join is not null && _members.TryGet(joiningId!, out var joining))
        {
            Rejoin(join, joining, step);
            CompleteJoinIfAllJoined(step);
        }
    }

    /// <inheritdoc/>
    public override void Retire(GroupStep step)
    {
        // Whoever waits for the others joins the group that comes.
        foreach (var member in _members.All)
        {
            if (_members.SetAwaitingJoin(member, null) is { } ticket)
            {
                step.Answer(ticket, JoinRefusal(member.MemberId, Protocol.ErrorCode.RebalanceInProgress));
            }

            AnswerSync(member, Protocol.ErrorCode.RebalanceInProgress, step);
        }

        Abandon();
    }

    /// <inheritdoc/>
    public override void Abandon()
    {
        base.Abandon();
        if (_state != ClassicGroupState.Dead)
        {
            _counts.Move(_state, null);
            _state = ClassicGroupState.Dead;
        }
    }
}
