using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Produce as it should not go: the code for each mistake, that nothing is appended, and that the connection goes on.</summary>
public sealed class ProduceRefusalTests(WireBroker broker) : IClassFixture<WireBroker>
{
    [Theory]
    [InlineData("no bytes", ErrorCode.InvalidRecord)]
    [InlineData("too short for a batch", ErrorCode.InvalidRecord)]
    [InlineData("cut off", ErrorCode.InvalidRecord)]
    [InlineData("two batches", ErrorCode.InvalidRecord)]
    [InlineData("count too large", ErrorCode.InvalidRecord)]
    [InlineData("count too small", ErrorCode.InvalidRecord)]
    [InlineData("count zero", ErrorCode.InvalidRecord)]
    [InlineData("last offset delta wrong", ErrorCode.InvalidRecord)]
    [InlineData("base offset not zero", ErrorCode.InvalidRecord)]
    [InlineData("control batch", ErrorCode.InvalidRecord)]
    [InlineData("producer without sequence", ErrorCode.InvalidRecord)]
    [InlineData("magic 0", ErrorCode.InvalidRecord)]
    [InlineData("magic 1", ErrorCode.InvalidRecord)]
    [InlineData("bad checksum", ErrorCode.CorruptMessage)]
    [InlineData("magic 3", ErrorCode.CorruptMessage)]
    [InlineData("codec 5", ErrorCode.UnknownServerError)]
    [InlineData("codec 7", ErrorCode.UnknownServerError)]
    [InlineData("gzip that is none", ErrorCode.UnknownServerError)]
    [InlineData("snappy that is none", ErrorCode.UnknownServerError)]
    [InlineData("lz4 that is none", ErrorCode.UnknownServerError)]
    [InlineData("zstd that is none", ErrorCode.UnknownServerError)]
    public async Task Malformed_records_are_refused(string mistake, ErrorCode expected)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, Spoilt(mistake));

        Assert.Equal((expected, -1L, -1L), (answer.ErrorCode, answer.BaseOffset, answer.LogAppendTimeMs));
        if (mistake == "magic 3" && broker.IsSamsa)
            Assert.Equal("Invalid magic found in record: 3", answer.ErrorMessage);
        Assert.Equal(0, (await client.ListOffsetsAsync(topic, -1)).Offset);
    }

    [Fact]
    public async Task Null_records_are_refused_where_Kafka_never_answers()
    {
        var topic = await broker.CreateTopicAsync();
        Assert.SkipUnless(broker.IsSamsa, "Apache Kafka lets this request hang.");
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.InvalidRecord, (await client.ProduceAsync(topic, null)).ErrorCode);
    }

    [Theory]
    [InlineData((short)2)]
    [InlineData((short)-2)]
    [InlineData((short)7)]
    public async Task Acks_other_than_minus_1_0_and_1_are_refused(short acks)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.InvalidRequiredAcks, (await client.ProduceAsync(topic, WireRecords.Batch(), acks: acks)).ErrorCode);
        Assert.Equal(0, (await client.ListOffsetsAsync(topic, -1)).Offset);
    }

    [Theory]
    [InlineData("no-such-topic", 0)]
    [InlineData("", 0)]
    [InlineData("not a valid name", 0)]
    [InlineData(null, 99)]
    [InlineData(null, -1)]
    public async Task Unknown_partitions_are_refused(string? name, int partition)
    {
        var topic = name is null ? await broker.CreateTopicAsync() : new WireTopic(name, Guid.Empty);
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, WireRecords.Batch(), partition: partition);

        Assert.Equal((ErrorCode.UnknownTopicOrPartition, -1L), (answer.ErrorCode, answer.BaseOffset));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unknown_topic_ids_are_refused(bool zero)
    {
        broker.Require(ApiKey.Produce, 13);
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(new WireTopic("", zero ? Guid.Empty : Guid.NewGuid()), WireRecords.Batch(), version: 13);

        Assert.Equal(ErrorCode.UnknownTopicId, answer.ErrorCode);
    }

    [Fact]
    public async Task With_acks_0_an_error_closes_the_connection()
    {
        using var client = await broker.ConnectAsync();

        await client.PostAsync(WireCalls.ProduceRequest(new WireTopic("no-such-topic", default), WireRecords.Batch(), 9, acks: 0), 9);

        await client.ExpectCloseAsync();
    }

    [Fact]
    public async Task With_acks_0_spoilt_records_close_the_connection()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        await client.PostAsync(WireCalls.ProduceRequest(topic, Spoilt("bad checksum"), 9, acks: 0), 9);

        await client.ExpectCloseAsync();
    }

    [Theory]
    [InlineData((short)3)]
    [InlineData((short)6)]
    public async Task Zstd_needs_version_7(short version)
    {
        broker.Require(ApiKey.Produce, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.UnsupportedCompressionType, (await client.ProduceAsync(topic, WireRecords.Batch(1, CompressionType.Zstd), version)).ErrorCode);
        Assert.Equal(ErrorCode.None, (await client.ProduceAsync(topic, WireRecords.Batch(1, CompressionType.Zstd), 7)).ErrorCode);
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    public async Task A_compacted_topic_names_the_records_without_key(CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync(1, "cleanup.policy=compact");
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, WireRecords.Single(null, WireRecords.Bytes("v"), WireRecords.Now, codec));

        Assert.Equal(ErrorCode.InvalidRecord, answer.ErrorCode);
        var error = Assert.Single(answer.RecordErrors);
        Assert.Equal(
            (0, $"Compacted topic cannot accept message without key in topic partition {topic.Name}-0"),
            (error.BatchIndex, error.BatchIndexErrorMessage));
    }

    [Theory]
    [InlineData("message.timestamp.after.max.ms=1000", 3_600_000, CompressionType.None)]
    [InlineData("message.timestamp.after.max.ms=1000", 3_600_000, CompressionType.Lz4)]
    [InlineData("message.timestamp.before.max.ms=1000", -3_600_000, CompressionType.None)]
    [InlineData("message.timestamp.before.max.ms=1000", -3_600_000, CompressionType.Lz4)]
    public async Task Timestamps_out_of_range_name_their_records(string config, long shift, CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync(1, config);
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(
            topic, WireRecords.Batch(new RecordBatchOptions { Compression = codec }, 2, firstTimestamp: WireRecords.Now + shift));

        Assert.Equal(
            (ErrorCode.InvalidTimestamp, "One or more records have been rejected due to invalid timestamp"),
            (answer.ErrorCode, answer.ErrorMessage));
        Assert.Equal([0, 1], answer.RecordErrors.Select(error => error.BatchIndex));
        Assert.Equal(0, (await client.ListOffsetsAsync(topic, -1)).Offset);
    }

    [Fact]
    public async Task Batches_larger_than_the_topic_allows_are_refused()
    {
        var topic = await broker.CreateTopicAsync(1, "max.message.bytes=1000");
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.MessageTooLarge, (await client.ProduceAsync(topic, Sized(1100))).ErrorCode);
        Assert.Equal(ErrorCode.None, (await client.ProduceAsync(topic, Sized(900))).ErrorCode);
    }

    [Fact]
    public async Task Batches_larger_than_a_segment_are_refused()
    {
        // 1 MiB is the smallest segment that Apache Kafka 4 takes.
        var topic = await broker.CreateTopicAsync(1, "segment.bytes=1048576", "max.message.bytes=3000000");
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.RecordListTooLarge, (await client.ProduceAsync(topic, Sized(2_000_000))).ErrorCode);
    }

    [Fact]
    public async Task Internal_topics_are_written_by_the_broker_alone()
    {
        using var client = await broker.ConnectAsync();
        var names = new MetadataRequest { Topics = [new() { Name = "__consumer_offsets" }], AllowAutoTopicCreation = true };
        await client.SendAsync<MetadataResponse>(names, 9);
        Assert.SkipUnless(broker.IsSamsa, "Apache Kafka makes the topic later.");

        var answer = await client.ProduceAsync(new WireTopic("__consumer_offsets", default), WireRecords.Batch());

        Assert.Equal(ErrorCode.InvalidTopicException, answer.ErrorCode);
    }

    [Fact]
    public async Task A_frame_that_is_no_request_closes_the_connection()
    {
        using var client = await broker.ConnectAsync();

        await client.PostFrameAsync(new byte[] { 0, 0, 0, 9, 0, 0, 0, 1 });

        await client.ExpectCloseAsync();
    }

    [Fact]
    public async Task A_request_of_a_version_that_nobody_knows_closes_the_connection()
    {
        using var client = await broker.ConnectAsync();

        await client.PostFrameAsync(new byte[] { 0, 0, 0, 99, 0, 0, 0, 1, 0xff, 0xff });

        await client.ExpectCloseAsync();
    }

    [Theory]
    [InlineData("count zero", 0)]
    [InlineData("control batch", 0)]
    [InlineData("codec 7", 0)]
    [InlineData("bad checksum", -1)]
    [InlineData("two batches", -1)]
    [InlineData("no bytes", -1)]
    public async Task The_log_start_is_told_where_the_log_has_judged_the_records(string mistake, long expected)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, Spoilt(mistake));

        Assert.NotEqual(ErrorCode.None, answer.ErrorCode);
        Assert.Equal(expected, answer.LogStartOffset);
    }

    private static byte[] Sized(int bytes) =>
        WireRecords.Single(WireRecords.Bytes("k"), new byte[bytes - WireRecords.FirstRecord - 20], WireRecords.Now);

    private static byte[] Spoilt(string mistake)
    {
        var batch = WireRecords.Batch(2);
        switch (mistake)
        {
            case "no bytes":
                return [];
            case "too short for a batch":
                return batch[..40];
            case "cut off":
                return batch[..^3];
            case "two batches":
                return [.. batch, .. WireRecords.Batch()];
            case "count too large":
                return batch.WithInt32(RecordBatchHeader.RecordCountPosition, 3);
            case "count too small":
                return batch.WithInt32(RecordBatchHeader.RecordCountPosition, 1);
            case "count zero":
                return batch.WithInt32(RecordBatchHeader.RecordCountPosition, 0);
            case "last offset delta wrong":
                return batch.WithInt32(RecordBatchHeader.LastOffsetDeltaPosition, 5);
            case "base offset not zero":
                RecordBatch.SetBaseOffset(batch, 42);
                return batch;
            case "control batch":
                return batch.WithAttributes(RecordBatchHeader.ControlMask);
            case "producer without sequence":
                return WireRecords.Batch(new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0 });
            case "magic 0":
                return WireRecords.Legacy(0);
            case "magic 1":
                return WireRecords.Legacy(1);
            case "bad checksum":
                batch[^1] ^= 1;
                return batch;
            case "magic 3":
                batch[RecordBatchHeader.MagicPosition] = 3;
                return batch;
            case "codec 5":
                return batch.WithAttributes(5);
            case "codec 7":
                return batch.WithAttributes(7);
            default:
                return batch.WithAttributes((int)Enum.Parse<CompressionType>(mistake.Split(' ')[0], ignoreCase: true));
        }
    }
}
