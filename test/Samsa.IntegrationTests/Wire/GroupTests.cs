using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Groups over sockets: what is answered when, and what is left after a restart, a crash, the end of a topic.</summary>
public sealed class GroupTests
{
    private static readonly Dictionary<string, string> Quick = new()
    {
        ["group.initial.rebalance.delay.ms"] = "0",
        ["offsets.topic.num.partitions"] = "4",
    };

    [Fact]
    public async Task The_first_question_for_a_coordinator_makes_the_topic_and_finds_it()
    {
        await using var broker = await SamsaBroker.StartAsync();
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        Assert.Equal(ErrorCode.NotCoordinator, (await client.SendAsync<JoinGroupResponse>(Join(), 3)).ErrorCode);
        Assert.Empty((await client.SendAsync<ListGroupsResponse>(new ListGroupsRequest(), 4)).Groups);

        var old = await client.SendAsync<FindCoordinatorResponse>(new FindCoordinatorRequest { Key = "g" }, 2);
        var batched = await client.SendAsync<FindCoordinatorResponse>(new FindCoordinatorRequest { CoordinatorKeys = ["g", ""] }, 4);

        var port = broker.Server!.Listeners[0].EndPoint.Port;
        Assert.Equal((ErrorCode.None, 0, "127.0.0.1", port), (old.ErrorCode, old.NodeId, old.Host, old.Port));
        Assert.Equal([("g", port), ("", port)], batched.Coordinators.Select(one => (one.Key, one.Port)));
        var image = broker.Server.Broker.Metadata.Current.FindTopic("__consumer_offsets")!;
        Assert.Equal(50, image.Partitions.Count);
        Assert.Equal(
            [("cleanup.policy", "compact"), ("compression.type", "producer"), ("segment.bytes", "104857600")],
            image.Configs.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));
    }

    [Fact]
    public async Task A_transaction_has_no_coordinator_yet()
    {
        await using var broker = await SamsaBroker.StartAsync();
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var found = await client.SendAsync<FindCoordinatorResponse>(new FindCoordinatorRequest { Key = "t", KeyType = 1 }, 3);
        Assert.Equal((ErrorCode.CoordinatorNotAvailable, -1), (found.ErrorCode, found.NodeId));
        var share = await client.SendAsync<FindCoordinatorResponse>(new FindCoordinatorRequest { CoordinatorKeys = ["t"], KeyType = 2 }, 6);
        Assert.Equal(ErrorCode.CoordinatorNotAvailable, share.Coordinators[0].ErrorCode);
    }

    [Theory]
    [InlineData("a", 47)]
    [InlineData("", 0)]
    [InlineData("Größe", 35)]
    [InlineData("my-group", 12)]
    [InlineData("polygenelubricants", 0)]
    public async Task A_group_is_kept_where_Javas_hash_says(string group, int partition)
    {
        // |group.hashCode()| % 50, worked out beside this program; the last but one has a negative hash, the last one the smallest number.
        await using var broker = await SamsaBroker.StartAsync();
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(client);
        await client.SendAsync<OffsetCommitResponse>(await CommitAsync(client, group, 1), 8);

        var written = Enumerable.Range(0, 50).Where(i => broker.Server!.Broker.Replicas.Find("__consumer_offsets", i)!.Log.LogEndOffset > 0);

        Assert.Equal([partition], written);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Members_and_offsets_outlive_the_broker(bool crash, bool flushOnAck)
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string>(Quick) { ["samsa.flush.on.ack"] = flushOnAck ? "true" : "false" },
        });
        JoinGroupResponse joined;
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await ReadyAsync(client);
            joined = await client.SendAsync<JoinGroupResponse>(Join(), 3);
            Assert.Equal(ErrorCode.None, joined.ErrorCode);
            var synced = await client.SendAsync<SyncGroupResponse>(Sync(joined), 3);
            Assert.Equal("part"u8.ToArray(), synced.Assignment.ToArray());
            for (var offset = 1; offset <= 20; offset++)
            {
                var committed = await client.SendAsync<OffsetCommitResponse>(By(joined, await CommitAsync(client, "g", offset)), 8);
                Assert.Equal(ErrorCode.None, committed.Topics[0].Partitions[0].ErrorCode);
            }
        }

        if (crash)
            await broker.CrashAsync();
        await broker.RestartAsync();

        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(again);
        Assert.Equal(20, await FetchAsync(again, "g"));
        Assert.Equal(ErrorCode.None, (await again.SendAsync<HeartbeatResponse>(Beat(joined), 3)).ErrorCode);
        Assert.Equal("part"u8.ToArray(), (await again.SendAsync<SyncGroupResponse>(Sync(joined), 3)).Assignment.ToArray());
        Assert.Equal("Stable", (await again.SendAsync<DescribeGroupsResponse>(new DescribeGroupsRequest { Groups = ["g"] }, 5)).Groups[0].GroupState);
    }

    [Fact]
    public async Task A_join_that_waits_is_refused_when_the_broker_stops()
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string> { ["group.initial.rebalance.delay.ms"] = "600000" },
        });
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(client);
        var id = await client.PostAsync(Join(), 3);
        using (var other = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            while ((await other.SendAsync<DescribeGroupsResponse>(new DescribeGroupsRequest { Groups = ["g"] }, 5)).Groups[0].GroupState != "PreparingRebalance")
                await Task.Yield();
        }

        var stop = broker.StopAsync();
        Assert.Equal(ErrorCode.NotCoordinator, (await client.ReceiveAsync<JoinGroupResponse>(id, 3)).ErrorCode);
        await stop.WaitAsync(WireClient.Patience);
    }

    [Fact]
    public async Task Offsets_of_a_deleted_topic_are_gone_and_stay_gone()
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions { Overrides = Quick });
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await ReadyAsync(client);
            await client.SendAsync<OffsetCommitResponse>(await CommitAsync(client, "g", 7), 8);
            Assert.Equal(7, await FetchAsync(client, "g"));
            await client.SendAsync<DeleteTopicsResponse>(new DeleteTopicsRequest { TopicNames = ["t"], TimeoutMs = 60_000 }, 4);
            Assert.Equal(-1, await FetchAsync(client, "g"));
        }

        await broker.RestartAsync();
        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(again);
        Assert.Equal(-1, await FetchAsync(again, "g"));
    }

    [Fact]
    public async Task Groups_go_with_their_topic_and_begin_anew_in_the_next()
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions { Overrides = Quick });
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(client);
        await client.SendAsync<OffsetCommitResponse>(await CommitAsync(client, "g", 7), 8);

        await client.SendAsync<DeleteTopicsResponse>(new DeleteTopicsRequest { TopicNames = ["__consumer_offsets"], TimeoutMs = 60_000 }, 4);

        Assert.Equal(ErrorCode.NotCoordinator, (await client.SendAsync<JoinGroupResponse>(Join(), 3)).ErrorCode);
        await ReadyAsync(client);
        Assert.Equal(-1, await FetchAsync(client, "g"));
        Assert.Equal(ErrorCode.None, (await client.SendAsync<JoinGroupResponse>(Join(), 3)).ErrorCode);
    }

    [Fact]
    public async Task A_commit_too_large_for_one_batch_is_refused_and_tombstones_are_split()
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string>(Quick) { ["message.max.bytes"] = "2000" },
        });
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(client);
        await client.SendAsync<CreateTopicsResponse>(
            new CreateTopicsRequest { Topics = [new CreateTopicsRequest.CreatableTopic { Name = "wide", NumPartitions = 60, ReplicationFactor = 1 }] }, 4);
        var large = Wide(0, 60);
        var refused = await client.SendAsync<OffsetCommitResponse>(large, 8);
        Assert.All(refused.Topics[0].Partitions, partition => Assert.Equal(ErrorCode.InvalidCommitOffsetSize, partition.ErrorCode));
        for (var first = 0; first < 60; first += 10)
        {
            var taken = await client.SendAsync<OffsetCommitResponse>(Wide(first, 10), 8);
            Assert.All(taken.Topics[0].Partitions, partition => Assert.Equal(ErrorCode.None, partition.ErrorCode));
        }

        var deleted = await client.SendAsync<DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = ["g"] }, 2);

        Assert.Equal(ErrorCode.None, deleted.Results[0].ErrorCode);
        await broker.RestartAsync();
        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(again);
        Assert.Empty((await again.SendAsync<ListGroupsResponse>(new ListGroupsRequest(), 4)).Groups);
    }

    [Fact]
    public async Task Offsets_are_stored_with_the_codec_of_the_configuration_and_read_back()
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string>(Quick) { ["offsets.topic.compression.codec"] = "1" },
        });
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await ReadyAsync(client);
            var commit = await CommitAsync(client, "g", 7);
            commit.Topics[0].Partitions[0].CommittedMetadata = new string('x', 4000);
            await client.SendAsync<OffsetCommitResponse>(commit, 8);
        }

        var log = Enumerable.Range(0, 4).Select(i => broker.Server!.Broker.Replicas.Find("__consumer_offsets", i)!.Log).Single(one => one.LogEndOffset > 0);
        Assert.InRange(log.SizeInBytes, 1, 1000);
        await broker.RestartAsync();
        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(again);
        Assert.Equal(7, await FetchAsync(again, "g"));
    }

    [Fact]
    public async Task What_groups_do_is_counted()
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions { Overrides = Quick });
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await ReadyAsync(client);
            var joined = await client.SendAsync<JoinGroupResponse>(Join(), 3);
            await client.SendAsync<SyncGroupResponse>(Sync(joined), 3);
            await client.SendAsync<OffsetCommitResponse>(By(joined, await CommitAsync(client, "g", 1)), 8);
            await client.SendAsync<OffsetCommitResponse>(await CommitAsync(client, "simple", 1), 8);
            await client.SendAsync<OffsetCommitResponse>(await CommitAsync(client, "gone", 1), 8);
            await client.SendAsync<DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = ["gone"] }, 2);
        }

        Assert.Equal(["numgroups 2", "numgroupsempty 1", "numgroupsstable 1", "numoffsets 2"], Metrics(broker, "kafka_coordinator_group_groupmetadatamanager_"));
        Assert.Equal(
            ["group_completed_rebalance_count 1", "group_count{protocol=\"classic\"} 2", "num_partitions{state=\"active\"} 4", "offset_commit_count 3", "offset_deletion_count 1"],
            Metrics(broker, "kafka_server_group_coordinator_metrics_").Where(line => !line.Contains("load", StringComparison.Ordinal)));
        await broker.RestartAsync();
        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        await ReadyAsync(again);
        Assert.Equal(["numgroups 2", "numgroupsempty 1", "numgroupsstable 1", "numoffsets 2"], Metrics(broker, "kafka_coordinator_group_groupmetadatamanager_"));
    }

    // What is not 0.
    private static List<string> Metrics(SamsaBroker broker, string prefix)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        broker.Server!.Broker.Metrics.WriteTo(output);
        return
        [
            .. System.Text.Encoding.UTF8.GetString(output.WrittenSpan).Split('\n')
                .Where(line => line.StartsWith(prefix, StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal))
                .Select(line => line[prefix.Length..])
                .Order(StringComparer.Ordinal),
        ];
    }

    private static async Task ReadyAsync(WireClient client)
    {
        using var patience = new CancellationTokenSource(WireClient.Patience);
        await client.SendAsync<FindCoordinatorResponse>(new FindCoordinatorRequest { Key = "g" }, 3);
        while ((await client.SendAsync<ListGroupsResponse>(new ListGroupsRequest(), 4)).ErrorCode != ErrorCode.None)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
    }

    private static JoinGroupRequest Join() => new()
    {
        GroupId = "g",
        ProtocolType = "consumer",
        SessionTimeoutMs = 60_000,
        RebalanceTimeoutMs = 600_000,
        Protocols = [new JoinGroupRequest.JoinGroupRequestProtocol { Name = "range", Metadata = new byte[] { 1 } }],
    };

    private static SyncGroupRequest Sync(JoinGroupResponse joined) => new()
    {
        GroupId = "g",
        GenerationId = joined.GenerationId,
        MemberId = joined.MemberId,
        Assignments = [new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = joined.MemberId, Assignment = "part"u8.ToArray() }],
    };

    private static HeartbeatRequest Beat(JoinGroupResponse joined) =>
        new() { GroupId = "g", GenerationId = joined.GenerationId, MemberId = joined.MemberId };

    private static async Task<OffsetCommitRequest> CommitAsync(WireClient client, string group, long offset)
    {
        await client.SendAsync<MetadataResponse>(
            new MetadataRequest { Topics = [new MetadataRequest.MetadataRequestTopic { Name = "t" }], AllowAutoTopicCreation = true }, 9);
        return new OffsetCommitRequest
        {
            GroupId = group,
            Topics = [new OffsetCommitRequest.OffsetCommitRequestTopic { Name = "t", Partitions = [new() { CommittedOffset = offset }] }],
        };
    }

    private static OffsetCommitRequest Wide(int first, int count) => new()
    {
        GroupId = "g",
        Topics =
        [
            new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = "wide",
                Partitions = [.. Enumerable.Range(first, count).Select(i => new OffsetCommitRequest.OffsetCommitRequestPartition { PartitionIndex = i, CommittedOffset = i })],
            },
        ],
    };

    private static OffsetCommitRequest By(JoinGroupResponse joined, OffsetCommitRequest request)
    {
        (request.MemberId, request.GenerationIdOrMemberEpoch) = (joined.MemberId, joined.GenerationId);
        return request;
    }

    private static async Task<long> FetchAsync(WireClient client, string group)
    {
        var answer = await client.SendAsync<OffsetFetchResponse>(
            new OffsetFetchRequest { GroupId = group, Topics = [new OffsetFetchRequest.OffsetFetchRequestTopic { Name = "t", PartitionIndexes = [0] }] }, 7);
        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        return answer.Topics[0].Partitions[0].CommittedOffset;
    }
}
