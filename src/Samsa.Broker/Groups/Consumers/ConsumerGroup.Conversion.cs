using Samsa.Broker.Configuration;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Groups.Consumers;

/// <content>A consumer group that takes the place of a classic one.</content>
internal sealed partial class ConsumerGroup
{
    /// <summary>
    /// The consumer group of a classic group's members, who go on with their protocol, what they have, and their generation as epoch.
    /// Null when it cannot be; <paramref name="why"/> says the reason. Nothing of it counts before the draft is committed.
    /// </summary>
    public static ConsumerGroup? From(
        ClassicGroup classic, GroupOptions options, GroupCounts counts, ConsumerDraft draft, GroupStep step, out string? why)
    {
        why = Obstacle(classic, options);
        if (why is not null)
        {
            return null;
        }

        var changes = new List<ConsumerChange>();
        var members = new List<ConsumerMember>();
        var subscriptions = new List<ConsumerProtocolSubscription>();
        foreach (var member in classic.Members)
        {
            var metadata = classic.ProtocolName is { } chosen && member.MetadataOf(chosen) is { Length: > 0 } bytes ? bytes : member.Protocols[0].Metadata;
            var assigned = ConsumerProtocol.ReadAssignment(member.Assignment);
            if (ConsumerProtocol.ReadSubscription(metadata) is not { } subscription || (assigned is null && member.Assignment.Length > 0))
            {
                why = $"Cannot upgrade classic group {classic.GroupId} to consumer group because the embedded consumer protocol is malformed.";
                return null;
            }

            if (assigned?.UserData is { Length: > 0 })
            {
                why = $"Cannot upgrade classic group {classic.GroupId} to consumer group because an assignor with data of its own is in use.";
                return null;
            }

            subscriptions.Add(subscription);
            members.Add(new ConsumerMember
            {
                MemberId = member.MemberId,
                InstanceId = member.InstanceId,
                RackId = subscription.RackId,
                ClientId = member.ClientId,
                ClientHost = member.ClientHost,
                TopicNames = ConsumerMember.Sorted(subscription.Topics),
                RebalanceTimeoutMs = member.RebalanceTimeoutMs,
                Classic = new ClassicSide(member.SessionTimeoutMs, member.Protocols),
                MemberEpoch = classic.GenerationId,
                PreviousEpoch = classic.GenerationId,
                Assigned = assigned is null ? PartitionMap.Empty : ConsumerProtocol.AssignedOf(assigned, classic.GenerationId, step.Cluster),
            });
        }

        var keepers = KeepWhatIsRead(members, subscriptions, step);
        changes.AddRange(members.Select(static member => new ConsumerChange.Described(member)));
        var topics = new SortedSet<string>(members.SelectMany(static member => member.TopicNames), StringComparer.Ordinal);

        // In the middle of a rebalance not everything is somebody's: with no hash the first heartbeat begins an epoch, even that of a static
        // member which merely goes on over the other protocol.
        var isSettled = classic.State == ClassicGroupState.Stable && keepers.SequenceEqual(members);
        changes.Add(new ConsumerChange.Epoch(classic.GenerationId, isSettled ? HashOf(topics, step.Cluster) : 0));
        changes.AddRange(members.Select(static member => new ConsumerChange.Target(member.MemberId, member.Assigned)));
        changes.Add(new ConsumerChange.TargetEpoch(classic.GenerationId, 0));
        changes.AddRange(keepers.Select(static member => new ConsumerChange.Current(member)));
        var group = new ConsumerGroup(classic.GroupId, options, counts, classic.Offsets);
        classic.AddTombstones(draft.Conversion);
        foreach (var change in classic.IsEmpty ? [] : changes)
        {
            group.Apply(change);
            draft.Conversion.Add(ConsumerRecords.Of(classic.GroupId, change));
        }

        return group;
    }

    // A cooperative member gives up what it had only when it hears its assignment, which need not have been asked for yet. What it said
    // that it has when it joined, and nobody was assigned, is not free.
    private static List<ConsumerMember> KeepWhatIsRead(List<ConsumerMember> members, List<ConsumerProtocolSubscription> subscriptions, GroupStep step)
    {
        var assigned = members.SelectMany(static member => member.Assigned.All).Select(static one => (one.Key, one.Value.Partition)).ToHashSet();
        var keepers = new List<ConsumerMember>(members.Count);
        for (var i = 0; i < members.Count; i++)
        {
            var member = members[i];
            var kept = ConsumerProtocol.OwnedOf(subscriptions[i], step.Cluster).WithEpoch(member.MemberEpoch).All
                .Where(one => assigned.Add((one.Key, one.Value.Partition))).ToList();
            keepers.Add(kept.Count == 0 ? member : member with { Assigned = PartitionMap.Of(member.Assigned.All.Concat(kept)) });
        }

        return keepers;
    }

    private static string? Obstacle(ClassicGroup classic, GroupOptions options)
    {
        if (classic.IsEmpty)
        {
            return null;
        }

        return !options.MayUpgrade ? $"Cannot upgrade classic group {classic.GroupId} to consumer group because online upgrade is disabled."
            : classic.ProtocolType != ClassicGroup.ConsumerProtocolType
                ? $"Cannot upgrade classic group {classic.GroupId} to consumer group because the group does not use the consumer embedded protocol."
            : classic.Members.Count > options.ConsumerMaxSize
                ? $"Cannot upgrade classic group {classic.GroupId} to consumer group because the group size exceeds the consumer group maximum size."
            : null;
    }
}
