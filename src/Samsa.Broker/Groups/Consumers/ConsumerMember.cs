namespace Samsa.Broker.Groups.Consumers;

/// <summary>
/// Owns: what a consumer group stores about one member: who it is, what it wants to read, and what it has. Immutable: a change makes a new
/// one, and it counts when its records are committed. Threads: the group's. Never fails.
/// </summary>
internal sealed record ConsumerMember
{
    /// <summary>The epoch with which a member joins.</summary>
    public const int JoinEpoch = 0;

    /// <summary>The epoch with which a member leaves.</summary>
    public const int LeaveEpoch = -1;

    /// <summary>The epoch with which a static member leaves for a while; its partitions are kept for it.</summary>
    public const int StaticLeaveEpoch = -2;

    /// <summary>Its id.</summary>
    public required string MemberId { get; init; }

    /// <summary><c>group.instance.id</c> of a static member; null for a dynamic one.</summary>
    public string? InstanceId { get; init; }

    /// <summary><c>client.rack</c>, or null.</summary>
    public string? RackId { get; init; }

    /// <summary>The name that the client gives itself.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The client's address as Java prints it.</summary>
    public string ClientHost { get; init; } = "";

    /// <summary>The topics that it names, sorted.</summary>
    public IReadOnlyList<string> TopicNames { get; init; } = [];

    /// <summary>The regular expression of the topics it wants beside them; null or empty for none.</summary>
    public string? TopicRegex { get; init; }

    /// <summary>How long it may take to give up partitions, in ms.</summary>
    public int RebalanceTimeoutMs { get; init; } = -1;

    /// <summary>The assignor that it wants; null leaves that to the others and the broker.</summary>
    public string? ServerAssignor { get; init; }

    /// <summary>What is special about a member of the classic protocol; null for one of the consumer protocol.</summary>
    public ClassicSide? Classic { get; init; }

    /// <summary>The epoch of the target assignment that it has reached.</summary>
    public int MemberEpoch { get; init; }

    /// <summary>The epoch before: an answer may have been lost.</summary>
    public int PreviousEpoch { get; init; }

    /// <summary>How far it has come.</summary>
    public MemberState State { get; init; }

    /// <summary>What it may read.</summary>
    public PartitionMap Assigned { get; init; } = PartitionMap.Empty;

    /// <summary>What it was told to give up; nobody else gets it before.</summary>
    public PartitionMap PendingRevocation { get; init; } = PartitionMap.Empty;

    /// <summary>Whether it speaks the classic protocol.</summary>
    public bool IsClassic => Classic is not null;

    /// <summary>Whether it subscribes to a regular expression.</summary>
    public bool HasRegex => !string.IsNullOrEmpty(TopicRegex);

    /// <summary>Whether nothing is left to do for an epoch.</summary>
    public bool IsReconciledTo(int epoch) => State == MemberState.Stable && MemberEpoch == epoch;

    /// <summary>The member at another epoch; the present one becomes the previous one.</summary>
    public ConsumerMember AtEpoch(int epoch) => this with { PreviousEpoch = MemberEpoch, MemberEpoch = epoch };

    /// <summary>Whether the two differ in nothing that is stored about who a member is and what it wants.</summary>
    public bool IsDescribedAs(ConsumerMember other) =>
        InstanceId == other.InstanceId && RackId == other.RackId && ClientId == other.ClientId && ClientHost == other.ClientHost
        && NamesSameTopics(other) && (TopicRegex ?? "") == (other.TopicRegex ?? "") && RebalanceTimeoutMs == other.RebalanceTimeoutMs
        && ServerAssignor == other.ServerAssignor && Equals(Classic, other.Classic);

    /// <summary>Whether both name the same topics.</summary>
    public bool NamesSameTopics(ConsumerMember other) => TopicNames.SequenceEqual(other.TopicNames, StringComparer.Ordinal);

    /// <summary>Whether the two differ in nothing that is stored about what a member has.</summary>
    public bool HasSame(ConsumerMember other) =>
        MemberEpoch == other.MemberEpoch && PreviousEpoch == other.PreviousEpoch && State == other.State
        && Assigned.Equals(other.Assigned) && PendingRevocation.Equals(other.PendingRevocation);

    /// <summary>Sorts topics and leaves repeated ones out, for <see cref="TopicNames"/>.</summary>
    public static IReadOnlyList<string> Sorted(IEnumerable<string> topics) => [.. topics.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
