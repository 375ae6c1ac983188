using System.Globalization;
using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.Differential.Cases;
using Samsa.InteropTests.DumpLog;
using Samsa.InteropTests.Groups;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.InteropTests.Disk;

/// <summary>
/// The groups in a <c>__consumer_offsets</c> of Apache Kafka 3.9: of several clients, with members and without, expired, deleted, compacted.
/// Samsa goes on with them, is killed, and Apache Kafka takes them back.
/// </summary>
public sealed class AdoptedOffsetsTests
{
    private const string Topic = "committed";
    private const string Kept = "keeps-for-long";
    private const string Expired = "keeps-for-a-moment";
    private const string Deleted = "deleted";
    private const string Rewritten = "rewritten";
    private const int Partitions = 3;

    private static readonly Dictionary<string, string> Properties = new()
    {
        ["num.partitions"] = "3",
        ["offsets.topic.num.partitions"] = "3",
        ["offsets.topic.segment.bytes"] = "20000",
        ["offsets.retention.check.interval.ms"] = "100",
        ["group.max.session.timeout.ms"] = "1800000",
        ["log.cleaner.backoff.ms"] = "50",
        ["log.cleaner.min.cleanable.ratio"] = "0.01",
    };

    [Fact]
    public async Task Groups_of_Apache_Kafka_go_on_in_Samsa_and_back()
    {
        await using var kafka = new ApacheKafkaProcess("3.9", new Dictionary<string, string>(Properties)
        {
            // On a busy machine it would be fenced by its own controller.
            ["broker.session.timeout.ms"] = "60000",
        });
        await kafka.StartAsync();
        await UntilCoordinatorServesAsync(kafka.BootstrapServers);
        await ConsumeWithClientsAsync(kafka.BootstrapServers);
        var (dynamic, named) = await FillAsync(kafka);
        var before = await GroupPicture.OfAsync(kafka.BootstrapServers);
        Assert.Contains(before, line => line.StartsWith("of-kcat: " + Topic + "-0 2 ", StringComparison.Ordinal));
        Assert.Contains($"{Kept}: {Topic}-1 22 0 'text' None", before);
        Assert.Contains("with-a-member consumer Stable", before);
        Assert.DoesNotContain(before, line => line.StartsWith(Expired, StringComparison.Ordinal) || line.StartsWith(Deleted + ":", StringComparison.Ordinal));
        await kafka.StopAsync();

        string[] left;
        // Who the directory belongs to, as the peers' script has it.
        await using (SamsaProcess samsa = new(new Dictionary<string, string>(Properties) { ["broker.id"] = "1" }) { DataDirectory = kafka.DataDirectory })
        {
            await samsa.StartAsync();
            Assert.Equal(before, await GroupPicture.OfAsync(samsa.BootstrapServers));
            await GoOnAsync(samsa.BootstrapServers, dynamic, named);
            left = await GroupPicture.OfAsync(samsa.BootstrapServers);
            Assert.NotEqual(before, left);
            await samsa.KillAsync();
            await samsa.StartAsync();
            Assert.Equal(left, await GroupPicture.OfAsync(samsa.BootstrapServers));
        }

        // Written by both brokers, read by all tools.
        foreach (var version in new[] { "3.9", "4.3" })
            await new BothTools(version).SameAsync("--offsets-decoder", "--files", string.Join(',', OffsetLogs(kafka.DataDirectory)));

        await kafka.StartAsync();
        Assert.Equal(left, await GroupPicture.OfAsync(kafka.BootstrapServers));
        using var client = await WireClient.ConnectAsync(kafka.BootstrapServers);
        Assert.Equal(ErrorCode.None, (await client.SendAsync<HeartbeatResponse>(Beat("with-a-member", dynamic), 3)).ErrorCode);
    }

    private static IEnumerable<string> OffsetLogs(string directory) => Directory.GetDirectories(directory, "__consumer_offsets-*")
        .SelectMany(partition => Directory.GetFiles(partition, "*.log")).Order(StringComparer.Ordinal);

    // Two records in each partition; each client reads them as the only member of its group, commits and leaves.
    private static async Task ConsumeWithClientsAsync(string server)
    {
        for (var partition = 0; partition < Partitions; partition++)
        {
            (await Child.RunAsync(
                Tools.Kcat, ["-P", "-b", server, "-t", Topic, "-p", partition.ToString(CultureInfo.InvariantCulture)], "a\nb\n"u8.ToArray())).Succeeded();
        }

        GroupMember[] members =
        [
            GroupMember.Kcat(server, Topic, "of-kcat"),
            GroupMember.Script(Tools.Python("kafka", "python3-kafka"), "kafka_python_group.py", server, Topic, "of-kafka-python"),
            GroupMember.Script(Tools.Python("confluent_kafka", "python3-confluent-kafka"), "confluent_python_group.py", server, Topic, "of-confluent-kafka"),
        ];
        foreach (var member in members)
        {
            await using (member)
            {
                await Conditions.UntilAsync($"everything was read; {member.Errors}", () => Task.FromResult(member.Processed.Distinct().Count()), count => count == 2 * Partitions);
                await member.LeaveAsync();
            }
        }
    }

