using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Producer ids, sequences and epochs (KIP-98, KIP-360), and what transactions may not do yet.</summary>
public sealed class IdempotentProduceTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> InitVersions => WireVersions.Of(ApiKey.InitProducerId);

    private static int _producers = 4_000;

    private readonly long _producer = Interlocked.Increment(ref _producers) + 1_000_000;

    [Theory]
    [MemberData(nameof(InitVersions))]
    public async Task Every_version_hands_out_fresh_producer_ids(short version)
    {
        broker.Require(ApiKey.InitProducerId, version);
        using var client = await broker.ConnectAsync();

        var first = await client.SendAsync<InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = null }, version);
        Assert.SkipWhen(
            !broker.IsSamsa && first.ErrorCode == ErrorCode.CoordinatorLoadInProgress, "Apache Kafka fetches its first ids after the first request.");
        var second = await client.SendAsync<InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = null }, version);

        Assert.Equal((ErrorCode.None, (short)0), (first.ErrorCode, first.ProducerEpoch));
        Assert.Equal((ErrorCode.None, (short)0), (second.ErrorCode, second.ProducerEpoch));
        Assert.True(second.ProducerId > first.ProducerId && first.ProducerId >= 0);
    }

    [Fact]
    public async Task An_empty_transactional_id_is_refused()
    {
        using var client = await broker.ConnectAsync();
        var request = new InitProducerIdRequest { TransactionalId = "", TransactionTimeoutMs = 1000 };

        var answer = await client.SendAsync<InitProducerIdResponse>(request, 4);

        Assert.Equal((ErrorCode.InvalidRequest, -1L, (short)-1), (answer.ErrorCode, answer.ProducerId, answer.ProducerEpoch));
    }

    [Fact]
    public async Task The_last_five_batches_are_recognized_when_they_come_again()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        for (var i = 0; i < 6; i++)
            Assert.Equal(i * 2, await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, i * 2, 2)));

        for (var i = 1; i < 6; i++)
            Assert.Equal(i * 2, await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, i * 2, 2)));
        var tooOld = await client.ProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 0, 2));

        Assert.Equal((ErrorCode.OutOfOrderSequenceNumber, -1L), (tooOld.ErrorCode, tooOld.BaseOffset));
        Assert.Equal(12, (await client.ListOffsetsAsync(topic, -1)).Offset);
    }

    [Theory]
    [InlineData(3, 1, ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(1, 2, ErrorCode.OutOfOrderSequenceNumber)]
    [InlineData(2, 1, ErrorCode.None)]
    public async Task A_sequence_must_follow_the_last(int sequence, int count, ErrorCode expected)
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 0, 2));

        Assert.Equal(expected, (await client.ProduceAsync(topic, WireRecords.Idempotent(_producer, 0, sequence, count))).ErrorCode);
    }

    [Fact]
    public async Task An_unknown_producer_may_start_anywhere()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(0, await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 3, 77)));
        Assert.Equal(1, await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 3, 78)));
    }

    [Fact]
    public async Task A_new_epoch_starts_at_sequence_0_and_ends_the_old_one()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 4, 0));

        Assert.Equal(ErrorCode.OutOfOrderSequenceNumber, (await client.ProduceAsync(topic, WireRecords.Idempotent(_producer, 5, 1))).ErrorCode);
        await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 5, 0));
        Assert.Equal(ErrorCode.InvalidProducerEpoch, (await client.ProduceAsync(topic, WireRecords.Idempotent(_producer, 4, 1))).ErrorCode);
    }

    [Fact]
    public async Task After_the_largest_sequence_comes_0()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, int.MaxValue));
        await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 0));
        Assert.Equal(1, await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 0)));
    }

    [Fact]
    public async Task A_batch_may_wrap_from_the_largest_sequence_to_0()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, int.MaxValue, 3));
        Assert.Equal(0, await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, int.MaxValue, 3)));
        Assert.Equal(3, await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 2)));
    }

    [Fact]
    public async Task A_duplicate_on_a_topic_with_append_time_is_answered_with_the_first_time()
    {
        var topic = await broker.CreateTopicAsync(1, "message.timestamp.type=LogAppendTime");
        using var client = await broker.ConnectAsync();

        var first = await client.ProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 0));
        var again = await client.ProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 0));

        Assert.Equal((ErrorCode.None, first.BaseOffset, first.LogAppendTimeMs), (again.ErrorCode, again.BaseOffset, again.LogAppendTimeMs));
    }

    [Fact]
    public async Task A_transactional_batch_needs_a_transactional_id()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await client.ProduceAsync(topic, WireRecords.Idempotent(_producer, 0, 0, transactional: true));

        Assert.Equal(ErrorCode.TransactionalIdAuthorizationFailed, answer.ErrorCode);
        Assert.Equal(0, (await client.ListOffsetsAsync(topic, -1)).Offset);
    }

    [Fact]
    public async Task A_transactional_id_that_no_coordinator_knows_is_refused()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        Assert.SkipUnless(broker.IsSamsa, "Apache Kafka answers COORDINATOR_NOT_AVAILABLE until it has made __transaction_state.");

        var answer = await client.ProduceAsync(
            topic, WireRecords.Idempotent(_producer, 0, 0, transactional: true), transactionalId: "nobody");

        Assert.Equal(ErrorCode.InvalidProducerIdMapping, answer.ErrorCode);
    }

    [Fact]
    public async Task The_producers_of_a_partition_can_be_described()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Idempotent(_producer, 2, 10, 3));
        var request = new DescribeProducersRequest
        {
            Topics =
            [
                new() { Name = topic.Name, PartitionIndexes = [0, 9] },
                new() { Name = "no-such-topic", PartitionIndexes = [0] },
            ],
        };

        var response = await client.SendAsync<DescribeProducersResponse>(request, 0);

        var answers = response.Topics.ToDictionary(answer => answer.Name);
        var known = answers[topic.Name].Partitions.ToDictionary(answer => answer.PartitionIndex);
        Assert.Equal(ErrorCode.None, known[0].ErrorCode);
        var producer = Assert.Single(known[0].ActiveProducers);
        Assert.Equal(
            (_producer, 2, 12, -1, -1L),
            (producer.ProducerId, producer.ProducerEpoch, producer.LastSequence, producer.CoordinatorEpoch, producer.CurrentTxnStartOffset));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, known[9].ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, answers["no-such-topic"].Partitions[0].ErrorCode);
    }
}
