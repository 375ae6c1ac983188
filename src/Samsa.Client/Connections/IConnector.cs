namespace Samsa.Client.Connections;

/// <summary>Opens byte streams to brokers: the client's seam to the network. What encrypts a connection does so here.</summary>
internal interface IConnector
{
    /// <summary>Connects, or fails within the time that the connector allows itself.</summary>
    /// <exception cref="IOException">Nobody answers there; the message names the address.</exception>
    ValueTask<IConnectionTransport> ConnectAsync(BrokerAddress address, CancellationToken cancellation);
}
