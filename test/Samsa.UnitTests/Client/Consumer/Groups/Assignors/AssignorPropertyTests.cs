using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

/// <summary>What every assignment must be, for groups from seeds; SAMSA_ASSIGNOR_SEEDS and SAMSA_ASSIGNOR_FIRST_SEED ask for more.</summary>
public sealed class AssignorPropertyTests
{
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("SAMSA_ASSIGNOR_SEEDS") ?? "400", null);
    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("SAMSA_ASSIGNOR_FIRST_SEED") ?? "5000", null);

    [Fact]
    public void Every_partition_goes_once_to_somebody_who_subscribes()
    {
        foreach (var (seed, one) in Cases())
        {
            var members = one.Subscriptions.ToDictionary(member => member.MemberId, StringComparer.Ordinal);
            var given = new HashSet<TopicPartition>();
            foreach (var (id, assignment) in one.Solve())
            {
                Assert.All(assignment.Partitions, partition => Assert.True(given.Add(partition), $"Seed {seed}: {partition} is given twice."));
                Assert.All(
                    assignment.Partitions,
                    partition => Assert.True(members[id].Topics.Contains(partition.Topic), $"Seed {seed}: {id} does not subscribe to {partition}."));
            }

            var all = one.Topics.Where(topic => members.Values.Any(member => member.Topics.Contains(topic.Name))).SelectMany(Partitions).ToHashSet();
            Assert.True(given.IsSubsetOf(all), $"Seed {seed}: partitions that do not exist.");
            all.ExceptWith(given);

            // What its owner must give up first is left out until the next rebalance.
            var owned = members.Values.SelectMany(member => member.OwnedPartitions).ToHashSet();
            Assert.True(
                one.Assignor == "cooperative-sticky" ? all.IsSubsetOf(owned) : all.Count == 0,
                $"Seed {seed}: nobody has {string.Join(", ", all)}.");
        }
    }

    [Fact]
    public void Members_with_one_subscription_differ_by_one_partition_at_most()
    {
        foreach (var (seed, one) in Cases().Where(pair => pair.Case.Assignor is "roundrobin" or "sticky" && HasOneSubscription(pair.Case)))
        {
            var counts = one.Solve().Values.Select(assignment => assignment.Partitions.Count).ToArray();
            Assert.True(counts.Max() - counts.Min() <= 1, $"Seed {seed}: {string.Join(' ', counts)}");
        }
    }

    [Fact]
    public void Range_differs_by_one_partition_of_each_topic_at_most()
    {
        foreach (var (seed, one) in Cases().Where(pair => pair.Case.Assignor == "range"))
        {
            var assignments = one.Solve();
            foreach (var topic in one.Topics)
            {
                int[] counts =
                [
                    .. one.Subscriptions.Where(member => member.Topics.Contains(topic.Name))
                        .Select(member => assignments[member.MemberId].Partitions.Count(partition => partition.Topic == topic.Name)),
                ];
                Assert.True(counts.Length == 0 || counts.Max() - counts.Min() <= 1, $"Seed {seed}, {topic.Name}: {string.Join(' ', counts)}");
            }
        }
    }

    [Theory]
    [InlineData("sticky")]
    [InlineData("cooperative-sticky")]
    public void Sticky_leaves_everything_where_it_is_when_nothing_changes(string assignor)
    {
        // With racks, what could not be matched is dealt out anew each time; so does Java.
        foreach (var (seed, one) in Cases().Where(pair => pair.Case.Assignor == assignor && HasNoRacks(pair.Case)))
        {
            // A cooperative assignment may need two more rebalances to be whole: one gives up, one gets.
            var first = Again(Again(Again(one)));
            var second = Again(first);
            Assert.True(Sets(first) == Sets(second), $"Seed {seed}:\n{Sets(first)}then\n{Sets(second)}");
        }
    }

    [Fact]
    public void A_member_that_leaves_moves_nothing_of_the_others()
    {
        foreach (var (seed, one) in Cases().Where(
            pair => pair.Case.Assignor == "sticky" && HasOneSubscription(pair.Case) && HasNoRacks(pair.Case)))
        {
            var before = Again(one);
            var after = before with { Members = [.. before.Members.Skip(1)] };
            if (after.Members.Count == 0)
            {
                continue;
            }

            var assignments = after.Solve();
            foreach (var member in after.Subscriptions)
            {
                var had = Sticky(member.UserData);
                Assert.True(had.IsSubsetOf(assignments[member.MemberId].Partitions), $"Seed {seed}: {member.MemberId} lost something.");
            }
        }
    }

    private static IEnumerable<(int Seed, AssignorCase Case)> Cases() =>
        Enumerable.Range(FirstSeed, Seeds).SelectMany(seed => AssignorHistory.Of(seed).Select(one => (seed, one)));

    private static IEnumerable<TopicPartition> Partitions(AssignableTopic topic) =>
        Enumerable.Range(0, topic.PartitionCount).Select(partition => new TopicPartition(topic.Name, partition));

    private static bool HasOneSubscription(AssignorCase one) => one.Subscriptions.Select(member => string.Join(',', member.Topics.Order())).Distinct().Count() == 1;

    private static bool HasNoRacks(AssignorCase one) => one.Subscriptions.All(member => member.RackId is null);

    private static HashSet<TopicPartition> Sticky(ReadOnlyMemory<byte>? userData) =>
        [.. Samsa.Client.Consumer.Groups.Assignors.Sticky.StickyUserData.Decode(userData).Partitions];

    private static string Sets(AssignorCase one) => string.Concat(one.Subscriptions.Select(
        member => $"{member.MemberId}: {string.Join(' ', member.OwnedPartitions.OrderBy(partition => partition.ToString()))}\n"));

    // The same group, when all members took what they got, and join again.
    private static AssignorCase Again(AssignorCase one)
    {
        var assignments = one.Solve();
        return one with
        {
            Members =
            [
                .. one.Subscriptions.Select(member =>
                {
                    var assignor = AssignorCase.Make(one.Assignor);
                    assignor.OnAssignment(assignments[member.MemberId], new Samsa.Client.Consumer.ConsumerGroupMetadata("g", 90, member.MemberId, null));
                    var next = new MemberSubscription(member.MemberId, member.Topics)
                    {
                        UserData = assignor.SubscriptionUserData(member.Topics),
                        OwnedPartitions = assignments[member.MemberId].Partitions,
                        Generation = 90,
                        RackId = member.RackId,
                    };
                    return (member.MemberId, member.InstanceId, ConsumerProtocol.Encode(next));
                }),
            ],
        };
    }
}
