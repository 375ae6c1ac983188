using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Xunit;

namespace Samsa.IntegrationTests.Hostile;

/// <summary>
/// A client that minds its own business while others misbehave: it produces a record, fetches it, and checks both answers, round
/// after round. Owns two connections and one task. Lives until disposed; the first wrong answer ends it, and
/// <see cref="RoundsAsync"/> tells.
/// </summary>
internal sealed class GoodClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly WireTopic _topic;
    private readonly TimeProvider _time;
    private readonly WireClient _producer;
    private readonly WireClient _consumer;
    private readonly Task _running;
    private volatile bool _stopped;
    private long _rounds;

    private GoodClient(WireTopic topic, TimeProvider time, WireClient producer, WireClient consumer)
    {
        _time = time;
        _topic = topic;
        _producer = producer;
        _consumer = consumer;
        _running = Task.Run(RunAsync);
    }

    /// <summary>Starts it.</summary>
    /// <param name="server">Where the broker is.</param>
    /// <param name="topic">A topic of its own, empty.</param>
    /// <param name="time">The broker's clock, which gives the records their times.</param>
    public static async Task<GoodClient> StartAsync(string server, WireTopic topic, TimeProvider time) =>
        new(topic, time, await WireClient.ConnectAsync(server, "good-producer"), await WireClient.ConnectAsync(server, "good-consumer"));

    /// <summary>Waits until so many further rounds are done, every answer right.</summary>
    public async Task RoundsAsync(int count)
    {
        var target = Interlocked.Read(ref _rounds) + count;
        using var timeout = new CancellationTokenSource(Patience);
        while (Interlocked.Read(ref _rounds) < target)
        {
            if (_running.IsCompleted)
                await _running;
            Assert.False(timeout.IsCancellationRequested, $"The good client is not served: {_rounds} rounds, {target} expected.");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        await _running.WaitAsync(Patience);
        _producer.Dispose();
        _consumer.Dispose();
    }

    private async Task RunAsync()
    {
        for (var round = 0L; !_stopped; round++)
        {
            var value = $"round {round}";
            var offset = await _producer.MustProduceAsync(_topic, WireRecords.Single(null, WireRecords.Bytes(value), _time.GetUtcNow().ToUnixTimeMilliseconds()));
            Assert.Equal(round, offset);
            var answer = await _consumer.FetchAsync(_topic, offset);
            Assert.Equal((ErrorCode.None, offset + 1), (answer.ErrorCode, answer.HighWatermark));
            var record = Assert.Single(WireRecords.Read(answer.Records.Memory.Span));
            Assert.Equal((offset, value), (record.Offset, record.Value));
            Interlocked.Increment(ref _rounds);
        }
    }
}
