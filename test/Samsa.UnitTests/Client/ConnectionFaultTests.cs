using Microsoft.Extensions.Logging;
using Samsa.Client;
using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Diagnostics;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client;

/// <summary>A bug of ours in a connection must not look like a broker that does not answer.</summary>
public sealed class ConnectionFaultTests : IDisposable
{
    private readonly ScriptedCluster _cluster = new();
    private readonly LogLines _lines = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _lines.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fault_fails_the_requests_in_flight_at_once_and_is_logged(bool whileReading)
    {
        _cluster.OnAsync(ApiKey.Metadata, _ => new TaskCompletionSource<IMessage?>().Task);
        var connector = new FaultyConnector(_cluster);
        var options = new ConnectionOptions("test", TimeSpan.FromHours(1), 1000, TimeProvider.System, _lines.CreateLogger("connection"));
        await using var connection = await BrokerConnection.OpenAsync(connector, new BrokerAddress("broker", 9092), options, Cancellation);
        Task<MetadataResponse> Ask() => connection.SendAsync(ClientApis.Metadata, 12, new MetadataRequest(), cancellation: Cancellation);
        var inFlight = Ask();

        if (whileReading)
        {
            connector.Fault.SetException(new InvalidOperationException("a bug"));
        }
        else
        {
            connector.SendingFails = true;
            _ = Ask();
        }

        var failure = await Assert.ThrowsAsync<KafkaException>(() => inFlight);
        Assert.Equal((ErrorCode.UnknownServerError, false), (failure.ErrorCode, failure.IsRetriable));
        Assert.Contains("a bug", failure.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(failure.InnerException);
        Assert.True(connection.Closed.IsCompleted);
        await Assert.ThrowsAsync<KafkaException>(Ask);
        Assert.Contains(_lines.All, l => l.Level == LogLevel.Error && l.Text == "The connection to broker:9092 failed by a fault of the client");
    }

    private sealed class FaultyConnector(ScriptedCluster cluster) : IConnector
    {
        public TaskCompletionSource<int> Fault { get; } = new();

        public bool SendingFails { get; set; }

        public async ValueTask<IConnectionTransport> ConnectAsync(BrokerAddress address, CancellationToken cancellation) =>
            new FaultyTransport(this, await cluster.ConnectAsync(address, cancellation));

        private sealed class FaultyTransport(FaultyConnector owner, IConnectionTransport inner) : IConnectionTransport
        {
            public async ValueTask<int> ReceiveAsync(Memory<byte> buffer) =>
                await await Task.WhenAny(inner.ReceiveAsync(buffer).AsTask(), owner.Fault.Task);

            public ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts) =>
                owner.SendingFails ? throw new InvalidOperationException("a bug") : inner.SendAsync(parts);

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
