using System.Net;
using Samsa.Broker.Configuration;

namespace Samsa.Broker.Network;

/// <summary>An open listener and the endpoint it got, with the real port where 0 was asked for.</summary>
public sealed record BoundListener(ListenerEndpoint Configured, IPEndPoint EndPoint)
{
    /// <summary>The listener's name.</summary>
    public string Name => Configured.Name;
}
