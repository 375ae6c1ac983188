using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Fetch without waiting and without sessions: versions, isolation, offsets, limits, errors.</summary>
public sealed class FetchTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> Versions => WireVersions.Of(ApiKey.Fetch);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_reads_what_was_produced(short version)
    {
        broker.Require(ApiKey.Fetch, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(2));
        await client.MustProduceAsync(topic, WireRecords.Batch(1));

        var answer = await client.FetchAsync(topic, 0, version);

        Assert.Equal((ErrorCode.None, 3L), (answer.ErrorCode, answer.HighWatermark));
        Assert.Equal((version >= 4 ? 3 : -1, version >= 5 ? 0 : -1), (answer.LastStableOffset, answer.LogStartOffset));
        Assert.Equal(-1, answer.PreferredReadReplica);
        var records = WireRecords.Read(answer.Records.Memory.Span);
        Assert.Equal([0, 1, 2], records.Select(record => record.Offset));
        Assert.All(records, record => Assert.Equal(version < 2 ? 0 : version < 4 ? 1 : 2, record.Magic));
    }

    [Theory]
    [InlineData((short)0, CompressionType.None)]
    [InlineData((short)0, CompressionType.Gzip)]
    [InlineData((short)0, CompressionType.Snappy)]
    [InlineData((short)0, CompressionType.Lz4)]
    [InlineData((short)1, CompressionType.Gzip)]
    [InlineData((short)2, CompressionType.Gzip)]
    [InlineData((short)3, CompressionType.None)]
    [InlineData((short)3, CompressionType.Gzip)]
    [InlineData((short)3, CompressionType.Snappy)]
    [InlineData((short)3, CompressionType.Lz4)]
    public async Task Old_consumers_get_their_own_format(short version, CompressionType codec)
    {
        broker.Require(ApiKey.Fetch, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(20, codec));
        await client.MustProduceAsync(topic, WireRecords.Batch(20, codec));

        var records = await client.ReadAsync(topic, 0, version);

        Assert.Equal(Enumerable.Range(0, 40).Select(offset => (long)offset), records.Select(record => record.Offset));
        Assert.Equal("k19=v19", $"{records[19].Key}={records[19].Value}");
        Assert.All(records, record => Assert.Equal(version < 2 ? 0 : 1, record.Magic));
    }

    [Theory]
    [InlineData((short)0)]
    [InlineData((short)3)]
    public async Task Old_consumers_start_in_the_middle_of_a_batch(short version)
    {
        broker.Require(ApiKey.Fetch, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(20, CompressionType.Gzip));

        var records = await client.ReadAsync(topic, 7, version);

        Assert.Contains(7, records.Select(record => record.Offset));
        Assert.Equal(19, records[^1].Offset);
    }

    [Theory]
    [InlineData((short)0, "producer")]
    [InlineData((short)3, "producer")]
    [InlineData((short)4, "zstd")]
    [InlineData((short)9, "zstd")]
    public async Task Zstd_needs_version_10(short version, string topicCodec)
    {
        broker.Require(ApiKey.Fetch, version);
        if (!broker.IsSamsa)
            broker.Require(ApiKey.Fetch, 0); // Apache Kafka 4 no longer checks; 3.9 does.
        var topic = await broker.CreateTopicAsync(1, $"compression.type={topicCodec}");
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(2, CompressionType.Zstd));

        Assert.Equal(ErrorCode.UnsupportedCompressionType, (await client.FetchAsync(topic, 0, version)).ErrorCode);
        Assert.Equal(2, (await client.ReadAsync(topic, 0, 10)).Count);
    }

    [Fact]
    public async Task Conversion_can_be_switched_off()
    {
        broker.Require(ApiKey.Fetch, 3);
        var topic = await broker.CreateTopicAsync(1, "message.downconversion.enable=false");
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch());

        Assert.Equal(ErrorCode.UnsupportedVersion, (await client.FetchAsync(topic, 0, 3)).ErrorCode);
        Assert.Single(await client.ReadAsync(topic, 0, 4));
    }

    [Fact]
    public async Task A_fetch_at_the_end_is_empty()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(2));

        var answer = await client.FetchAsync(topic, 2);

        Assert.Equal((ErrorCode.None, 2L, 0), (answer.ErrorCode, answer.HighWatermark, answer.Records.Length));
        Assert.False(answer.Records.IsNull);
    }

    [Fact]
    public async Task Batches_come_whole_even_when_the_offset_lies_inside()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(5));

        Assert.Equal(0, (await client.ReadAsync(topic, 3))[0].Offset);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(-7)]
    [InlineData(long.MaxValue)]
    public async Task Offsets_outside_the_log_are_out_of_range(long offset)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(2));

        AssertFailed(ErrorCode.OffsetOutOfRange, await client.FetchAsync(topic, offset));
    }

    [Fact]
    public async Task Offsets_below_the_log_start_are_out_of_range()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(5));
        var delete = new DeleteRecordsRequest
        {
            TimeoutMs = 60_000,
            Topics = [new() { Name = topic.Name, Partitions = [new() { Offset = 3 }] }],
        };
        await client.SendAsync<DeleteRecordsResponse>(delete, 1);

        AssertFailed(ErrorCode.OffsetOutOfRange, await client.FetchAsync(topic, 2));
        Assert.Equal(3, (await client.FetchAsync(topic, 3)).LogStartOffset);
    }

    [Fact]
    public async Task Unknown_topics_and_partitions_are_named()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        AssertFailed(ErrorCode.UnknownTopicOrPartition, await client.FetchAsync(new WireTopic("no-such-topic", default), 0));
        AssertFailed(ErrorCode.UnknownTopicOrPartition, await client.FetchAsync(topic, 0, partition: 5));
        AssertFailed(ErrorCode.UnknownTopicOrPartition, await client.FetchAsync(topic, 0, partition: -1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unknown_topic_ids_are_named(bool zero)
    {
        broker.Require(ApiKey.Fetch, 13);
        using var client = await broker.ConnectAsync();

        AssertFailed(ErrorCode.UnknownTopicId, await client.FetchAsync(new WireTopic("", zero ? Guid.Empty : Guid.NewGuid()), 0, 13));
    }

    [Fact]
    public async Task A_leader_epoch_from_the_future_is_unknown()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        AssertFailed(
            ErrorCode.UnknownLeaderEpoch,
            await client.FetchAsync(topic, 0, change: request => request.Topics[0].Partitions[0].CurrentLeaderEpoch = 99));
        Assert.Equal(
            ErrorCode.None,
            (await client.FetchAsync(topic, 0, change: request => request.Topics[0].Partitions[0].CurrentLeaderEpoch = 0)).ErrorCode);
    }

    [Theory]
    [InlineData((short)11)]
    [InlineData((short)16)]
    public async Task A_replica_that_is_none_is_refused(short version)
    {
        broker.Require(ApiKey.Fetch, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await client.FetchAsync(topic, 0, version, request => SetReplica(request, version, 55));

        Assert.Equal(broker.IsSamsa || version < 15 ? ErrorCode.NotLeaderOrFollower : answer.ErrorCode, answer.ErrorCode);
    }

    [Theory]
    [InlineData((short)4)]
    [InlineData((short)11)]
    public async Task A_debugging_consumer_is_served(short version)
    {
        broker.Require(ApiKey.Fetch, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch());

        var answer = await client.FetchAsync(topic, 0, version, request => SetReplica(request, version, -2));

        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        Assert.Single(WireRecords.Read(answer.Records.Memory.Span));
    }

    [Fact]
    public async Task Read_committed_lists_the_aborted_transactions_even_when_there_are_none()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch());

        var committed = await client.FetchAsync(topic, 0, change: request => request.IsolationLevel = 1);
        var uncommitted = await client.FetchAsync(topic, 0);

        Assert.Empty(Assert.IsType<List<FetchResponse.AbortedTransaction>>(committed.AbortedTransactions));
        Assert.Null(uncommitted.AbortedTransactions);
        Assert.Single(WireRecords.Read(committed.Records.Memory.Span));
    }

    [Fact]
    public async Task An_isolation_level_that_does_not_exist_fails_the_request()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var response = await client.SendAsync<FetchResponse>(WireCalls.FetchRequest(topic, 0, 11, request => request.IsolationLevel = 7), 11);

        Assert.Equal(ErrorCode.UnknownServerError, response.ErrorCode);
    }

    [Theory]
    [InlineData(0, 1_000_000)]
    [InlineData(1_000_000, 0)]
    [InlineData(50, 50)]
    public async Task The_first_batch_comes_whole_whatever_the_limits(int maxBytes, int partitionMaxBytes)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions(), 3, valueSize: 1000));
        await client.MustProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions(), 3, valueSize: 1000));

        var answer = await client.FetchAsync(topic, 0, change: request =>
        {
            request.MaxBytes = maxBytes;
            request.Topics[0].Partitions[0].PartitionMaxBytes = partitionMaxBytes;
        });

        Assert.Equal([0, 1, 2], WireRecords.Read(answer.Records.Memory.Span).Select(record => record.Offset));
    }

    [Fact]
    public async Task Later_partitions_respect_the_limit_of_the_whole_answer()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions(), 1, valueSize: 1000));
        await client.MustProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions(), 1, valueSize: 1000), partition: 1);
        var request = WireCalls.FetchRequest(topic, 0, 11);
        request.MaxBytes = 500;
        request.Topics[0].Partitions.Add(WireCalls.FetchRequest(topic, 0, 11, partition: 1).Topics[0].Partitions[0]);

        var response = await client.SendAsync<FetchResponse>(request, 11);

        var partitions = response.Responses[0].Partitions;
        Assert.Single(WireRecords.Read(partitions[0].Records.Memory.Span));
        Assert.Equal((ErrorCode.None, 1L), (partitions[1].ErrorCode, partitions[1].HighWatermark));
        // Not a piece of the batch either: clients take one for a record that is too large for their limits.
        Assert.Equal(0, partitions[1].Records.Length);
    }

    [Fact]
    public async Task Before_version_3_a_batch_above_the_limit_is_not_sent_whole()
    {
        broker.Require(ApiKey.Fetch, 2);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions(), 1, valueSize: 1000));

        var answer = await client.FetchAsync(topic, 0, 2, request => request.Topics[0].Partitions[0].PartitionMaxBytes = 200);

        // The beginning of a message tells the client to ask for more bytes; nothing would look like the end of the log.
        Assert.Equal((ErrorCode.None, 12), (answer.ErrorCode, answer.Records.Length));
        Assert.Empty(WireRecords.Read(answer.Records.Memory.Span));
    }

    [Fact]
    public async Task A_fetch_of_many_batches_crosses_segments_from_call_to_call()
    {
        var topic = await broker.CreateTopicAsync(1, "segment.bytes=1048576");
        using var client = await broker.ConnectAsync();
        for (var i = 0; i < 30; i++)
            await client.MustProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions(), 1, valueSize: 100_000));

        var offsets = new List<long>();
        while (offsets.Count < 30)
        {
            var records = await client.ReadAsync(topic, offsets.Count);
            Assert.NotEmpty(records);
            offsets.AddRange(records.Select(record => record.Offset));
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(offset => (long)offset), offsets);
    }

    private static void SetReplica(FetchRequest request, short version, int id)
    {
        if (version >= 15)
            request.ReplicaState = new FetchRequest.ReplicaStateData { ReplicaId = id };
        else
            request.ReplicaId = id;
    }

    private static void AssertFailed(ErrorCode expected, FetchResponse.PartitionData answer)
    {
        Assert.Equal(
            (expected, -1L, -1L, -1L, 0),
            (answer.ErrorCode, answer.HighWatermark, answer.LastStableOffset, answer.LogStartOffset, answer.Records.Length));
        Assert.False(answer.Records.IsNull);
    }
}
