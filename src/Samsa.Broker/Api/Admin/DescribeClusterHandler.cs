using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Admin;

/// <summary>DescribeCluster, v0 to v2. No broker is ever fenced here.</summary>
public sealed class DescribeClusterHandler(IClusterMetadata metadata)
{
    private const sbyte Brokers = 1;
    private const sbyte Controllers = 2;

    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeClusterRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        if (request.EndpointType != Brokers)
        {
            return new ValueTask<IMessage?>(new DescribeClusterResponse
            {
                ErrorCode = request.EndpointType == Controllers ? ErrorCode.MismatchedEndpointType : ErrorCode.UnsupportedEndpointType,
                ErrorMessage = request.EndpointType == Controllers
                    ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
                    : $"Unsupported endpoint type {request.EndpointType}",
            });
        }

        var image = metadata.Current;
        var response = new DescribeClusterResponse
        {
            ClusterId = image.ClusterId,
            ControllerId = image.ControllerId,
            ClusterAuthorizedOperations = AuthorizedOperations.OfCluster(request.IncludeClusterAuthorizedOperations),
        };
        foreach (var broker in image.Brokers.Values)
        {
            if (broker.Endpoint(context.ListenerName) is { } endpoint)
            {
                response.Brokers.Add(new DescribeClusterResponse.DescribeClusterBroker
                {
                    BrokerId = broker.Id,
                    Host = endpoint.Host,
                    Port = endpoint.Port,
                    Rack = broker.Rack,
                });
            }
        }

        return new ValueTask<IMessage?>(response);
    }
}