    // What clients seldom do: members of the dead and the living, explicit retention, deletion, and enough commits to compact.
    private static async Task<(JoinGroupResponse Dynamic, JoinGroupResponse Named)> FillAsync(ApacheKafkaProcess kafka)
    {
        var topic = new WireTopic(Topic, Guid.Empty);
        using var client = await WireClient.ConnectAsync(kafka.BootstrapServers);
        var dynamic = await StableAsync(client, "with-a-member", instance: null);
        var named = await StableAsync(client, "with-a-static-member", "instance-1");
        var commit = GroupScene.Commit("with-a-member", topic, (0, 1), (2, 2));
        (commit.MemberId, commit.GenerationIdOrMemberEpoch) = (dynamic.MemberId, dynamic.GenerationId);
        await MustAsync(client, commit, 8);

        // Until protocol 4 a commit says how long it is kept; Kafka writes these in an older form.
        var kept = GroupScene.Commit(Kept, topic, (0, 11));
        kept.RetentionTimeMs = 3_600_000;
        await MustAsync(client, kept, 3);
        var withEpoch = GroupScene.Commit(Kept, topic, (1, 22));
        withEpoch.Topics[0].Partitions[0].CommittedLeaderEpoch = 0;
        await MustAsync(client, withEpoch, 8);
        var passing = GroupScene.Commit(Expired, topic, (0, 1));
        passing.RetentionTimeMs = 1;
        await MustAsync(client, passing, 3);
        await MustAsync(client, GroupScene.Commit(Deleted, topic, (0, 1)), 8);
        var gone = await client.SendAsync<DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = [Deleted] }, 2);
        Assert.Equal(ErrorCode.None, gone.Results[0].ErrorCode);
        for (var offset = 1; offset <= 600; offset++)
            await MustAsync(client, GroupScene.Commit(Rewritten, topic, (0, offset), (1, 2 * offset)), 8);

        await Conditions.UntilAsync(
            "the short-lived offset has expired", () => GroupPicture.OfAsync(kafka.BootstrapServers), lines => !lines.Any(line => line.StartsWith(Expired, StringComparison.Ordinal)));
        var checkpoint = Path.Combine(kafka.DataDirectory, "cleaner-offset-checkpoint");
        await Conditions.UntilAsync(
            "Apache Kafka has compacted a partition of offsets",
            async () => File.Exists(checkpoint) ? await File.ReadAllTextAsync(checkpoint) : "",
            text => text.Contains("__consumer_offsets", StringComparison.Ordinal));
        return (dynamic, named);
    }

    // The members are still members; offsets move; groups end.
    private static async Task GoOnAsync(string server, JoinGroupResponse dynamic, JoinGroupResponse named)
    {
        var topic = new WireTopic(Topic, Guid.Empty);
        using var client = await WireClient.ConnectAsync(server);
        Assert.Equal(ErrorCode.None, (await client.SendAsync<HeartbeatResponse>(Beat("with-a-member", dynamic), 3)).ErrorCode);
        var commit = GroupScene.Commit("with-a-member", topic, (0, 2));
        (commit.MemberId, commit.GenerationIdOrMemberEpoch) = (dynamic.MemberId, dynamic.GenerationId);
        await MustAsync(client, commit, 8);

        // A static member that comes again is known by its name.
        var back = await client.SendAsync<JoinGroupResponse>(GroupScene.Join("with-a-static-member", "", "instance-1"), 5);
        Assert.Equal((ErrorCode.None, named.GenerationId), (back.ErrorCode, back.GenerationId));
        Assert.NotEqual(named.MemberId, back.MemberId);
        await client.SendAsync<SyncGroupResponse>(GroupScene.Sync("with-a-static-member", back, "instance-1"), 3);

        await StableAsync(client, "of-samsa", instance: null);
        for (var offset = 601; offset <= 1200; offset++)
            await MustAsync(client, GroupScene.Commit(Rewritten, topic, (0, offset), (1, 2 * offset)), 8);
        var passing = GroupScene.Commit("of-kcat", topic, (0, 1));
        passing.RetentionTimeMs = 1;
        await MustAsync(client, passing, 3);
        var gone = await client.SendAsync<DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = ["of-kafka-python"] }, 2);
        Assert.Equal(ErrorCode.None, gone.Results[0].ErrorCode);
        await Conditions.UntilAsync(
            "one of kcat's offsets has expired", () => GroupPicture.OfAsync(server), lines => !lines.Any(line => line.StartsWith($"of-kcat: {Topic}-0 ", StringComparison.Ordinal)));
    }

    private static async Task<JoinGroupResponse> StableAsync(WireClient client, string group, string? instance)
    {
        var joined = await client.SendAsync<JoinGroupResponse>(GroupScene.Join(group, "", instance), (short)(instance is null ? 3 : 5));
        Assert.Equal(ErrorCode.None, joined.ErrorCode);
        Assert.Equal(ErrorCode.None, (await client.SendAsync<SyncGroupResponse>(GroupScene.Sync(group, joined, instance), 3)).ErrorCode);
        return joined;
    }

    private static HeartbeatRequest Beat(string group, JoinGroupResponse joined) => new() { GroupId = group, MemberId = joined.MemberId, GenerationId = joined.GenerationId };

    private static async Task MustAsync(WireClient client, OffsetCommitRequest commit, short version)
    {
        var committed = await client.SendAsync<OffsetCommitResponse>(commit, version);
        Assert.All(committed.Topics[0].Partitions, partition => Assert.Equal(ErrorCode.None, partition.ErrorCode));
    }

    private static Task<ErrorCode> UntilCoordinatorServesAsync(string server) => Conditions.UntilAsync(
        "the coordinator serves",
        async () =>
        {
            using var client = await WireClient.ConnectAsync(server);
            await client.SendAsync<FindCoordinatorResponse>(new FindCoordinatorRequest { Key = Kept }, 3);
            return (await client.SendAsync<OffsetFetchResponse>(new OffsetFetchRequest { GroupId = Kept, Topics = null }, 7)).ErrorCode;
        },
        error => error == ErrorCode.None);
}
