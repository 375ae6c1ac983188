using Samsa.Protocol.Messages;

namespace Samsa.Client.Connections;

/// <summary>An answer together with the rented memory that its records lie in. Disposed once, after the last look at them.</summary>
internal sealed class OwnedResponse<TResponse>(TResponse message, ResponseFrame frame, short version) : IDisposable
    where TResponse : IMessage
{
    public TResponse Message => message;

    /// <summary>The version that was spoken.</summary>
    public short Version => version;

    /// <summary>The bytes that are held.</summary>
    public int Size => frame.Length;

    public void Dispose() => frame.Release();
}
