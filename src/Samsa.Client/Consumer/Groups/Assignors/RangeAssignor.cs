namespace Samsa.Client.Consumer.Groups.Assignors;

/// <summary>
/// Gives each member a range of every topic (<c>range</c>), the first ones one partition more where it does not come out even. Topics of as many
/// partitions and the same subscribers are shared out alike, so that records of one key in several topics come to one member.
/// </summary>
/// <remarks>
/// Where members and brokers name their racks, and not every partition is in all of them, a member gets first what has a replica in its rack,
/// as far as the balance allows it (KIP-881). The result is the Java client's for the same group.
/// </remarks>
public sealed class RangeAssignor : PartitionAssignor
{
    /// <inheritdoc/>
    public override string Name => "range";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, MemberAssignment> Assign(
        IReadOnlyDictionary<string, AssignableTopic> topics, IReadOnlyList<MemberSubscription> members)
    {
        var problem = new AssignmentProblem(topics, members);
        var lists = problem.EmptyLists();
        var ranges = MakeRanges(problem);
        var byRack = Array.Exists(ranges, static range => range.NeedsRacks);
        if (byRack)
        {
            AssignByRack(ranges, lists);
        }

        foreach (var range in ranges)
        {
            range.Assign(lists, onlyInRack: false);
        }

        if (byRack)
        {
            foreach (var list in lists)
            {
                list.Sort();
            }
        }

        return problem.ToAssignments(lists);
    }

    private static RangeOfTopic[] MakeRanges(AssignmentProblem problem)
    {
        var consumers = new List<int>[problem.Topics.Length];
        foreach (ref var list in consumers.AsSpan())
        {
            list = [];
        }

        foreach (var member in MemberOrder.Of(problem))
        {
            foreach (var topic in problem.TopicsOf(member))
            {
                consumers[topic].Add(member);
            }
        }

        return [.. problem.TopicsByJava.Select(topic => new RangeOfTopic(problem, topic, [.. consumers[topic]]))];
    }

    private static void AssignByRack(RangeOfTopic[] ranges, List<int>[] lists)
    {
        foreach (var alike in ranges.Where(static range => range.KnowsRacks).GroupBy(static range => range, RangeOfTopic.Alike))
        {
            RangeOfTopic[] group = [.. alike];
            if (group.Length > 1)
            {
                AssignTogether(group, lists);
            }
            else if (group[0].NeedsRacks)
            {
                group[0].Assign(lists, onlyInRack: true);
            }
        }
    }

    // The same number of every topic goes to the same member, where that has a replica of each in its rack.
    private static void AssignTogether(RangeOfTopic[] group, List<int>[] lists)
    {
        var remaining = Enumerable.Range(0, group[0].ConsumerCount).ToList();
        for (var number = 0; number < group[0].PartitionCount && remaining.Count > 0; number++)
        {
            var found = remaining.FindIndex(consumer => Array.TrueForAll(group, range => range.Matches(consumer, number) && range.Room(consumer) > 0));
            if (found < 0)
            {
                continue;
            }

            var place = remaining[found];
            foreach (var range in group)
            {
                range.Give(lists, place, number);
            }

            if (Array.TrueForAll(group, range => range.Room(place) == 0))
            {
                remaining.RemoveAt(found);
            }
        }
    }
}
