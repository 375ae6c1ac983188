namespace Samsa.Client.Admin;

/// <summary>What became of a change of a group.</summary>
public sealed record GroupResult : AdminResult
{
    /// <summary>The group.</summary>
    public required string GroupId { get; init; }
}
