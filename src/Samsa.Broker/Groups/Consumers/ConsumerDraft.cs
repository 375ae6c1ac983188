namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// Owns: what one step wants to change in a consumer group. Nothing of it counts before it is committed.
/// Threads: the group's. Lifetime: one step. Never fails.
/// </summary>
internal sealed class ConsumerDraft
{
    /// <summary>The records that make the group from another one, if it is made in this step; it has them already.</summary>
    public List<GroupRecord> Conversion { get; } = [];

    /// <summary>The changes, in order.</summary>
    public List<ConsumerChange> Changes { get; } = [];

    /// <summary>Adds a change.</summary>
    public void Add(ConsumerChange change) => Changes.Add(change);

    /// <summary>Adds the end of a member.</summary>
    public void Remove(string memberId)
    {
        Changes.Add(new ConsumerChange.CurrentGone(memberId));
        Changes.Add(new ConsumerChange.TargetGone(memberId));
        Changes.Add(new ConsumerChange.DescribedGone(memberId));
    }

    /// <summary>All as records.</summary>
    public List<GroupRecord> ToRecords(string groupId)
    {
        var records = new List<GroupRecord>(Conversion.Count + Changes.Count);
        records.AddRange(Conversion);
        foreach (var change in Changes)
        {
            records.Add(ConsumerRecords.Of(groupId, change));
        }

        return records;
    }
}
