using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>What a member of a group said of itself when it joined.</summary>
/// <param name="memberId">The id that the coordinator gave it.</param>
/// <param name="topics">The topics that it subscribes to.</param>
public sealed class MemberSubscription(string memberId, IReadOnlyList<string> topics)
{
    /// <summary>The id that the coordinator gave the member.</summary>
    public string MemberId { get; } = memberId;

    /// <summary>The topics that the member subscribes to.</summary>
    public IReadOnlyList<string> Topics { get; } = topics;

    /// <summary>The id of a static member (<c>group.instance.id</c>, KIP-345), or null.</summary>
    public string? InstanceId { get; init; }

    /// <summary>What the assignor of the member added (<see cref="PartitionAssignor.SubscriptionUserData"/>), or null.</summary>
    public ReadOnlyMemory<byte>? UserData { get; init; }

    /// <summary>The partitions that the member has. Members that gave up theirs before they joined have none.</summary>
    public IReadOnlyList<TopicPartition> OwnedPartitions { get; init; } = [];

    /// <summary>The generation in which it owned them; -1 for a member that has been in none, or that is too old to say (before Kafka 3.2).</summary>
    public int Generation { get; init; } = -1;

    /// <summary>Where the member is (<c>client.rack</c>), or null.</summary>
    public string? RackId { get; init; }
}
