using Samsa.Broker.Configuration;

namespace Samsa.Broker.Metadata;

/// <summary>A live broker with the endpoints that it advertises (real ports). <paramref name="Epoch"/> is new with every registration.</summary>
public sealed record BrokerImage(int Id, string? Rack, IReadOnlyList<ListenerEndpoint> Endpoints, long Epoch)
{
    /// <summary>The endpoint of a listener (name in upper case), or null when this broker does not have that listener.</summary>
    public ListenerEndpoint? Endpoint(string listenerName)
    {
        foreach (var endpoint in Endpoints)
        {
            if (endpoint.Name == listenerName)
            {
                return endpoint;
            }
        }

        return null;
    }
}
