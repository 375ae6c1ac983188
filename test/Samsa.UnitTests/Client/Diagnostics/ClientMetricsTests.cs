using Samsa.Client;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Consumer;
using Samsa.UnitTests.Client.Producer;
using Xunit;

namespace Samsa.UnitTests.Client.Diagnostics;

/// <summary>What the clients count, by the names of OpenTelemetry's conventions.</summary>
[Collection(nameof(ListeningTests))]
public sealed class ClientMetricsTests : IDisposable
{
    private const string Sent = "messaging.client.sent.messages";
    private readonly MeasurementLog _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Delivered_records_are_counted_with_their_batches()
    {
        var scene = new ProducerScene();
        scene.Options.ClientId = "counted";
        scene.Options.Linger = TimeSpan.FromMinutes(1);
        await using var producer = scene.Start();
        await producer.GetTopicAsync(ProducerScene.Topic, Cancellation);
        for (var i = 0; i < 50; i++)
        {
            await producer.SendAsync(ProducerScene.Topic, default, "value"u8, Cancellation);
        }

        _log.Look();
        var buffered = Assert.Single(_log.Of("samsa.producer.buffer.used"), m => Equals(m.Tags["messaging.client.id"], "counted"));
        await producer.FlushAsync(Cancellation);

        var sent = Assert.Single(_log.Of(Sent));
        Assert.Equal(50, sent.Value);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["messaging.system"] = "kafka",
                ["messaging.client.id"] = "counted",
                ["messaging.destination.name"] = ProducerScene.Topic,
                ["messaging.operation.name"] = "send",
            },
            sent.Tags);
        Assert.Equal(scene.Options.BatchSize, buffered.Value);
        var size = Assert.Single(_log.Of("samsa.producer.batch.size")).Value;
        Assert.InRange(size, 50 * 5, 2000);
        Assert.Equal(size, _log.Sum("samsa.producer.bytes"));
        Assert.True(Assert.Single(_log.Of("samsa.producer.queue.time")).Value >= 0);
        var request = Assert.Single(_log.Of("messaging.client.operation.duration"));
        Assert.Equal(("send", "broker-1", 9092), (request.Tags["messaging.operation.name"], request.Tags["server.address"], request.Tags["server.port"]));
        Assert.False(request.Tags.ContainsKey("error.type"));
    }

    [Fact]
    public async Task Retries_and_failures_are_counted_apart()
    {
        var scene = new ProducerScene();
        var answers = new Queue<ErrorCode>([ErrorCode.NotEnoughReplicas, ErrorCode.NotEnoughReplicas, ErrorCode.TopicAuthorizationFailed]);
        scene.Cluster.On(ApiKey.Produce, r => scene.Log.Answer((ProduceRequest)r.Message, _ => answers.Dequeue()));
        await using var producer = scene.Start();

        await Assert.ThrowsAsync<KafkaException>(async () => await producer.ProduceAsync(ProducerScene.Topic, default, "x"u8, Cancellation));

        Assert.Equal(2, _log.Sum("samsa.producer.retries"));
        Assert.Equal(1, _log.Sum(Sent, ("error.type", "TOPIC_AUTHORIZATION_FAILED")));
        Assert.Single(_log.Of(Sent));
        Assert.Empty(_log.Of("samsa.producer.bytes"));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_the_error_of_its_request()
    {
        var scene = new ProducerScene();
        scene.Cluster.Faults.CutNext(ApiKey.Produce, 3);
        await using var producer = scene.Start();
        await producer.ProduceAsync(ProducerScene.Topic, default, "x"u8, Cancellation);

        Assert.Equal(["NETWORK_EXCEPTION", null], _log.Of("messaging.client.operation.duration").Select(m => m.Tags.GetValueOrDefault("error.type")));
    }

    [Fact]
    public async Task Consumed_records_are_counted_by_partition_raw_and_typed()
    {
        var stage = new ConsumerStage(partitions: 2);
        stage.Options.ClientId = "reader";
        stage.Partitions[0].Add(10).Add(5);
        stage.Partitions[1].Add(7);
        await using (var typed = stage.Typed())
        {
            typed.Assign(stage.Partitions.Select(p => p.Id));
            await typed.TakeAsync(22);
        }

        Assert.Equal(15, _log.Sum("messaging.client.consumed.messages", ("messaging.destination.partition.id", "0")));
        Assert.Equal(7, _log.Sum("messaging.client.consumed.messages", ("messaging.destination.partition.id", "1")));

        await using var raw = stage.Raw();
        raw.Assign(new Samsa.Client.Consumer.TopicPartitionOffset(stage.First.Id, 4));
        var batch = await raw.PollBatchAsync(Consumer.Conditions.Limit, Cancellation);
        Assert.Equal(15 + 6, _log.Sum("messaging.client.consumed.messages", ("messaging.destination.partition.id", "0")));
        Assert.Equal(batch!.Bytes.Length, _log.Of("samsa.consumer.bytes")[^1].Value);
        Assert.Equal("reader", _log.Of("samsa.consumer.bytes")[^1].Tags["messaging.client.id"]);
        Assert.Contains(_log.Of("messaging.client.operation.duration"), m => Equals(m.Tags["messaging.operation.name"], "poll"));

        _log.Look();
        Assert.Equal(5, Assert.Single(_log.Of("samsa.consumer.lag")).Value);
        Assert.True(Assert.Single(_log.Of("samsa.consumer.queue.used")).Value >= batch.Bytes.Length);
    }

    [Fact]
    public async Task A_consumer_that_is_disposed_is_measured_no_more()
    {
        var stage = new ConsumerStage();
        var consumer = stage.Raw();
        consumer.Assign(stage.First.Id);
        await consumer.PositionAsync(stage.First.Id, Cancellation);
        await consumer.DisposeAsync();

        _log.Look();

        Assert.Empty(_log.Of("samsa.consumer.lag"));
        Assert.Empty(_log.Of("samsa.consumer.queue.used"));
    }

    [Fact]
    public async Task The_work_on_a_record_is_measured_with_its_failure()
    {
        var stage = new ConsumerStage();
        stage.First.Add(2);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        var records = await consumer.TakeAsync(2);

        consumer.StartProcessing(records[0]).Dispose();
        using (var failing = consumer.StartProcessing(records[1]))
        {
            failing.Fail(new FormatException("bad"));
        }

        Assert.Equal([null, "System.FormatException"], _log.Of("messaging.process.duration").Select(m => m.Tags.GetValueOrDefault("error.type")));
    }
}
