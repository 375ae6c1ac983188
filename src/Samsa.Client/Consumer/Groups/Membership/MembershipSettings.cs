namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>What a membership has to know of the options; times only as long as the state machine counts them.</summary>
internal sealed record MembershipSettings
{
    /// <summary>How often the coordinator hears of the member (<c>heartbeat.interval.ms</c>).</summary>
    public required TimeSpan HeartbeatInterval { get; init; }

    /// <summary>How long the caller may not ask (<c>max.poll.interval.ms</c>).</summary>
    public required TimeSpan MaxPollInterval { get; init; }

    /// <summary>The wait before an attempt after so many failures in a row.</summary>
    public required Func<int, TimeSpan> Backoff { get; init; }

    /// <summary>The id of a static member, or null.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Whether partitions are kept while the group rebalances (KIP-429).</summary>
    public bool IsCooperative { get; init; }

    /// <summary>Whether the member says so when it is closed (<c>internal.leave.group.on.close</c>).</summary>
    public bool LeavesOnClose { get; init; } = true;
}
