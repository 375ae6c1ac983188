using Samsa.Broker.Api;
using Samsa.Broker.Metrics;

namespace Samsa.Broker.Network;

/// <summary>What all connections of a server share.</summary>
internal sealed record ConnectionServices(
    ApiTable Table, SocketServerOptions Options, RequestMemory Memory, BrokerMetrics Metrics, ConnectionLog Log, TimeProvider Time)
{
    /// <summary>Times and sizes of requests by API.</summary>
    public RequestMeter Meter { get; } = new(Metrics);
}
