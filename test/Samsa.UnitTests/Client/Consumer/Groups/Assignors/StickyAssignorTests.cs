using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Groups.Assignors;

/// <summary>Where the sticky assignors do better than the Java client: groups in which that one fails, or gives members what they did not ask for.</summary>
public sealed class StickyAssignorTests
{
    [Fact]
    public void Partitions_that_no_longer_exist_are_dropped()
    {
        var assignments = Assign(
            [new AssignableTopic("t", 3)],
            Member("a", ["t"], generation: 4, "t-0", "t-1", "t-3", "t-5"));

        Assert.Equal(["t-0", "t-1", "t-2"], assignments["a"]);
    }

    [Fact]
    public void Somebody_who_missed_a_generation_gets_nothing_back_that_it_no_longer_subscribes_to()
    {
        var assignments = Assign(
            [new AssignableTopic("t", 4), new AssignableTopic("u", 1)],
            Member("a", ["t"], generation: 4, "t-0", "t-1", "t-2", "t-3"),
            Member("b", ["u"], generation: 3, "t-2", "t-3"),
            Member("c", ["t", "u"], generation: -1));

        Assert.All(assignments["b"], partition => Assert.StartsWith("u-", partition, StringComparison.Ordinal));
        Assert.Equal(5, assignments.Values.Sum(list => list.Length));
    }

    [Fact]
    public void Somebody_who_subscribes_to_nothing_gets_nothing()
    {
        var assignments = Assign([new AssignableTopic("t", 2)], Member("a", [], generation: -1), Member("b", ["t"], generation: -1));

        Assert.Empty(assignments["a"]);
        Assert.Equal(["t-0", "t-1"], assignments["b"]);
    }

    [Fact]
    public void A_group_without_topics_has_an_assignment()
    {
        var assignments = Assign([], Member("a", ["gone"], generation: 3, "gone-0"));

        Assert.Empty(assignments["a"]);
    }

    [Fact]
    public void Of_two_who_claim_a_partition_the_later_generation_keeps_it()
    {
        var assignments = Assign(
            [new AssignableTopic("t", 2)],
            Member("a", ["t"], generation: 5, "t-0"),
            Member("b", ["t"], generation: 6, "t-0"));

        Assert.Equal(["t-0"], assignments["b"]);
    }

    [Fact]
    public void User_data_of_old_clients_has_no_generation()
    {
        byte[] old = [0, 0, 0, 1, 0, 1, (byte)'t', 0, 0, 0, 1, 0, 0, 0, 7];

        var member = Samsa.Client.Consumer.Groups.Assignors.Sticky.StickyUserData.Decode(old);

        Assert.Equal([new TopicPartition("t", 7)], member.Partitions);
        Assert.Equal(-1, member.Generation);
    }

    private static MemberSubscription Member(string id, string[] topics, int generation, params string[] owned) => new(id, topics)
    {
        Generation = generation,
        OwnedPartitions = [.. owned.Select(text => new TopicPartition(text[..text.IndexOf('-')], int.Parse(text[(text.IndexOf('-') + 1)..], null)))],
    };

    // The cooperative assignor, until everybody gave up what is to move.
    private static Dictionary<string, string[]> Assign(AssignableTopic[] topics, params MemberSubscription[] members)
    {
        var byName = topics.ToDictionary(topic => topic.Name, StringComparer.Ordinal);
        var assignments = new CooperativeStickyAssignor().Assign(byName, members);
        MemberSubscription[] next =
        [
            .. members.Select(member => new MemberSubscription(member.MemberId, member.Topics)
            {
                Generation = 100,
                OwnedPartitions = assignments[member.MemberId].Partitions,
            }),
        ];
        return new CooperativeStickyAssignor().Assign(byName, next)
            .ToDictionary(pair => pair.Key, pair => pair.Value.Partitions.Select(partition => partition.ToString()).Order().ToArray());
    }
}
