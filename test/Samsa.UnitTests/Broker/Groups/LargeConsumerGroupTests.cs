using Samsa.Broker.Groups.Consumers;
using Xunit;

namespace Samsa.UnitTests.Broker.Groups;

/// <summary>
/// A thousand members and ten thousand partitions in one group of the consumer protocol. What a round of assignment costs, in
/// processor time of the process, is printed (docs/performance.md), and not judged.
/// </summary>
public sealed class LargeConsumerGroupTests(ITestOutputHelper output)
{
    private const int MemberCount = 1_000;
    private const int PartitionCount = 10_000;

    [Theory]
    [InlineData("uniform", 1)]
    [InlineData("uniform", 100)]
    [InlineData("range", 1)]
    public void A_thousand_members_share_ten_thousand_partitions(string assignor, int topicCount)
    {
        var cluster = new ClusterOfTopics();
        var topics = Enumerable.Range(0, topicCount).Select(i => $"t{i}").ToList();
        var groups = new GroupHarness("group.consumer.assignment.interval.ms=1000", "group.consumer.heartbeat.interval.ms=5000");
        foreach (var topic in topics)
            groups.Cluster = cluster.With(topic, PartitionCount / topicCount);
        var members = Enumerable.Range(0, MemberCount)
            .Select(i => new ConsumerMemberClient(groups, $"m{i:D4}") { Topics = topics, Assignor = assignor }).ToList();

        // All come within a second, so that their shares are made once, by the first heartbeat after it.
        members.ForEach(member => member.Beat());
        groups.Advance(1_000);
        var first = Milliseconds(() => members[0].Beat());
        Assert.Equal(groups.Consumer.GroupEpoch, groups.Consumer.TargetEpoch);
        Assert.All(groups.Consumer.Members, member => Assert.Equal(PartitionCount / MemberCount, groups.Consumer.TargetOf(member.MemberId).Count));

        // One goes: its partitions are dealt out again, and the heartbeat that does it is the costly one.
        var (rounds, plain) = (new List<double>(), new List<double>());
        for (var round = 0; round < 15; round++)
        {
            members[^1].Leave();
            members.RemoveAt(members.Count - 1);
            groups.Advance(1_000);
            var before = Held(groups.Consumer);
            rounds.Add(Milliseconds(() => members[0].Beat()));
            plain.Add(Milliseconds(() => members[0].Beat()));
            Assert.Equal(groups.Consumer.GroupEpoch, groups.Consumer.TargetEpoch);
            if (assignor == "uniform")
                Assert.All(before, pair => Assert.True(pair.Value <= groups.Consumer.TargetOf(pair.Key).Count, "Somebody lost a partition to no purpose."));
        }

        output.WriteLine(
            $"{assignor}, {topicCount} topics: first round {first:F1} ms, a round after one left {rounds.Min():F1} (median {rounds.Order().ElementAt(7):F1}) ms, "
            + $"a heartbeat without one {plain.Min():F2} ms, {groups.Log.Count} records");
    }

    private static Dictionary<string, int> Held(ConsumerGroup group) =>
        group.Members.ToDictionary(member => member.MemberId, member => group.TargetOf(member.MemberId).Count, StringComparer.Ordinal);

    private static double Milliseconds(Action step)
    {
        var began = Environment.CpuUsage.TotalTime;
        step();
        return (Environment.CpuUsage.TotalTime - began).TotalMilliseconds;
    }
}
