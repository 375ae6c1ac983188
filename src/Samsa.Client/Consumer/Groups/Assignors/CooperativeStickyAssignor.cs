using System.Buffers.Binary;
using Samsa.Client.Consumer.Groups.Assignors.Sticky;

namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// Balances as <see cref="StickyAssignor"/> does, while members go on working with what they have (<c>cooperative-sticky</c>, KIP-429): a partition
/// that goes to another member is given to nobody at first, and assigned by the rebalance that follows once its owner gave it up.
/// </summary>
/// <remarks>The result, and the user data, are the Java client's for the same group.</remarks>
public sealed class CooperativeStickyAssignor : PartitionAssignor
{
    private int _generation = StickyMember.NoGeneration;

    /// <inheritdoc/>
    public override string Name => "cooperative-sticky";

    /// <inheritdoc/>
    public override IReadOnlyList<RebalanceProtocol> SupportedProtocols { get; } = [RebalanceProtocol.Cooperative, RebalanceProtocol.Eager];

    /// <inheritdoc/>
    public override ReadOnlyMemory<byte>? SubscriptionUserData(IReadOnlyCollection<string> topics)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, _generation);
        return bytes;
    }

    /// <inheritdoc/>
    public override void OnAssignment(MemberAssignment assignment, ConsumerGroupMetadata metadata) => _generation = metadata.GenerationId;

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, MemberAssignment> Assign(
        IReadOnlyDictionary<string, AssignableTopic> topics, IReadOnlyList<MemberSubscription> members)
    {
        var problem = new AssignmentProblem(topics, members);
        var (lists, moving) = new StickyClaims(problem, Read).Assign();
        foreach (var (partition, member) in moving ?? FindMoving(problem, lists))
        {
            lists[member].Remove(partition);
        }

        return problem.ToAssignments(lists);
    }

    // Members before Kafka 3.2 have no generation in their subscription, but in their user data.
    private static StickyMember Read(MemberSubscription member) => new(
        member.OwnedPartitions,
        member.Generation >= 0 ? member.Generation
            : member.UserData is { Length: >= sizeof(int) } bytes ? BinaryPrimitives.ReadInt32BigEndian(bytes.Span)
            : StickyMember.NoGeneration);

    // What one member gets and another one has.
    private static Dictionary<int, int> FindMoving(AssignmentProblem problem, List<int>[] lists)
    {
        var added = new Dictionary<int, int>();
        var lost = new HashSet<int>();
        for (var member = 0; member < lists.Length; member++)
        {
            var owned = new HashSet<int>();
            foreach (var partition in problem.Members[member].OwnedPartitions)
            {
                owned.Add(problem.Find(partition));
            }

            foreach (var partition in lists[member])
            {
                if (!owned.Remove(partition))
                {
                    added.Add(partition, member);
                }
            }

            lost.UnionWith(owned);
        }

        foreach (var partition in added.Keys)
        {
            if (!lost.Contains(partition))
            {
                added.Remove(partition);
            }
        }

        return added;
    }
}
