namespace Samsa.Client.Admin;

/// <summary>What the coordinator tells of a group.</summary>
public sealed record GroupDescription : AdminResult
{
    /// <summary>The group.</summary>
    public required string GroupId { get; init; }

    /// <summary>Its state. A group that does not exist is an error or <see cref="GroupState.Dead"/>, by the age of the broker.</summary>
    public GroupState State { get; init; }

    /// <summary>By which protocol it works.</summary>
    public GroupType Type { get; init; }

    /// <summary>What its members are: <c>consumer</c>; empty for a group that only keeps offsets.</summary>
    public string ProtocolType { get; init; } = "";

    /// <summary>The strategy by which partitions are shared out; empty while there is none.</summary>
    public string Assignor { get; init; } = "";

    /// <summary>The broker that coordinates it; null when nobody could be asked.</summary>
    public BrokerDescription? Coordinator { get; init; }

    /// <summary>The members.</summary>
    public IReadOnlyList<GroupMemberDescription> Members { get; init; } = [];

    /// <summary>The epoch of the group; null for a classic one.</summary>
    public int? GroupEpoch { get; init; }

    /// <summary>The epoch of the assignment that the members are to reach; null for a classic group.</summary>
    public int? TargetAssignmentEpoch { get; init; }

    /// <summary>What the caller may do, a bit for each operation (Kafka 2.3, KIP-430); <see cref="int.MinValue"/> when not asked for.</summary>
    public int AuthorizedOperations { get; init; } = int.MinValue;
}
