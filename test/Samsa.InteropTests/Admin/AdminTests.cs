using System.Globalization;
using System.Text;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.Admin;

/// <summary>Our admin client against one broker: the same assertions for Samsa and for Apache Kafka.</summary>
public abstract partial class AdminTests(AdminBroker target) : IAsyncLifetime
{
    private KafkaAdmin _admin = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _admin = new KafkaAdmin(new AdminOptions { BootstrapServers = (await target.StartedAsync()).BootstrapServers });

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_admin is not null)
        {
            await _admin.DisposeAsync();
        }
    }

    [Fact]
    public async Task Topics_are_validated_created_listed_described_grown_and_deleted()
    {
        var config = new Dictionary<string, string?> { ["retention.ms"] = "3600000" };
        NewTopic[] topics =
        [
            new("admin-a") { Partitions = 3, ReplicationFactor = 1, Configs = config },
            new("admin-b"),
            new("admin wrong") { Partitions = 1, ReplicationFactor = 1 },
            new("admin-c") { Partitions = 1, ReplicationFactor = 5 },
        ];
        ErrorCode[] outcome = [ErrorCode.None, ErrorCode.None, ErrorCode.InvalidTopicException, ErrorCode.InvalidReplicationFactor];

        var validated = await _admin.CreateTopicsAsync(topics, validateOnly: true, Cancellation);
        Assert.Equal(outcome, validated.Select(r => r.Error));
        Assert.DoesNotContain("admin-a", (await _admin.ListTopicsAsync(cancellation: Cancellation)).Select(t => t.Name));

        var created = await _admin.CreateTopicsAsync(topics, cancellation: Cancellation);
        Assert.Equal(outcome, created.Select(r => r.Error));
        Assert.Equal((3, 1), (created[0].Partitions, created[0].ReplicationFactor));
        Assert.NotEqual(Guid.Empty, created[0].TopicId);
        Assert.Contains(created[0].Configs!, c => c is { Name: "retention.ms", Value: "3600000", Source: ConfigSource.DynamicTopic });
        Assert.Equal(3, created[1].Partitions);
        Assert.NotNull(created[2].ErrorMessage);
        Assert.Equal(ErrorCode.TopicAlreadyExists, (await _admin.CreateTopicsAsync([topics[0]], cancellation: Cancellation))[0].Error);

        // One broker in a quorum of its own: it may hear of the topic a moment later than the controller.
        await Conditions.UntilAsync(
            "the broker knows the partitions",
            () => DescribeAsync("admin-a"),
            t => t.Partitions.Count == 3 && t.Partitions.All(p => p.Leader >= 0));
        await Conditions.UntilAsync("the broker knows the other topic", () => DescribeAsync("admin-b"), t => t.Succeeded);
        var listed = await _admin.ListTopicsAsync(cancellation: Cancellation);
        Assert.Equal(created[0].TopicId, Assert.Single(listed, t => t.Name == "admin-a").TopicId);
        var described = await _admin.DescribeTopicsAsync(["admin-b", "nope", "admin-a"], includeAuthorizedOperations: true, partitionsPerResponse: 2, Cancellation);
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition, ErrorCode.None], described.Select(t => t.Error));
        Assert.Equal([0, 1, 2], described[2].Partitions.Select(p => p.Partition));
        Assert.All(described[2].Partitions, p => Assert.Equal([p.Leader], p.Replicas));
        Assert.All(described[2].Partitions, p => Assert.Equal(p.Replicas, p.InSyncReplicas));
        Assert.NotEqual(int.MinValue, described[2].AuthorizedOperations);

        var unknown = Guid.NewGuid();
        var byId = await _admin.DescribeTopicsAsync([created[0].TopicId, unknown], cancellation: Cancellation);
        Assert.Equal([("admin-a", ErrorCode.None), (null, ErrorCode.UnknownTopicId)], byId.Select(t => (t.Name, t.Error)));

        var grown = await _admin.CreatePartitionsAsync([new("admin-a", 5), new("admin-b", 2), new("nope", 2)], cancellation: Cancellation);
        Assert.Equal([ErrorCode.None, ErrorCode.InvalidPartitions, ErrorCode.UnknownTopicOrPartition], grown.Select(r => r.Error));
        await Conditions.UntilAsync("the partitions are there", () => DescribeAsync("admin-a"), t => t.Partitions.Count == 5);

        var deleted = await _admin.DeleteTopicsAsync(["admin-a", "nope"], Cancellation);
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], deleted.Select(r => r.Error));
        var deletedById = await _admin.DeleteTopicsAsync([created[1].TopicId, unknown], Cancellation);
        Assert.Equal([("admin-b", ErrorCode.None), (null, ErrorCode.UnknownTopicId)], deletedById.Select(r => (r.Name, r.Error)));
        await Conditions.UntilAsync(
            "the topics are gone",
            () => _admin.ListTopicsAsync(cancellation: Cancellation),
            list => list.All(t => !t.Name.StartsWith("admin-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Topics_are_created_with_assignments()
    {
        var broker = (await _admin.DescribeClusterAsync(cancellation: Cancellation)).Brokers[0].Id;
        var topic = new NewTopic("assigned") { Assignments = new Dictionary<int, IReadOnlyList<int>> { [0] = [broker], [1] = [broker] } };

        Assert.Equal(2, (await _admin.CreateTopicAsync(topic, Cancellation)).Partitions);
        var more = await _admin.CreatePartitionsAsync([new("assigned", 3) { Assignments = [[broker]] }], cancellation: Cancellation);
        Assert.True(more[0].Succeeded, more[0].ErrorMessage);
    }

    [Fact]
    public async Task Records_are_found_by_every_kind_of_offset_and_deleted()
    {
        await _admin.CreateTopicAsync(new("offsets") { Partitions = 2, ReplicationFactor = 1 }, Cancellation);
        var partition = new TopicPartition("offsets", 0);
        await Conditions.UntilAsync("the partition has a leader", () => DescribeAsync("offsets"), t => t.Partitions.Count == 2 && t.Partitions.All(p => p.Leader >= 0));
        var before = TimeProvider.System.GetUtcNow();
        var lines = string.Concat(Enumerable.Range(0, 10).Select(i => i.ToString(CultureInfo.InvariantCulture) + "\n"));
        (await Child.RunAsync(
            Tools.Kcat, ["-P", "-b", (await target.StartedAsync()).BootstrapServers, "-t", "offsets", "-p", "0"], input: Encoding.UTF8.GetBytes(lines))).Succeeded();

        Assert.Equal(0, (await OffsetAsync(partition, OffsetSpec.Earliest)).Offset);
        Assert.Equal(10, (await OffsetAsync(partition, OffsetSpec.Latest)).Offset);
        Assert.Equal(10, (await OffsetAsync(partition, OffsetSpec.Latest, IsolationLevel.ReadCommitted)).Offset);
        var youngest = await OffsetAsync(partition, OffsetSpec.MaxTimestamp);
        Assert.InRange(youngest.Offset, 0, 9);
        Assert.InRange(youngest.Timestamp, before.ToUnixTimeMilliseconds(), long.MaxValue);
        Assert.Equal(0, (await OffsetAsync(partition, OffsetSpec.At(before.AddMilliseconds(-1)))).Offset);
        Assert.Equal(-1, (await OffsetAsync(partition, OffsetSpec.At(before.AddHours(1)))).Offset);
        Assert.Equal(0, (await OffsetAsync(partition, OffsetSpec.EarliestLocal)).Offset);
        Assert.Equal(-1, (await OffsetAsync(partition, OffsetSpec.LatestTiered)).Offset);

        var deleted = await _admin.DeleteRecordsAsync(
            new Dictionary<TopicPartition, long> { [partition] = 4, [new("offsets", 1)] = 99, [new("offsets", 7)] = 0 }, Cancellation);
        Assert.Equal([ErrorCode.None, ErrorCode.OffsetOutOfRange, ErrorCode.UnknownTopicOrPartition], deleted.Select(r => r.Error));
        Assert.Equal(4, deleted[0].LowWatermark);
        Assert.Equal(4, (await OffsetAsync(partition, OffsetSpec.Earliest)).Offset);
        Assert.Equal(10, (await _admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [partition] = -1 }, Cancellation))[0].LowWatermark);

        var producers = await _admin.DescribeProducersAsync([partition, new("offsets", 7)], Cancellation);
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], producers.Select(p => p.Error));
    }

    [Fact]
    public async Task Configurations_are_described_and_altered()
    {
        await _admin.CreateTopicAsync(new("configs"), Cancellation);
        var topic = ConfigResource.Topic("configs");
        var altered = await _admin.IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, IReadOnlyList<ConfigAlteration>>
            {
                [topic] = [new(AlterConfigOperation.Set, "retention.ms", "7200000"), new(AlterConfigOperation.Append, "cleanup.policy", "compact")],
                [ConfigResource.Topic("nope")] = [new(AlterConfigOperation.Set, "retention.ms", "1")],
            },
            cancellation: Cancellation);
        Assert.Equal([ErrorCode.None, ErrorCode.UnknownTopicOrPartition], altered.Select(r => r.Error));

        var entries = await UntilSetAsync(topic, "retention.ms", "7200000");
        Assert.Equal("delete,compact", entries["cleanup.policy"].Value);
        Assert.Equal(ConfigSource.DynamicTopic, entries["retention.ms"].Source);
        Assert.Equal(ConfigValueType.Int64, entries["retention.ms"].Type);
        Assert.NotNull(entries["retention.ms"].Documentation);
        Assert.Contains(entries["max.message.bytes"].Synonyms, s => s is { Name: "message.max.bytes", Source: ConfigSource.Default });

        var wrong = new Dictionary<ConfigResource, IReadOnlyList<ConfigAlteration>> { [topic] = [new(AlterConfigOperation.Set, "retention.ms", "soon")] };
        Assert.Equal(ErrorCode.InvalidConfig, (await _admin.IncrementalAlterConfigsAsync(wrong, cancellation: Cancellation))[0].Error);

        var replaced = await _admin.AlterConfigsAsync(
            new Dictionary<ConfigResource, IReadOnlyDictionary<string, string?>> { [topic] = new Dictionary<string, string?> { ["segment.bytes"] = "2000000" } },
            cancellation: Cancellation);
        Assert.True(replaced[0].Succeeded, replaced[0].ErrorMessage);
        Assert.Equal(ConfigSource.Default, (await UntilSetAsync(topic, "segment.bytes", "2000000"))["retention.ms"].Source);

        var id = (await _admin.DescribeClusterAsync(cancellation: Cancellation)).Brokers[0].Id;
        var change = new Dictionary<ConfigResource, IReadOnlyList<ConfigAlteration>>
        {
            [ConfigResource.Broker(id)] = [new(AlterConfigOperation.Set, "log.cleaner.threads", "2")],
        };
        Assert.True((await _admin.IncrementalAlterConfigsAsync(change, cancellation: Cancellation))[0].Succeeded);
        Assert.Equal(ConfigSource.DynamicBroker, (await UntilSetAsync(ConfigResource.Broker(id), "log.cleaner.threads", "2"))["log.cleaner.threads"].Source);
        change[ConfigResource.Broker(id)] = [new(AlterConfigOperation.Delete, "log.cleaner.threads")];
        Assert.True((await _admin.IncrementalAlterConfigsAsync(change, cancellation: Cancellation))[0].Succeeded);
    }

    [Fact]
    public async Task Cluster_log_directories_and_versions_are_described()
    {
        var cluster = await _admin.DescribeClusterAsync(includeAuthorizedOperations: true, cancellation: Cancellation);
        var broker = Assert.Single(cluster.Brokers);
        Assert.Equal((await target.StartedAsync()).BootstrapServers, $"{broker.Host}:{broker.Port}");
        Assert.NotEqual(int.MinValue, cluster.AuthorizedOperations);
        Assert.Equal(22, cluster.ClusterId!.Length);

        await _admin.CreateTopicAsync(new("in-a-directory") { Partitions = 1, ReplicationFactor = 1 }, Cancellation);
        var partition = new TopicPartition("in-a-directory", 0);
        var dirs = await Conditions.UntilAsync(
            "the directory holds the partition",
            () => _admin.DescribeLogDirsAsync([broker.Id], Cancellation),
            answer => answer[0].LogDirs.Any(d => d.Replicas.Any(r => r.Partition == partition)));
        Assert.True(Assert.Single(dirs).LogDirs[0].TotalBytes > 0);

        var versions = Assert.Single(await _admin.DescribeApiVersionsAsync(Cancellation));
        Assert.Contains(versions.Apis, api => api.ApiKey == (short)ApiKey.Metadata && api.Highest >= 12);
    }

    private async Task<TopicDescription> DescribeAsync(string topic) =>
        (await _admin.DescribeTopicsAsync([topic], cancellation: Cancellation))[0];

    private async Task<ListOffsetsResult> OffsetAsync(TopicPartition partition, OffsetSpec spec, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        var result = (await _admin.ListOffsetsAsync(new Dictionary<TopicPartition, OffsetSpec> { [partition] = spec }, isolation, Cancellation))[0];
        result.ThrowIfFailed();
        return result;
    }

    private async Task<Dictionary<string, ConfigEntry>> UntilSetAsync(ConfigResource resource, string key, string value)
    {
        var description = await Conditions.UntilAsync(
            $"{key} is {value}",
            () => _admin.DescribeConfigsAsync([resource], includeSynonyms: true, includeDocumentation: true, Cancellation),
            answer => answer[0].Entries.Any(e => e.Name == key && e.Value == value));
        return description[0].Entries.ToDictionary(e => e.Name);
    }
}
