using Samsa.Protocol;

namespace Samsa.Client.Admin;

/// <summary>A member of a group.</summary>
public sealed record GroupMemberDescription
{
    /// <summary>Its id, given by the coordinator or, in groups of the new protocol, chosen by the member.</summary>
    public required string MemberId { get; init; }

    /// <summary>The <c>group.instance.id</c> of a static member (KIP-345); null for a dynamic one.</summary>
    public string? InstanceId { get; init; }

    /// <summary>Its <c>client.id</c>.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>Where it connected from, as the broker writes it: <c>/127.0.0.1</c>.</summary>
    public string Host { get; init; } = "";

    /// <summary>Its <c>client.rack</c>, or null.</summary>
    public string? Rack { get; init; }

    /// <summary>The partitions that it has.</summary>
    public IReadOnlyList<TopicPartition> Assignment { get; init; } = [];

    /// <summary>The partitions that it is to have; null in a classic group.</summary>
    public IReadOnlyList<TopicPartition>? TargetAssignment { get; init; }

    /// <summary>The epoch that it has reached; null in a classic group.</summary>
    public int? MemberEpoch { get; init; }

    /// <summary>
    /// In a group of the new protocol, whether the member still speaks the classic one, because the group is being moved (Kafka 4.0, KIP-848);
    /// null where the broker does not say.
    /// </summary>
    public bool? IsClassic { get; init; }
}
