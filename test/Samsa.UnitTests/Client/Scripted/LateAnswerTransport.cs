using Samsa.Client.Connections;

namespace Samsa.UnitTests.Client.Scripted;

/// <summary>Connections whose last answer is in the socket's buffer when this side closes: closing lets it come, and the stream stays open until it did.</summary>
internal sealed class LateAnswerTransport(IConnector connector, Action release) : IConnector, IConnectionTransport
{
    private IConnectionTransport? _inner;

    public async ValueTask<IConnectionTransport> ConnectAsync(BrokerAddress address, CancellationToken cancellation)
    {
        _inner = await connector.ConnectAsync(address, cancellation);
        return this;
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => _inner!.ReceiveAsync(buffer);

    public ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts) => _inner!.SendAsync(parts);

    public ValueTask DisposeAsync()
    {
        release();
        return ValueTask.CompletedTask;
    }
}
