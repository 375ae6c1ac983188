namespace Samsa.Client.Admin;

/// <summary>What became of removing a member from its group.</summary>
public sealed record GroupMemberResult : AdminResult
{
    /// <summary>The member's id.</summary>
    public required string MemberId { get; init; }

    /// <summary>The <c>group.instance.id</c> of a static member; null for a dynamic one.</summary>
    public string? InstanceId { get; init; }
}
