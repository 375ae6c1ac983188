using Samsa.Protocol;

namespace Samsa.Broker.Groups;

/// <summary>
/// Owns: what every kind of group has: a name, committed offsets, a deadline to be woken for.
/// Threads: one at a time, that of the partition which keeps the group. Lifetime: until <see cref="IsDead"/>.
/// Never fails: what is wrong is in the answers.
/// </summary>
internal abstract class Group(string groupId, GroupCounts counts, GroupOffsets? offsets)
{
    /// <summary>No deadline.</summary>
    public const long Never = long.MaxValue;

    /// <summary>The group's name.</summary>
    public string GroupId { get; } = groupId;

    /// <summary>What the group committed.</summary>
    public GroupOffsets Offsets { get; } = offsets ?? new GroupOffsets(counts);

    /// <summary>True when the group was deleted; whoever still has it in hand must not change it.</summary>
    public bool IsDead { get; protected set; }

    /// <summary>When the group must see time pass, at the latest; <see cref="Never"/> when nothing is due.</summary>
    public long WakeAt { get; private set; } = Never;

    /// <summary>The deadline that the partition's list of deadlines has for the group; <see cref="Never"/> when it has none.</summary>
    public long QueuedAt { get; set; } = Never;

    /// <summary>The state, as ListGroups and DescribeGroups name it.</summary>
    public abstract string StateName { get; }

    /// <summary>The kind of group, as ListGroups names it (KIP-848).</summary>
    public abstract string TypeName { get; }

    /// <summary>The protocol type, empty for a group that only keeps offsets.</summary>
    public abstract string ProtocolTypeName { get; }

    /// <summary>True while the group has no members: it may be deleted.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>True when nothing is known of the group but its name: what was loaded was deleted again.</summary>
    public abstract bool IsNothing { get; }

    /// <summary>Does what is due at <see cref="GroupStep.Now"/>.</summary>
    public void OnTimePassed(GroupStep step)
    {
        WakeAt = Never;
        if (!IsDead)
        {
            PassTime(step);
            Schedule(EarliestDeadline());
        }
    }

    /// <summary>Heartbeat of a member of the classic protocol.</summary>
    public abstract void Heartbeat(GroupEvent.Heartbeat beat, GroupStep step);

    /// <summary>SyncGroup of a member of the classic protocol.</summary>
    public abstract void Sync(GroupEvent.Sync sync, GroupStep step);

    /// <summary>LeaveGroup: one error for each of the members.</summary>
    public abstract void Leave(GroupEvent.Leave leave, GroupStep step);

    /// <summary>What happens to the group when its records are committed, or were not appended.</summary>
    public abstract void OnStored(GroupReceipt receipt, ErrorCode error, GroupStep step);

    /// <summary>Whether somebody may commit offsets now; none, or why not.</summary>
    public abstract ErrorCode CheckCommit(GroupEvent.Commit commit, GroupStep step);

    /// <summary>Whether somebody who may commit offsets may do so for this partition; none, or why not.</summary>
    public virtual ErrorCode CheckCommit(GroupEvent.Commit commit, TopicPartition partition, GroupStep step) => ErrorCode.None;

    /// <summary>Whether somebody may read offsets now (KIP-848 checks members); none, or why not.</summary>
    public virtual ErrorCode CheckFetch(string? memberId, int memberEpoch) => ErrorCode.None;

    /// <summary>Whether a member reads the topic, so that its offsets may not be deleted (KIP-496).</summary>
    public abstract bool IsSubscribedTo(string topic);

    /// <summary>Whether the offsets of any topic may be deleted while there are members: only where it is known what they read.</summary>
    public abstract bool KnowsSubscriptions { get; }

    /// <summary>The offsets that are older than they may become.</summary>
    public abstract List<TopicPartition> ExpiredOffsets(long timestamp, long retentionMs);

    /// <summary>The records that delete the group itself, not its offsets.</summary>
    public abstract void AddTombstones(List<GroupRecord> records);

    /// <summary>The log is read: the members have their session's time to be heard of.</summary>
    public abstract void OnLoaded(GroupStep step);

    /// <summary>Ends the group because one of the other protocol takes its place, with its offsets.</summary>
    public virtual void Retire(GroupStep step) => Abandon();

    /// <summary>The same where nobody can wait for an answer.</summary>
    public virtual void Abandon() => IsDead = true;

    /// <summary>Ends the group.</summary>
    public virtual void Die()
    {
        IsDead = true;
        Offsets.Clear();
    }

    /// <summary>Refuses every request that waits: the partition is not kept here any more.</summary>
    public abstract void Unload(ErrorCode error);

    /// <summary>Asks to be woken.</summary>
    protected void Schedule(long deadline) => WakeAt = Math.Min(WakeAt, deadline);

    /// <summary>Does what is due.</summary>
    protected abstract void PassTime(GroupStep step);

    /// <summary>The earliest deadline there is.</summary>
    protected abstract long EarliestDeadline();
}
