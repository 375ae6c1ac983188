using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Long polls: what ends them. No test measures time; a wait that never ended would run into the client's patience.</summary>
public sealed class FetchWaitTests(WireBroker broker) : IClassFixture<WireBroker>
{
    private const int Long = 300_000;

    [Fact]
    public async Task A_waiting_fetch_is_completed_by_a_produce()
    {
        var topic = await broker.CreateTopicAsync();
        using var consumer = await broker.ConnectAsync();
        using var producer = await broker.ConnectAsync();
        var id = await consumer.PostAsync(Waiting(topic), 11);
        await AwaitParkedAsync(topic);

        await producer.MustProduceAsync(topic, WireRecords.Batch());

        var response = await consumer.ReceiveAsync<FetchResponse>(id, 11);
        Assert.Single(WireRecords.Read(response.Responses[0].Partitions[0].Records.Memory.Span));
    }

    [Fact]
    public async Task A_waiting_fetch_is_completed_by_the_produce_that_brings_the_last_missing_byte()
    {
        var topic = await broker.CreateTopicAsync();
        using var consumer = await broker.ConnectAsync();
        using var producer = await broker.ConnectAsync();
        var batch = WireRecords.Batch();
        var request = Waiting(topic);
        request.MinBytes = 2 * batch.Length + 1;
        var id = await consumer.PostAsync(request, 11);
        await AwaitParkedAsync(topic);

        for (var i = 0; i < 3; i++)
            await producer.MustProduceAsync(topic, (byte[])batch.Clone());

        var response = await consumer.ReceiveAsync<FetchResponse>(id, 11);
        Assert.Equal(3, WireRecords.Read(response.Responses[0].Partitions[0].Records.Memory.Span).Count);
    }

    [Fact]
    public async Task A_waiting_fetch_of_two_partitions_is_completed_by_either()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var consumer = await broker.ConnectAsync();
        using var producer = await broker.ConnectAsync();
        var request = Waiting(topic);
        request.Topics[0].Partitions.Add(WireCalls.FetchRequest(topic, 0, 11, partition: 1).Topics[0].Partitions[0]);
        var id = await consumer.PostAsync(request, 11);
        await AwaitParkedAsync(topic);

        await producer.MustProduceAsync(topic, WireRecords.Batch(), partition: 1);

        var response = await consumer.ReceiveAsync<FetchResponse>(id, 11);
        var partitions = response.Responses[0].Partitions.ToDictionary(partition => partition.PartitionIndex);
        Assert.Equal(0, partitions[0].Records.Length);
        Assert.NotEqual(0, partitions[1].Records.Length);
    }

    [Fact]
    public async Task A_waiting_fetch_ends_empty_when_its_time_is_over()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await client.FetchAsync(topic, 0, change: request =>
        {
            request.MaxWaitMs = 100;
            request.MinBytes = 1;
        });

        Assert.Equal((ErrorCode.None, 0), (answer.ErrorCode, answer.Records.Length));
    }

    [Fact]
    public async Task Nothing_is_waited_for_when_a_partition_fails()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();
        var request = Waiting(topic);
        request.Topics[0].Partitions.Add(WireCalls.FetchRequest(topic, 77, 11, partition: 1).Topics[0].Partitions[0]);

        var response = await client.SendAsync<FetchResponse>(request, 11);

        Assert.Contains(ErrorCode.OffsetOutOfRange, response.Responses[0].Partitions.Select(partition => partition.ErrorCode));
    }

    [Fact]
    public async Task A_partition_that_nobody_knows_does_not_hurry_the_others()
    {
        var topic = await broker.CreateTopicAsync();
        using var consumer = await broker.ConnectAsync();
        using var producer = await broker.ConnectAsync();
        var request = Waiting(topic);
        request.Topics[0].Partitions.Add(WireCalls.FetchRequest(topic, 0, 11, partition: 9).Topics[0].Partitions[0]);
        var id = await consumer.PostAsync(request, 11);
        await AwaitParkedAsync(topic);

        await producer.MustProduceAsync(topic, WireRecords.Batch());

        var response = await consumer.ReceiveAsync<FetchResponse>(id, 11);
        var partitions = response.Responses.SelectMany(answer => answer.Partitions).ToDictionary(partition => partition.PartitionIndex);
        Assert.Single(WireRecords.Read(partitions[0].Records.Memory.Span));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, partitions[9].ErrorCode);
    }

    [Fact]
    public async Task Nothing_is_waited_for_when_nobody_knows_any_of_the_partitions()
    {
        using var client = await broker.ConnectAsync();

        var response = await client.SendAsync<FetchResponse>(Waiting(new WireTopic("no-such-topic", default)), 11);

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, response.Responses[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task A_waiting_fetch_of_a_topic_that_is_deleted_is_answered()
    {
        var topic = await broker.CreateTopicAsync();
        using var consumer = await broker.ConnectAsync();
        using var admin = await broker.ConnectAsync();
        var id = await consumer.PostAsync(Waiting(topic), 11);
        await AwaitParkedAsync(topic);

        await admin.SendAsync<DeleteTopicsResponse>(new DeleteTopicsRequest { TopicNames = [topic.Name], TimeoutMs = 60_000 }, 5);

        var response = await consumer.ReceiveAsync<FetchResponse>(id, 11);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, response.Responses[0].Partitions[0].ErrorCode);
    }

    [Fact]
    public async Task Requests_behind_a_waiting_fetch_take_effect_and_are_answered_after_it()
    {
        Assert.SkipUnless(broker.IsSamsa, "Apache Kafka does not read on while a request of the connection waits.");
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var fetch = await client.PostAsync(Waiting(topic), 11);
        var produce = await client.PostAsync(WireCalls.ProduceRequest(topic, WireRecords.Batch(), 9), 9);

        var fetched = await client.ReceiveAsync<FetchResponse>(fetch, 11);
        var produced = await client.ReceiveAsync<ProduceResponse>(produce, 9);

        Assert.Single(WireRecords.Read(fetched.Responses[0].Partitions[0].Records.Memory.Span));
        Assert.Equal(0, produced.Responses[0].PartitionResponses[0].BaseOffset);
    }

    [Fact]
    public async Task A_connection_that_closes_while_it_waits_leaves_nothing_behind()
    {
        var topic = await broker.CreateTopicAsync();
        var partition = broker.Samsa.Server!.Broker.Replicas.Find(topic.Name, 0)!;
        for (var i = 0; i < 20; i++)
        {
            using var client = await broker.ConnectAsync();
            await client.PostAsync(Waiting(topic), 11);
            await AwaitParkedAsync(topic);
        }

        await EventuallyAsync(() => partition.Waiting == 0);
        using var next = await broker.ConnectAsync();
        Assert.Equal(0, await next.MustProduceAsync(topic, WireRecords.Batch()));
    }

    private static FetchRequest Waiting(WireTopic topic) => WireCalls.FetchRequest(topic, 0, 11, request =>
    {
        request.MaxWaitMs = Long;
        request.MinBytes = 1;
    });

    // So that the produce really meets a waiting fetch. A foreign broker cannot be asked; there the test is merely weaker.
    private async Task AwaitParkedAsync(WireTopic topic)
    {
        if (broker.IsSamsa)
        {
            var partition = broker.Samsa.Server!.Broker.Replicas.Find(topic.Name, 0)!;
            await EventuallyAsync(() => partition.Waiting > 0);
        }
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, timeout.Token);
    }
}
