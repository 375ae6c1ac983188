using Samsa.Client.Connections;

namespace Samsa.Client.Metadata;

/// <summary>A broker of the cluster.</summary>
/// <param name="Id">Its <c>broker.id</c> (<c>node.id</c>).</param>
/// <param name="Host">The name or IP address that it advertises for this listener.</param>
/// <param name="Port">The port.</param>
/// <param name="Rack">Its <c>broker.rack</c>, or null.</param>
public sealed record BrokerNode(int Id, string Host, int Port, string? Rack)
{
    internal BrokerAddress Address => new(Host, Port);
}
