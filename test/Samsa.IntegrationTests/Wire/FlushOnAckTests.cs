using Samsa.Broker.Configuration;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary><c>samsa.flush.on.ack</c>: nothing is acknowledged or shown to a consumer before it is on the disk.</summary>
public sealed class FlushOnAckTests
{
    [Fact]
    public async Task An_acknowledgement_and_a_consumer_wait_for_the_flush()
    {
        using var files = new GatedFileSystem();
        await using var broker = await HandlerHarness.OpenAsync(flushOnAck: true, files);
        files.Close();

        var first = broker.ProduceAsync(Produce()).AsTask();
        await EventuallyAsync(() => files.Waiting > 0);
        var second = broker.ProduceAsync(Produce()).AsTask();
        var waiting = broker.FetchAsync(WireCalls.FetchRequest(HandlerHarness.Topic, 0, 11, request =>
        {
            request.MaxWaitMs = 300_000;
            request.MinBytes = 1;
        })).AsTask();
        await EventuallyAsync(() => broker.Partition.Waiting == 1);

        Assert.Equal(2, broker.Partition.Log.LogEndOffset);
        Assert.Equal(0, (await broker.ReadAsync()).HighWatermark);
        Assert.Empty((await broker.ReadAsync()).Records);
        Assert.False(first.IsCompleted || second.IsCompleted || waiting.IsCompleted);

        files.Open();
        Assert.Equal((ErrorCode.None, 0L), Answer(await first.WaitAsync(WireClient.Patience)));
        Assert.Equal((ErrorCode.None, 1L), Answer(await second.WaitAsync(WireClient.Patience)));
        var fetched = (FetchResponse)(await waiting.WaitAsync(WireClient.Patience))!;
        using var region = fetched.Responses[0].Partitions[0].Records.Region as IDisposable;
        Assert.NotNull(region);
        Assert.Equal([0, 1], (await broker.ReadAsync()).Records.Select(record => record.Offset));
    }

    [Fact]
    public async Task Those_who_come_during_a_flush_share_the_next()
    {
        using var files = new GatedFileSystem();
        await using var broker = await HandlerHarness.OpenAsync(flushOnAck: true, files);
        await broker.ProduceAsync(Produce());
        var before = files.Flushed;
        files.Close();
        var produces = new List<Task<IMessage?>> { broker.ProduceAsync(Produce()).AsTask() };
        await EventuallyAsync(() => files.Waiting > 0);
        for (var i = 0; i < 50; i++)
            produces.Add(broker.ProduceAsync(Produce()).AsTask());

        files.Open();
        foreach (var produce in produces)
            await produce.WaitAsync(WireClient.Patience);

        Assert.Equal(2, files.Flushed - before);
        Assert.Equal(52, (await broker.ReadAsync()).HighWatermark);
    }

    [Fact]
    public async Task A_duplicate_is_acknowledged_only_when_the_original_is_on_the_disk()
    {
        using var files = new GatedFileSystem();
        await using var broker = await HandlerHarness.OpenAsync(flushOnAck: true, files);
        files.Close();

        var original = broker.ProduceAsync(Produce(WireRecords.Idempotent(9, 0, 0))).AsTask();
        await EventuallyAsync(() => files.Waiting > 0);
        var duplicate = broker.ProduceAsync(Produce(WireRecords.Idempotent(9, 0, 0))).AsTask();
        Assert.False(original.IsCompleted || duplicate.IsCompleted);

        files.Open();
        Assert.Equal((ErrorCode.None, 0L), Answer(await original.WaitAsync(WireClient.Patience)));
        Assert.Equal((ErrorCode.None, 0L), Answer(await duplicate.WaitAsync(WireClient.Patience)));
        Assert.Single((await broker.ReadAsync()).Records);
    }

    [Fact]
    public async Task Producers_and_a_consumer_of_a_broker_that_flushes_never_run_ahead_of_the_disk()
    {
        await using var broker = await SamsaBroker.StartAsync(new SamsaBrokerOptions
        {
            Overrides = new Dictionary<string, string> { [BrokerKeys.SamsaFlushOnAck] = "true" },
        });
        using var consumer = await WireClient.ConnectAsync(broker.BootstrapServers);
        var made = await consumer.SendAsync<MetadataResponse>(new MetadataRequest { Topics = [new() { Name = "flushed" }] }, 12);
        var topic = new WireTopic("flushed", made.Topics[0].TopicId);
        var log = broker.Server!.Broker.Replicas.Find("flushed", 0)!.Log;

        var producers = Enumerable.Range(0, 4).Select(_ => ProduceAsync()).ToArray();
        long seen = 0;
        while (seen < 4 * 25)
        {
            var answer = await consumer.FetchAsync(topic, seen, change: request => (request.MaxWaitMs, request.MinBytes) = (1000, 1));
            Assert.True(answer.HighWatermark <= log.RecoveryPoint, "A high watermark ran ahead of the disk.");
            foreach (var record in WireRecords.Read(answer.Records.Memory.Span).Where(record => record.Offset >= seen))
            {
                Assert.True(record.Offset < log.RecoveryPoint, "A consumer saw a record that was not on the disk.");
                seen = record.Offset + 1;
            }
        }

        await Task.WhenAll(producers).WaitAsync(WireClient.Patience);

        async Task ProduceAsync()
        {
            using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
            for (var i = 0; i < 25; i++)
                Assert.True(await client.MustProduceAsync(topic, WireRecords.Batch()) < log.RecoveryPoint, "An acknowledgement ran ahead of the disk.");
        }
    }

    private static ProduceRequest Produce(byte[]? records = null) =>
        WireCalls.ProduceRequest(HandlerHarness.Topic, records ?? WireRecords.Batch(), 9);

    private static (ErrorCode Error, long Offset) Answer(IMessage? message)
    {
        var answer = ((ProduceResponse)message!).Responses[0].PartitionResponses[0];
        return (answer.ErrorCode, answer.BaseOffset);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, timeout.Token);
    }
}
