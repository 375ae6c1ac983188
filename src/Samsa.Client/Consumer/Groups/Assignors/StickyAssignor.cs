using Samsa.Client.Consumer.Groups.Assignors.Sticky;
using Samsa.Protocol;

namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// Balances as well as possible, and leaves members what they had where that allows it (<c>sticky</c>). Members give their partitions up before
/// they join, and remember them in their user data; <see cref="CooperativeStickyAssignor"/> lets them go on working.
/// </summary>
/// <remarks>The result, and the user data, are the Java client's for the same group; members of a rack get its partitions first (KIP-881).</remarks>
public sealed class StickyAssignor : PartitionAssignor
{
    private IReadOnlyList<TopicPartition>? _partitions;
    private int _generation = StickyMember.NoGeneration;

    /// <inheritdoc/>
    public override string Name => "sticky";

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? SubscriptionUserData(IReadOnlyCollection<string> topics) =>
        _partitions is null ? null : StickyUserData.Encode(_partitions, _generation);

    /// <inheritdoc/>
    public override void OnAssignment(MemberAssignment assignment, ConsumerGroupMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(assignment);
        (_partitions, _generation) = (assignment.Partitions, metadata.GenerationId);
    }

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, MemberAssignment> Assign(
        IReadOnlyDictionary<string, AssignableTopic> topics, IReadOnlyList<MemberSubscription> members)
    {
        var problem = new AssignmentProblem(topics, members);
        var claims = new StickyClaims(problem, static member => StickyUserData.Decode(member.UserData));
        return problem.ToAssignments(claims.Assign().Lists);
    }
}
