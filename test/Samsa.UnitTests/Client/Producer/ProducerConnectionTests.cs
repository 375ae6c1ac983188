using Samsa.Client.Connections;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>What passes between a producer and the connections of its brokers: leaders that they name, and memory that they lend.</summary>
public sealed class ProducerConnectionTests
{
    private const string Topic = ProducerScene.Topic;

    private readonly ProducerScene _scene = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_leader_that_a_refusal_names_gets_the_batch_at_once()
    {
        // Metadata go on naming broker 1, and a retry would wait for half an hour.
        _scene.Options.RetryBackoff = TimeSpan.FromMinutes(30);
        _scene.Options.RetryBackoffMax = TimeSpan.FromMinutes(30);
        _scene.Options.DisposeTimeout = TimeSpan.Zero;
        _scene.Cluster.On(ApiKey.Produce, r =>
        {
            var request = (ProduceRequest)r.Message;
            if (ProducerScene.Broker(r) == 2)
            {
                return _scene.Log.Answer(request);
            }

            var refusal = _scene.Log.Answer(request, _ => ErrorCode.NotLeaderOrFollower);
            refusal.Responses[0].PartitionResponses[0].CurrentLeader = new ProduceResponse.LeaderIdAndEpoch { LeaderId = 2, LeaderEpoch = 3 };
            refusal.NodeEndpoints.Add(new ProduceResponse.NodeEndpoint { NodeId = 2, Host = "broker-2", Port = 9092 });
            return refusal;
        });
        await using var producer = _scene.Start();

        var sending = producer.ProduceAsync(Topic, default, "x"u8, Cancellation).AsTask();

        Assert.Equal(0, (await sending.WaitAsync(TimeSpan.FromSeconds(120), TimeProvider.System, Cancellation)).Offset);
        Assert.Equal(["x"], _scene.Log.Values(0));
    }

    [Theory]
    [InlineData(ErrorCode.NotLeaderOrFollower)]
    [InlineData(ErrorCode.UnknownTopicOrPartition)]
    public async Task A_first_batch_that_is_refused_is_not_overtaken(ErrorCode refusal)
    {
        // The partition comes up after the first request: whatever is in flight behind it would be taken.
        _scene.Log.TakesAnyFirst = true;
        _scene.Options.BatchSize = 0;
        _scene.Options.Linger = TimeSpan.FromMinutes(1);
        var isUp = false;
        _scene.Cluster.On(ApiKey.Produce, r =>
        {
            var answer = _scene.Log.Answer((ProduceRequest)r.Message, _ => isUp ? ErrorCode.None : refusal);
            isUp = true;
            return answer;
        });
        await using var producer = _scene.Start();
        await producer.GetTopicAsync(Topic, Cancellation);
        List<string> sent = [];
        for (var i = 0; i < 30; i++)
        {
            sent.Add($"{i}");
            await producer.SendAsync(Topic, default, System.Text.Encoding.UTF8.GetBytes(sent[^1]), Cancellation);
        }

        await producer.FlushAsync(Cancellation);

        Assert.Equal(sent, _scene.Log.Values(0));
    }

    [Fact]
    public async Task A_batch_that_is_still_being_sent_keeps_its_memory_when_its_connection_breaks()
    {
        // The answers of the first connection end while its produce request hangs in the socket.
        var connector = new HangingConnector(_scene.Cluster);
        _scene.Options.DisposeTimeout = TimeSpan.Zero;
        await using var producer = new KafkaProducer(_scene.Options, connector);
        var first = producer.ProduceAsync(Topic, default, "first"u8, Cancellation).AsTask();
        var parts = await connector.Hanging.Task.WaitAsync(Cancellation);
        var before = parts.Select(p => p.ToArray()).ToList();
        connector.Break();

        // Other batches come and go meanwhile, and would take the memory if it were free.
        for (var i = 0; i < 20; i++)
        {
            await producer.SendAsync(Topic, default, "other"u8, Cancellation);
        }

        Assert.Equal(before, parts.Select(p => p.ToArray()));
        Assert.False(first.IsCompleted);
        Assert.Empty(_scene.Log.Values(0));

        connector.LetGo();
        Assert.Equal(0, (await first).Offset);
        await producer.FlushAsync(Cancellation);
        Assert.Equal(["first", .. Enumerable.Repeat("other", 20)], _scene.Log.Values(0));
        await Conditions.Until(() => producer.BufferedBytes == 0);
    }

    /// <summary>Scripted connections, of which the first that sends a produce request hangs in it.</summary>
    private sealed class HangingConnector(ScriptedCluster cluster) : IConnector
    {
        private readonly TaskCompletionSource _letGo = new();
        private readonly TaskCompletionSource _broken = new();

        public TaskCompletionSource<IReadOnlyList<ReadOnlyMemory<byte>>> Hanging { get; } = new();

        public void Break() => _broken.SetResult();

        public void LetGo() => _letGo.SetResult();

        public async ValueTask<IConnectionTransport> ConnectAsync(BrokerAddress address, CancellationToken cancellation) =>
            new HangingTransport(this, await cluster.ConnectAsync(address, cancellation));

        private sealed class HangingTransport(HangingConnector owner, IConnectionTransport inner) : IConnectionTransport
        {
            private bool _isHanging;

            public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
            {
                // What was asked for before (the versions) is answered; then this waits for an end that is told from outside.
                var receiving = inner.ReceiveAsync(buffer).AsTask();
                await Task.WhenAny(receiving, owner._broken.Task);
                return receiving.IsCompleted || !_isHanging ? await receiving : 0;
            }

            public async ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts)
            {
                // The key of the request stands behind the length.
                if (parts[0].Length > 6 && parts[0].Span[5] == (byte)ApiKey.Produce && owner.Hanging.TrySetResult([.. parts]))
                {
                    _isHanging = true;
                    await owner._letGo.Task;
                    throw new IOException("the connection is closed");
                }

                await inner.SendAsync(parts);
            }

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
