namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// Deals all partitions of all topics out to the members in turn (<c>roundrobin</c>), passing over members that do not subscribe to the topic.
/// The result is the Java client's for the same group.
/// </summary>
public sealed class RoundRobinAssignor : PartitionAssignor
{
    /// <inheritdoc/>
    public override string Name => "roundrobin";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, MemberAssignment> Assign(
        IReadOnlyDictionary<string, AssignableTopic> topics, IReadOnlyList<MemberSubscription> members)
    {
        var problem = new AssignmentProblem(topics, members);
        var lists = problem.EmptyLists();
        var order = MemberOrder.Of(problem);
        var turn = 0;
        for (var partition = 0; partition < problem.PartitionCount; partition++)
        {
            // Somebody subscribes to every topic of the problem.
            while (!problem.IsSubscribed(order[turn], problem.TopicOf[partition]))
            {
                turn = (turn + 1) % order.Length;
            }

            lists[order[turn]].Add(partition);
            turn = (turn + 1) % order.Length;
        }

        return problem.ToAssignments(lists);
    }
}
