using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Produce as it should go: what is accepted, in which versions, and what consumers then see.</summary>
public sealed class ProduceTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> Versions => WireVersions.Of(ApiKey.Produce);

    public static TheoryData<short> LegacyVersions => WireVersions.Of(ApiKey.Produce, to: 2);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_appends_and_answers_the_offset(short version)
    {
        broker.Require(ApiKey.Produce, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var first = await client.ProduceAsync(topic, version < 3 ? WireRecords.Legacy(1, 2) : WireRecords.Batch(2), version);
        var second = await client.ProduceAsync(topic, version < 3 ? WireRecords.Legacy(0, 1) : WireRecords.Batch(1), version);

        Assert.Equal((ErrorCode.None, 0L, -1L), (first.ErrorCode, first.BaseOffset, first.LogAppendTimeMs));
        Assert.Equal((ErrorCode.None, 2L), (second.ErrorCode, second.BaseOffset));
        Assert.Equal(version >= 5 ? 0 : -1, second.LogStartOffset);
        var records = await client.ReadAsync(topic);
        Assert.Equal([(0L, "k0", "v0"), (1L, "k1", "v1"), (2L, "k0", "v0")], records.Select(record => (record.Offset, record.Key, record.Value)));
    }

    [Theory]
    [MemberData(nameof(LegacyVersions))]
    public async Task Old_versions_also_take_a_batch_of_magic_2(short version)
    {
        broker.Require(ApiKey.Produce, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(0, await client.MustProduceAsync(topic, WireRecords.Batch(3), version));

        Assert.Equal(3, (await client.ReadAsync(topic)).Count);
    }

    [Theory]
    [InlineData((sbyte)0, CompressionType.None)]
    [InlineData((sbyte)0, CompressionType.Gzip)]
    [InlineData((sbyte)0, CompressionType.Snappy)]
    [InlineData((sbyte)0, CompressionType.Lz4)]
    [InlineData((sbyte)1, CompressionType.None)]
    [InlineData((sbyte)1, CompressionType.Gzip)]
    [InlineData((sbyte)1, CompressionType.Snappy)]
    [InlineData((sbyte)1, CompressionType.Lz4)]
    public async Task Messages_of_old_formats_are_stored_as_batches_of_magic_2(sbyte magic, CompressionType codec)
    {
        broker.Require(ApiKey.Produce, 2);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, WireRecords.Legacy(magic, 5, codec), version: 2);

        Assert.Equal((ErrorCode.None, 0L), (answer.ErrorCode, answer.BaseOffset));
        var records = await client.ReadAsync(topic);
        Assert.Equal(5, records.Count);
        Assert.All(records, record => Assert.Equal(2, record.Magic));
        Assert.Equal(["k0", "k1", "k2", "k3", "k4"], records.Select(record => record.Key));
        Assert.All(records, record => Assert.Equal(magic == 0, record.Timestamp == -1));
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task A_batch_keeps_its_codec_and_its_bytes(CompressionType codec)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var batch = WireRecords.Batch(10, codec);

        await client.MustProduceAsync(topic, (byte[])batch.Clone());

        var stored = (await client.FetchAsync(topic, 0)).Records.Memory;
        Assert.Equal(batch[RecordBatchHeader.CrcPosition..], stored[RecordBatchHeader.CrcPosition..].ToArray());
    }

    [Theory]
    [InlineData("gzip", CompressionType.Gzip)]
    [InlineData("snappy", CompressionType.Snappy)]
    [InlineData("lz4", CompressionType.Lz4)]
    [InlineData("zstd", CompressionType.Zstd)]
    [InlineData("uncompressed", CompressionType.None)]
    public async Task A_topic_with_a_codec_of_its_own_recompresses(string setting, CompressionType expected)
    {
        var topic = await broker.CreateTopicAsync(1, $"compression.type={setting}");
        using var client = await broker.ConnectAsync();

        await client.MustProduceAsync(topic, WireRecords.Batch(10, expected == CompressionType.Gzip ? CompressionType.Snappy : CompressionType.Gzip));

        var stored = (await client.FetchAsync(topic, 0)).Records.Memory;
        Assert.Equal(expected, new RecordBatchHeader(stored.Span).Compression);
        Assert.Equal(10, WireRecords.Read(stored.Span).Count);
    }

    [Fact]
    public async Task Append_time_is_answered_and_overwrites_the_records()
    {
        var topic = await broker.CreateTopicAsync(1, "message.timestamp.type=LogAppendTime");
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, WireRecords.Batch(new RecordBatchOptions(), 3, firstTimestamp: 1000));

        Assert.Equal(ErrorCode.None, answer.ErrorCode);
        Assert.InRange(answer.LogAppendTimeMs, WireRecords.Now - 60_000, WireRecords.Now + 60_000);
        Assert.All(await client.ReadAsync(topic), record => Assert.Equal(answer.LogAppendTimeMs, record.Timestamp));
    }

    [Fact]
    public async Task A_batch_with_the_append_time_bit_is_taken_and_the_bit_cleared()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        await client.MustProduceAsync(topic, WireRecords.Batch().WithAttributes(RecordBatchHeader.TimestampTypeMask));

        var stored = (await client.FetchAsync(topic, 0)).Records.Memory;
        Assert.Equal(TimestampType.CreateTime, new RecordBatchHeader(stored.Span).TimestampType);
        Assert.Single(WireRecords.Read(stored.Span));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-5)]
    [InlineData(0)]
    public async Task Timestamps_that_say_nothing_are_taken(long timestamp)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        await client.MustProduceAsync(topic, WireRecords.Single(null, WireRecords.Bytes("v"), timestamp));

        Assert.Equal(timestamp, Assert.Single(await client.ReadAsync(topic)).Timestamp);
    }

    [Fact]
    public async Task A_wrong_max_timestamp_is_taken_and_corrected()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var time = WireRecords.Now;
        var batch = WireRecords.Single(null, WireRecords.Bytes("v"), time);
        batch.With(bytes => bytes[RecordBatchHeader.MaxTimestampPosition + 7] ^= 0x55);

        await client.MustProduceAsync(topic, batch);

        var stored = (await client.FetchAsync(topic, 0)).Records.Memory;
        Assert.Equal(time, new RecordBatchHeader(stored.Span).MaxTimestamp);
        Assert.Single(WireRecords.Read(stored.Span));
    }

    [Theory]
    [InlineData((short)0)]
    [InlineData((short)3)]
    [InlineData((short)9)]
    public async Task With_acks_0_nothing_is_answered(short version)
    {
        broker.Require(ApiKey.Produce, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var records = version < 3 ? WireRecords.Legacy(1) : WireRecords.Batch();

        await client.PostAsync(WireCalls.ProduceRequest(topic, records, version, acks: 0), version);

        // The answer to the second request is the first that comes, and it counts the record.
        Assert.Equal(1, (await client.ListOffsetsAsync(topic, -1)).Offset);
    }

    [Fact]
    public async Task With_acks_1_the_record_can_be_read_at_once()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, WireRecords.Batch(), acks: 1);

        Assert.Equal((ErrorCode.None, 0L), (answer.ErrorCode, answer.BaseOffset));
        Assert.Single(await client.ReadAsync(topic));
    }

    [Fact]
    public async Task With_acks_all_a_minimum_of_two_replicas_does_not_hinder_a_topic_with_one()
    {
        var topic = await broker.CreateTopicAsync(1, "min.insync.replicas=2");
        using var client = await broker.ConnectAsync();

        Assert.Equal(0, await client.MustProduceAsync(topic, WireRecords.Batch()));
    }

    [Fact]
    public async Task Requests_of_one_connection_are_appended_and_answered_in_order()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var sent = new List<int>();

        for (var i = 0; i < 50; i++)
            sent.Add(await client.PostAsync(WireCalls.ProduceRequest(topic, WireRecords.Batch(), 9), 9));

        for (var i = 0; i < sent.Count; i++)
        {
            var response = await client.ReceiveAsync<ProduceResponse>(sent[i], 9);
            Assert.Equal(i, response.Responses[0].PartitionResponses[0].BaseOffset);
        }
    }

    [Fact]
    public async Task Partitions_of_one_request_succeed_and_fail_on_their_own()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        var request = WireCalls.ProduceRequest(topic, WireRecords.Batch(), 9);
        request.TopicData[0].PartitionData.Add(WireCalls.ProduceRequest(topic, WireRecords.Batch(), 9, partition: 7).TopicData[0].PartitionData[0]);
        request.TopicData[0].PartitionData.Add(WireCalls.ProduceRequest(topic, WireRecords.Batch(), 9, partition: 1).TopicData[0].PartitionData[0]);

        var response = await client.SendAsync<ProduceResponse>(request, 9);

        var answers = response.Responses.SelectMany(answer => answer.PartitionResponses).OrderBy(answer => answer.Index);
        Assert.Equal(
            [(0, ErrorCode.None, 0L), (1, ErrorCode.None, 0L), (7, ErrorCode.UnknownTopicOrPartition, -1L)],
            answers.Select(answer => (answer.Index, answer.ErrorCode, answer.BaseOffset)));
    }
}
