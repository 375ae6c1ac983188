using Samsa.Broker.Groups.Assignors;
using Samsa.Broker.Groups.Consumers;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>The assignors of consumer groups, on cases by hand and on random ones.</summary>
public sealed class AssignorTests
{
    private static readonly Guid One = ClusterOfTopics.IdOf("one");
    private static readonly Guid Two = ClusterOfTopics.IdOf("two");

    [Fact]
    public void Range_cuts_each_topic_into_pieces_in_the_order_of_instances_then_members()
    {
        var shares = new RangeAssignor().Assign(
            [Member("b", [One, Two]), Member("a", [One]), Member("c", [One, Two], instance: "z"), Member("d", [One], instance: "y")],
            new Dictionary<Guid, int> { [One] = 7, [Two] = 3 });
        Assert.Equal([0, 1], Numbers(shares["d"], One));
        Assert.Equal([2, 3], Numbers(shares["c"], One));
        Assert.Equal([4, 5], Numbers(shares["a"], One));
        Assert.Equal([6], Numbers(shares["b"], One));
        Assert.Equal([0, 1], Numbers(shares["c"], Two));
        Assert.Equal([2], Numbers(shares["b"], Two));
    }

    [Fact]
    public void Uniform_moves_only_what_it_must()
    {
        var before = new UniformAssignor().Assign([Member("a", [One]), Member("b", [One])], new Dictionary<Guid, int> { [One] = 9 });
        var after = new UniformAssignor().Assign(
            [Member("a", [One], before["a"]), Member("b", [One], before["b"]), Member("c", [One])], new Dictionary<Guid, int> { [One] = 9 });
        Assert.All(after.Values, share => Assert.Equal(3, share.Count));
        Assert.True(after["a"].IsWithin(before["a"]));
        Assert.True(after["b"].IsWithin(before["b"]));
    }

    [Fact]
    public void Every_partition_has_one_owner_who_wants_it_and_shares_are_even()
    {
        var random = new Random(7);
        for (var round = 0; round < 400; round++)
        {
            var topics = Enumerable.Range(0, random.Next(1, 6)).ToDictionary(i => ClusterOfTopics.IdOf("t" + i), _ => random.Next(1, 12));
            var ids = topics.Keys.ToList();
            var equal = random.Next(2) == 0;
            var present = new Dictionary<string, PartitionMap>();
            for (var change = 0; change < 4; change++)
            {
                var members = Enumerable.Range(0, random.Next(1, 8))
                    .Select(i => Member("m" + i, equal ? ids : ids.Where(_ => random.Next(3) > 0), present.GetValueOrDefault("m" + i)))
                    .ToList();
                foreach (IPartitionAssignor assignor in new IPartitionAssignor[] { new UniformAssignor(), new RangeAssignor() })
                {
                    var shares = assignor.Assign(members, topics);
                    Check(members, topics, shares);
                    if (assignor is UniformAssignor)
                    {
                        present = shares;
                        if (equal)
                            Assert.InRange(shares.Values.Max(share => share.Count) - shares.Values.Min(share => share.Count), 0, 1);
                        else
                            CheckNothingCanImprove(members, shares);
                    }
                }
            }
        }
    }

    private static void Check(List<AssignorMember> members, Dictionary<Guid, int> topics, Dictionary<string, PartitionMap> shares)
    {
        Assert.Equal(members.Select(member => member.MemberId).Order(), shares.Keys.Order());
        var owners = new HashSet<(Guid, int)>();
        foreach (var member in members)
        {
            foreach (var (topic, partition) in shares[member.MemberId].All)
            {
                Assert.Contains(topic, member.Topics);
                Assert.True(owners.Add((topic, partition.Partition)), "A partition has two owners.");
            }
        }

        Assert.Equal(topics.Where(topic => members.Any(member => member.Topics.Contains(topic.Key))).Sum(topic => topic.Value), owners.Count);
    }

    // No single partition could go to another subscriber and make two members more alike.
    private static void CheckNothingCanImprove(List<AssignorMember> members, Dictionary<string, PartitionMap> shares)
    {
        foreach (var giver in members)
        {
            foreach (var topic in shares[giver.MemberId].Topics.Keys)
            {
                foreach (var taker in members.Where(member => member.Topics.Contains(topic)))
                    Assert.True(shares[giver.MemberId].Count - shares[taker.MemberId].Count <= 1, "One more could be moved.");
            }
        }
    }

    private static AssignorMember Member(string id, IEnumerable<Guid> topics, PartitionMap? present = null, string? instance = null) =>
        new(id, instance, topics.ToHashSet(), present ?? PartitionMap.Empty);

    private static int[] Numbers(PartitionMap share, Guid topic) => [.. share.Of(topic).Select(one => one.Partition)];
}
