using System.Text;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.InteropTests.Groups;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.ClusterTools;

/// <summary>Our kafka-consumer-groups beside Apache Kafka's of one version, on the same groups.</summary>
public abstract class GroupToolTests(string version, BrokerFixture fixture)
{
    private static readonly TopicPartition[] Partitions = [new("tool-a", 0), new("tool-a", 1), new("tool-b", 0), new("tool-b", 1), new("tool-b", 2)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Groups_are_listed_described_reset_and_deleted_with_the_same_words()
    {
        _ = Tools.ApacheKafka(version);
        string server = (await fixture.BrokerAsync()).BootstrapServers;
        await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = server });
        await MakeTopicsAsync(admin, server);
        await CommitAsync(admin, "kept", 2);
        await using var member = GroupMember.Kcat(server, ["tool-a", "tool-b"], "live", "group.instance.id=instance-1", "client.id=client-1", "session.timeout.ms=120000");
        await Conditions.UntilAsync(
            "the member has its partitions",
            async () => (await admin.DescribeGroupsAsync(["live"], cancellation: Cancellation))[0],
            g => g is { State: GroupState.Stable, Members: [{ Assignment.Count: 5 }] });
        // kcat commits what it read, whatever it is told: the two tools must not see the time before and the time after.
        await Conditions.UntilAsync(
            "the member has committed what it read",
            async () => (await admin.ListGroupOffsetsAsync(["live"], cancellation: Cancellation))[0].Offsets.Values.Count(o => o.Offset == 4),
            committed => committed == 2);
        var tool = new GroupToolPair(version, server);

        await tool.SameAsync("consumer-groups", "--list", "--state", "--type");
        await tool.SameAsync("consumer-groups", "--describe", "--all-groups", "--verbose");
        await tool.SameAsync("consumer-groups", "--describe", "--all-groups", "--members", "--verbose");
        await tool.SameAsync("consumer-groups", "--describe", "--group", "live", "--group", "kept", "--state", "--verbose");
        await tool.SameAsync("consumer-groups", "--describe", "--group", "nobody", "--members");
        await tool.SameAsync("consumer-groups", "--reset-offsets", "--all-groups", "--topic", "tool-a", "--shift-by", "-3");
        await tool.SameAsync("consumer-groups", "--reset-offsets", "--group", "kept", "--topic", "tool-b:0,2", "--to-datetime", "2035-01-01T00:00:00.000", "--dry-run");
        await tool.SameAsync("consumer-groups", "--delete", "--group", "live");

        foreach (string own in GroupToolPair.Owners)
            await CommitAsync(admin, own, 1);
        await tool.SameAsync("consumer-groups", "--reset-offsets", "--group", "{own}", "--all-topics", "--to-offset", "3", "--execute");
        await tool.SameAsync("consumer-groups", "--delete-offsets", "--group", "{own}", "--topic", "tool-a:1", "--topic", "tool-none");
        await tool.SameAsync("consumer-groups", "--describe", "--group", "{own}");
        await tool.SameAsync("streams-application-reset", "--application-id", "{own}", "--input-topics", "tool-a,tool-none", "--to-offset", "1");
        await tool.SameAsync("consumer-groups", "--delete", "--group", "{own}");
        await tool.SameAsync("consumer-groups", "--delete", "--group", "{own}");
        await tool.SameAsync("consumer-groups", "--list", "--type", "lost");
        if (version == "4.3")
            await tool.SameAsync("groups", "--list", "--protocol", "consumer");
    }

    private static async Task CommitAsync(KafkaAdmin admin, string group, long offset)
    {
        foreach (var result in await admin.AlterGroupOffsetsAsync(group, Partitions.ToDictionary(p => p, p => new CommittedOffset(p.Partition == 0 ? offset : 0)), Cancellation))
            result.ThrowIfFailed();
    }

    private static async Task MakeTopicsAsync(KafkaAdmin admin, string server)
    {
        await admin.CreateTopicAsync(new NewTopic("tool-a") { Partitions = 2 }, Cancellation);
        await admin.CreateTopicAsync(new NewTopic("tool-b") { Partitions = 3 }, Cancellation);
        await Conditions.UntilAsync(
            "the partitions have leaders", () => admin.DescribeTopicsAsync(["tool-a", "tool-b"], cancellation: Cancellation),
            topics => topics.Sum(t => t.Partitions.Count(p => p.Leader >= 0)) == Partitions.Length);
        foreach (string topic in new[] { "tool-a", "tool-b" })
            (await Child.RunAsync(Tools.Kcat, ["-P", "-b", server, "-t", topic, "-p", "0"], Encoding.UTF8.GetBytes("a\nb\nc\nd\n"))).Succeeded();
    }
}
