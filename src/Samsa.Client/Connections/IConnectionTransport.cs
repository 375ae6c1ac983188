namespace Samsa.Client.Connections;

/// <summary>A byte stream to a broker: the seam below which there are sockets, TLS, or a script of a test.</summary>
internal interface IConnectionTransport : IAsyncDisposable
{
    /// <summary>Receives at least one byte; 0 at the end of the stream. One call at a time.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends all parts in order. One call at a time; may run beside a receive.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    ValueTask SendAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts);
}
