using Microsoft.Extensions.Logging;
using Samsa.Client;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Consumer;
using Samsa.UnitTests.Client.Producer;
using Xunit;

namespace Samsa.UnitTests.Client.Diagnostics;

/// <summary>What the clients write into the log of their program.</summary>
public sealed class ClientLogTests : IDisposable
{
    private readonly LogLines _lines = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _lines.Dispose();

    [Fact]
    public async Task Keys_without_effect_are_named_when_the_client_begins()
    {
        var scene = new ProducerScene();
        scene.Options.LoggerFactory = _lines;
        scene.Options.Set("interceptor.classes", "com.example.Audit");
        scene.Options.Set("metric.reporters", "");
        scene.Options.Set("metric.reporters", "");
        scene.Options.Set("linger.ms", "3");

        await using var producer = scene.Start();

        var line = Assert.Single(_lines.All, l => l.Level == LogLevel.Warning);
        Assert.Equal("Samsa.Client.Producer", line.Category);
        Assert.EndsWith("these keys have no effect: interceptor.classes, metric.reporters", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_producers_trouble_is_told()
    {
        var scene = new ProducerScene();
        scene.Options.LoggerFactory = _lines;
        var answers = new Queue<ErrorCode>([ErrorCode.NotEnoughReplicas, ErrorCode.InvalidRecord]);
        scene.Cluster.Faults.CutNext(ApiKey.Produce, 3);
        scene.Cluster.On(ApiKey.Produce, r => scene.Log.Answer((ProduceRequest)r.Message, _ => answers.TryDequeue(out var e) ? e : ErrorCode.None));
        await using var producer = scene.Start();

        await Assert.ThrowsAsync<KafkaException>(async () => await producer.ProduceAsync(ProducerScene.Topic, default, "x"u8, Cancellation));

        Assert.Contains(_lines.All, l => l.Level == LogLevel.Warning && l.Text.StartsWith("Connection to broker-1:9092 is lost with 1 requests in flight", StringComparison.Ordinal));
        Assert.Contains(_lines.All, l => l.Level == LogLevel.Information && l.Text.Contains("is sent again after NETWORK_EXCEPTION (attempt 1)", StringComparison.Ordinal));
        Assert.Contains(_lines.All, l => l.Level == LogLevel.Warning && l.Text.StartsWith("1 records of t-0 were not delivered: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_consumers_start_is_told()
    {
        var stage = new ConsumerStage();
        stage.Options.LoggerFactory = _lines;
        stage.First.LogStart = 3;
        stage.First.Add(5);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        await consumer.TakeAsync(1);

        Assert.Contains(("Samsa.Client.Consumer", LogLevel.Information, "orders-0 is read from offset 3 on"), _lines.All);
    }
}
