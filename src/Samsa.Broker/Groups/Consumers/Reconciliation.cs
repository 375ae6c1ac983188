namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// The way of one member to the target assignment (KIP-848): first it gives up what it shall not have, then it gets what it shall, as far
/// as others have given it up. Stateless.
/// </summary>
internal static class Reconciliation
{
    /// <summary>The member one step further, the same one when it has to wait, null when it must begin from scratch.</summary>
    public static ConsumerMember? Advance(ConsumerMember member, in Goal goal)
    {
        switch (member.State)
        {
            case MemberState.Stable when member.MemberEpoch != goal.Epoch:
            case MemberState.UnreleasedPartitions:
                return Approach(member, goal, member.MemberEpoch);
            case MemberState.UnrevokedPartitions when !Owns(goal, member.PendingRevocation):
                // A revocation that a new subscription asked for does not lead beyond the present target.
                return Approach(member, goal, Math.Min(member.MemberEpoch + 1, goal.Epoch));
            case MemberState.Stable or MemberState.UnrevokedPartitions:
                return goal.SubscriptionChanged ? TakeUnsubscribed(member, goal) : member;
            default:
                // A newer broker left the member in a state that is not known here: only one without partitions can go on.
                return goal.Owned is { IsEmpty: true } ? Approach(member, goal, goal.Epoch) : null;
        }
    }

    private static ConsumerMember Approach(ConsumerMember member, in Goal goal, int epoch)
    {
        var kept = new List<KeyValuePair<Guid, OwnedPartition>>();
        var revoked = new List<KeyValuePair<Guid, OwnedPartition>>();
        foreach (var one in member.Assigned.All)
        {
            var stays = goal.Topics.Contains(one.Key) && goal.Target.Has(one.Key, one.Value.Partition);
            (stays ? kept : revoked).Add(one);
        }

        var pending = PartitionMap.Of(revoked);
        if (!pending.IsEmpty && Owns(goal, pending))
        {
            return member.AtEpoch(epoch) with
            {
                State = MemberState.UnrevokedPartitions,
                Assigned = PartitionMap.Of(kept),
                PendingRevocation = pending,
            };
        }

        var waits = false;
        foreach (var (topic, partition) in goal.Target.All)
        {
            if (!goal.Topics.Contains(topic) || member.Assigned.Has(topic, partition.Partition))
            {
                continue;
            }

            // What it gives up itself is its own: nobody else can have it.
            if (goal.IsTaken(topic, partition.Partition) && !member.PendingRevocation.Has(topic, partition.Partition))
            {
                waits = true;
            }
            else
            {
                kept.Add(new(topic, new OwnedPartition(partition.Partition, goal.Epoch)));
            }
        }

        return member.AtEpoch(goal.Epoch) with
        {
            State = waits ? MemberState.UnreleasedPartitions : MemberState.Stable,
            Assigned = PartitionMap.Of(kept),
            PendingRevocation = PartitionMap.Empty,
        };
    }

    // The target for the new subscription may come later; what is not subscribed to any more goes at once.
    private static ConsumerMember TakeUnsubscribed(ConsumerMember member, in Goal goal)
    {
        var kept = new List<KeyValuePair<Guid, OwnedPartition>>();
        var gone = new List<KeyValuePair<Guid, OwnedPartition>>(member.PendingRevocation.All);
        foreach (var one in member.Assigned.All)
        {
            (goal.Topics.Contains(one.Key) ? kept : gone).Add(one);
        }

        if (kept.Count == member.Assigned.Count)
        {
            return member;
        }

        var pending = PartitionMap.Of(gone);
        return Owns(goal, pending)
            ? member with { State = MemberState.UnrevokedPartitions, Assigned = PartitionMap.Of(kept), PendingRevocation = pending }
            : member with { Assigned = PartitionMap.Of(kept) };
    }

    // Who does not say what he has may have anything.
    private static bool Owns(in Goal goal, PartitionMap partitions) => goal.Owned is null || goal.Owned.Meets(partitions);
}
