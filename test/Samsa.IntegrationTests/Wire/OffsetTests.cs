using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>ListOffsets, OffsetForLeaderEpoch and DeleteRecords.</summary>
public sealed class OffsetTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> ListVersions => WireVersions.Of(ApiKey.ListOffsets, from: 1);

    public static TheoryData<short> EpochVersions => WireVersions.Of(ApiKey.OffsetForLeaderEpoch);

    public static TheoryData<short> DeleteVersions => WireVersions.Of(ApiKey.DeleteRecords);

    [Theory]
    [MemberData(nameof(ListVersions))]
    public async Task Every_version_knows_both_ends(short version)
    {
        broker.Require(ApiKey.ListOffsets, version);
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        var latest = await client.ListOffsetsAsync(topic, -1, version);
        var earliest = await client.ListOffsetsAsync(topic, -2, version);

        var epoch = version >= 4 ? 0 : -1;
        Assert.Equal((ErrorCode.None, 4L, -1L, epoch), (latest.ErrorCode, latest.Offset, latest.Timestamp, latest.LeaderEpoch));
        Assert.Equal((ErrorCode.None, 0L, -1L, epoch), (earliest.ErrorCode, earliest.Offset, earliest.Timestamp, earliest.LeaderEpoch));
    }

    [Theory]
    [MemberData(nameof(ListVersions))]
    public async Task Every_version_finds_the_first_record_at_or_after_a_time(short version)
    {
        broker.Require(ApiKey.ListOffsets, version);
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        var between = await client.ListOffsetsAsync(topic, 1500, version);
        var exact = await client.ListOffsetsAsync(topic, 3000, version);
        var before = await client.ListOffsetsAsync(topic, 0, version);
        var after = await client.ListOffsetsAsync(topic, 4001, version);

        Assert.Equal((1L, 2000L), (between.Offset, between.Timestamp));
        Assert.Equal((2L, 3000L), (exact.Offset, exact.Timestamp));
        Assert.Equal((0L, 1000L), (before.Offset, before.Timestamp));
        Assert.Equal((ErrorCode.None, -1L, -1L, -1), (after.ErrorCode, after.Offset, after.Timestamp, after.LeaderEpoch));
    }

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Zstd)]
    public async Task Times_are_found_inside_compressed_batches(CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions { Compression = codec }, 100, firstTimestamp: 5000));

        var found = await client.ListOffsetsAsync(topic, 5042);

        Assert.Equal((42L, 5042L), (found.Offset, found.Timestamp));
    }

    [Theory]
    [InlineData(-3, 7, 3, 4000)]
    [InlineData(-4, 8, 0, -1)]
    [InlineData(-5, 9, -1, -1)]
    [InlineData(-6, 11, -1, -1)]
    public async Task Special_times_are_known_from_their_version_on(long timestamp, int since, long offset, long time)
    {
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();
        for (var version = (short)1; version <= WireVersions.Newest(ApiKey.ListOffsets); version++)
        {
            if (!broker.IsSamsa && version is < 7 or > 9)
                continue;
            var answer = await client.ListOffsetsAsync(topic, timestamp, version);
            Assert.Equal(
                version < since ? (ErrorCode.UnsupportedVersion, -1L, -1L) : (ErrorCode.None, offset, time),
                (answer.ErrorCode, answer.Offset, answer.Timestamp));
        }
    }

    [Fact]
    public async Task A_time_that_means_nothing_is_refused()
    {
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.UnsupportedVersion, (await client.ListOffsetsAsync(topic, -7, 9)).ErrorCode);
    }

    [Fact]
    public async Task An_empty_partition_has_no_newest_record()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var newest = await client.ListOffsetsAsync(topic, -3);

        Assert.Equal((ErrorCode.None, -1L, -1L), (newest.ErrorCode, newest.Offset, newest.Timestamp));
        Assert.Equal(0, (await client.ListOffsetsAsync(topic, -1)).Offset);
    }

    [Fact]
    public async Task The_newest_record_is_the_one_with_the_largest_time_not_the_last()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        foreach (var time in new long[] { 1000, 9000, 3000 })
            await client.MustProduceAsync(topic, WireRecords.Single(null, WireRecords.Bytes("v"), time));

        var newest = await client.ListOffsetsAsync(topic, -3);

        Assert.Equal((1L, 9000L), (newest.Offset, newest.Timestamp));
    }

    [Fact]
    public async Task Read_committed_gets_the_last_stable_offset()
    {
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(4, (await client.ListOffsetsAsync(topic, -1, isolationLevel: 1)).Offset);
    }

    [Fact]
    public async Task Version_0_lists_segment_boundaries()
    {
        broker.Require(ApiKey.ListOffsets, 0);
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal([4, 0], (await client.ListOffsetsAsync(topic, -1, 0)).OldStyleOffsets);
        Assert.Equal([0], (await client.ListOffsetsAsync(topic, -2, 0)).OldStyleOffsets);
    }

    [Fact]
    public async Task Unknown_partitions_and_epochs_are_named()
    {
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await client.ListOffsetsAsync(new WireTopic("no-such-topic", default), -1)).ErrorCode);
        var missing = await client.ListOffsetsAsync(topic, -1, partition: 4);
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1L, -1L), (missing.ErrorCode, missing.Offset, missing.Timestamp));
        Assert.Equal(ErrorCode.UnknownLeaderEpoch, (await client.ListOffsetsAsync(topic, -1, leaderEpoch: 99)).ErrorCode);
    }

    [Fact]
    public async Task A_partition_named_twice_is_refused_once_and_a_topic_without_partitions_is_left_out()
    {
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();
        var request = new ListOffsetsRequest
        {
            ReplicaId = -1,
            Topics =
            [
                new ListOffsetsRequest.ListOffsetsTopic { Name = topic.Name, Partitions = [new() { Timestamp = -1 }, new() { Timestamp = -2 }] },
                new ListOffsetsRequest.ListOffsetsTopic { Name = "nothing" },
            ],
        };

        var response = await client.SendAsync<ListOffsetsResponse>(request, 7);

        Assert.Equal(ErrorCode.InvalidRequest, Assert.Single(Assert.Single(response.Topics).Partitions).ErrorCode);
    }

    [Theory]
    [MemberData(nameof(EpochVersions))]
    public async Task Every_version_knows_where_an_epoch_ends(short version)
    {
        broker.Require(ApiKey.OffsetForLeaderEpoch, version);
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        var known = await EpochAsync(client, topic, 0, version);
        var above = await EpochAsync(client, topic, 9, version);
        var none = await EpochAsync(client, topic, -1, version);
        var unknown = await EpochAsync(client, new WireTopic("no-such-topic", default), 0, version);

        Assert.Equal((ErrorCode.None, version >= 1 ? 0 : -1, 4L), (known.ErrorCode, known.LeaderEpoch, known.EndOffset));
        Assert.Equal((ErrorCode.None, -1, -1L), (above.ErrorCode, above.LeaderEpoch, above.EndOffset));
        Assert.Equal((ErrorCode.None, -1, -1L), (none.ErrorCode, none.LeaderEpoch, none.EndOffset));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1, -1L), (unknown.ErrorCode, unknown.LeaderEpoch, unknown.EndOffset));
    }

    [Fact]
    public async Task An_empty_partition_knows_the_epoch_of_its_leader()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var end = await EpochAsync(client, topic, 0, 3);

        Assert.Equal((ErrorCode.None, 0, 0L), (end.ErrorCode, end.LeaderEpoch, end.EndOffset));
        Assert.Equal(0, (await client.ListOffsetsAsync(topic, -2)).LeaderEpoch);
        Assert.Equal(0, (await client.ListOffsetsAsync(topic, -1)).LeaderEpoch);
    }

    [Fact]
    public async Task An_epoch_asked_with_a_future_leader_epoch_is_unknown()
    {
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.UnknownLeaderEpoch, (await EpochAsync(client, topic, 0, 3, currentLeaderEpoch: 99)).ErrorCode);
    }

    [Theory]
    [MemberData(nameof(DeleteVersions))]
    public async Task Every_version_deletes_records(short version)
    {
        broker.Require(ApiKey.DeleteRecords, version);
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal((ErrorCode.None, 2L), await DeleteAsync(client, topic, 2, version));
        Assert.Equal(2, (await client.ListOffsetsAsync(topic, -2)).Offset);
        Assert.Equal((ErrorCode.None, 2L), await DeleteAsync(client, topic, 1, version));
        Assert.Equal((ErrorCode.None, 4L), await DeleteAsync(client, topic, -1, version));
        Assert.Equal(4, (await client.ListOffsetsAsync(topic, -2)).Offset);
        Assert.Equal((ErrorCode.None, -1L), ((await client.ListOffsetsAsync(topic, 0)).ErrorCode, (await client.ListOffsetsAsync(topic, 0)).Offset));
        Assert.Equal(4, await client.MustProduceAsync(topic, WireRecords.Batch()));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-2)]
    public async Task Records_that_are_not_there_cannot_be_deleted(long offset)
    {
        var topic = await FourRecordsAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal((ErrorCode.OffsetOutOfRange, -1L), await DeleteAsync(client, topic, offset));
    }

    [Fact]
    public async Task Compacted_internal_and_unknown_topics_keep_their_records()
    {
        var compacted = await broker.CreateTopicAsync(1, "cleanup.policy=compact");
        using var client = await broker.ConnectAsync();

        Assert.Equal((ErrorCode.PolicyViolation, -1L), await DeleteAsync(client, compacted, 0));
        var offsets = new WireTopic("__consumer_offsets", default);
        if (broker.IsSamsa)
            Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1L), await DeleteAsync(client, offsets, 0));
        var made = new CreateTopicsRequest { Topics = [new() { Name = offsets.Name, NumPartitions = 1, ReplicationFactor = 1 }] };
        await client.SendAsync<CreateTopicsResponse>(made, 7);
        Assert.Equal((ErrorCode.InvalidTopicException, -1L), await DeleteAsync(client, offsets, 0));
        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1L), await DeleteAsync(client, new WireTopic("no-such-topic", default), 0));
    }

    // Four batches of one record each, at 1000, 2000, 3000 and 4000 ms.
    private async Task<WireTopic> FourRecordsAsync()
    {
        var topic = await broker.CreateTopicAsync(1, "retention.ms=-1");
        using var client = await broker.ConnectAsync();
        for (var i = 1; i <= 4; i++)
            await client.MustProduceAsync(topic, WireRecords.Single(WireRecords.Bytes("k"), WireRecords.Bytes("v"), i * 1000));
        return topic;
    }

    private static async Task<OffsetForLeaderEpochResponse.EpochEndOffset> EpochAsync(
        WireClient client, WireTopic topic, int epoch, short version, int currentLeaderEpoch = -1)
    {
        var request = new OffsetForLeaderEpochRequest
        {
            ReplicaId = version >= 3 ? -1 : -2,
            Topics = [new() { Topic = topic.Name, Partitions = [new() { LeaderEpoch = epoch, CurrentLeaderEpoch = currentLeaderEpoch }] }],
        };
        var response = await client.SendAsync<OffsetForLeaderEpochResponse>(request, version);
        return Assert.Single(Assert.Single(response.Topics).Partitions);
    }

    private static async Task<(ErrorCode Error, long LowWatermark)> DeleteAsync(WireClient client, WireTopic topic, long offset, short version = 1)
    {
        var request = new DeleteRecordsRequest
        {
            TimeoutMs = 60_000,
            Topics = [new() { Name = topic.Name, Partitions = [new() { Offset = offset }] }],
        };
        var response = await client.SendAsync<DeleteRecordsResponse>(request, version);
        var answer = Assert.Single(Assert.Single(response.Topics).Partitions);
        return (answer.ErrorCode, answer.LowWatermark);
    }
}
