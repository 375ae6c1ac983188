namespace Samsa.Client.Consumer.Groups;

/// <summary>As whom a consumer speaks to the coordinator of its group.</summary>
/// <param name="Generation">The generation of the group, or the member's epoch (KIP-848); -1 without membership.</param>
/// <param name="MemberId">The member's id; empty without membership.</param>
/// <param name="InstanceId">The id of a static member (KIP-345), or null.</param>
internal readonly record struct GroupMember(int Generation, string MemberId, string? InstanceId)
{
    /// <summary>A consumer that takes its partitions itself, and only keeps its offsets in the group.</summary>
    public static readonly GroupMember None = new(-1, "", null);
}
