using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// What has to happen where the caller asks for more, because only there it has no record in its hands: in this order lost and revoked partitions,
/// then the new assignment, then a failure. All may be empty: then the membership only waited for the caller.
/// </summary>
internal sealed class CallerRound
{
    /// <summary>Partitions that the group took away without asking.</summary>
    public IReadOnlyCollection<TopicPartition> Lost { get; init; } = [];

    /// <summary>Partitions to give back.</summary>
    public IReadOnlyCollection<TopicPartition> Revoked { get; init; } = [];

    /// <summary>All partitions that the consumer has afterwards; null when no assignment came.</summary>
    public IReadOnlyCollection<TopicPartition>? Target { get; init; }

    /// <summary>Those of <see cref="Target"/> that are new.</summary>
    public IReadOnlyCollection<TopicPartition> Added { get; init; } = [];

    /// <summary>What the leader of a classic group said, for the assignor.</summary>
    public MemberAssignment? Assignment { get; init; }

    /// <summary>The assignor's name.</summary>
    public string? Assignor { get; init; }

    /// <summary>As whom the assignment was given.</summary>
    public GroupMember Member { get; init; }

    /// <summary>What the caller has to hear.</summary>
    public Exception? Failure { get; init; }
}
