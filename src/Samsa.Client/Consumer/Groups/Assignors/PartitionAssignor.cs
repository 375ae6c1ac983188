namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// A strategy that shares partitions out among the members of a classic group (<c>partition.assignment.strategy</c>). Every member offers
/// its strategies by name; the coordinator takes one that all have, and the member that leads the group runs it.
/// </summary>
/// <remarks>
/// An instance belongs to one consumer, which calls it from one thread at a time. What it throws in <see cref="Assign"/> fails the rebalance and
/// is seen by the caller of the consumer.
/// </remarks>
public abstract class PartitionAssignor
{
    /// <summary>The name in the protocol of the group. Strategies of the same name must understand each other's data.</summary>
    public abstract string Name { get; }

    /// <summary>
    /// How members may treat their partitions with this strategy. The consumer follows the highest that all of its strategies have in common.
    /// </summary>
    public virtual IReadOnlyList<RebalanceProtocol> SupportedProtocols { get; } = [RebalanceProtocol.Eager];

    /// <summary>What goes along when the member joins, or null. Called before each join.</summary>
    /// <param name="topics">The topics that the member subscribes to.</param>
    public virtual ReadOnlyMemory<byte>? SubscriptionUserData(IReadOnlyCollection<string> topics) => null;

    /// <summary>Shares the partitions out. Called in the member that leads.</summary>
    /// <param name="topics">The topics that members subscribe to and that exist, by name.</param>
    /// <param name="members">The members in the order in which the coordinator names them.</param>
    /// <returns>What each member gets, by its id; a member that is missing gets nothing.</returns>
    public abstract IReadOnlyDictionary<string, MemberAssignment> Assign(
        IReadOnlyDictionary<string, AssignableTopic> topics, IReadOnlyList<MemberSubscription> members);

    /// <summary>Tells every member, the leader too, what it got. Called before the partitions are used.</summary>
    /// <param name="assignment">What the leader gave this member.</param>
    /// <param name="metadata">As whom it got it.</param>
    public virtual void OnAssignment(MemberAssignment assignment, ConsumerGroupMetadata metadata)
    {
    }
}
