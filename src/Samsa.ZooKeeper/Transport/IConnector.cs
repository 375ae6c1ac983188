namespace Samsa.ZooKeeper.Transport;

/// <summary>Makes connections: over TCP, or to a server in the same process. Any thread.</summary>
public interface IConnector
{
    /// <summary>A connection to a server. The client disposes it, which ends it.</summary>
    /// <exception cref="IOException">The server cannot be reached.</exception>
    ValueTask<Stream> ConnectAsync(ServerAddress server, CancellationToken cancellation);
}
