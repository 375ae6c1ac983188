namespace Samsa.Broker.Network;

/// <summary>
/// The bytes of one request in a rented buffer.
/// Owned by the request; any thread may dispose it, once or more; its life ends when the answer is encoded or the handler has
/// given the bytes back; never fails.
/// </summary>
internal sealed class RequestFrame(RequestMemory memory, byte[] buffer, int length) : IDisposable
{
    private byte[]? _buffer = buffer;

    /// <summary>The frame without its length prefix.</summary>
    public ReadOnlyMemory<byte> Bytes => new(_buffer, 0, length);

    /// <summary>The number of bytes.</summary>
    public int Length => length;

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } rented)
        {
            memory.Return(rented);
            memory.Release(length);
        }
    }
}
