using System.Globalization;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// ListConfigResources, v0 and v1 (KIP-1142): what has a configuration, or can have one. Of groups those that have one. Version 0, then called
/// ListClientMetricsResources, asks for subscriptions to clients' metrics, of which there are none here.
/// </summary>
public sealed class ListConfigResourcesHandler(IClusterMetadata metadata)
{
    // In the order in which Kafka tells of them, whatever the order of the question.
    private static readonly sbyte[] All =
    [
        (sbyte)ConfigResourceType.Group, (sbyte)ConfigResourceType.ClientMetrics, (sbyte)ConfigResourceType.BrokerLogger, (sbyte)ConfigResourceType.Broker,
        (sbyte)ConfigResourceType.Topic,
    ];

    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, ListConfigResourcesRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var response = new ListConfigResourcesResponse();
        if (context.ApiVersion == 0)
        {
            return new ValueTask<IMessage?>(response);
        }

        if (request.ResourceTypes.Exists(type => !All.Contains(type)))
        {
            response.ErrorCode = ErrorCode.UnsupportedVersion;
            return new ValueTask<IMessage?>(response);
        }

        var image = metadata.Current;
        foreach (var type in All.Where(type => request.ResourceTypes.Count == 0 || request.ResourceTypes.Contains(type)))
        {
            var names = (ConfigResourceType)type switch
            {
                ConfigResourceType.Topic => image.Topics.Keys,
                ConfigResourceType.Broker or ConfigResourceType.BrokerLogger => image.Brokers.Keys.Select(id => id.ToString(CultureInfo.InvariantCulture)),
                ConfigResourceType.Group => image.GroupConfigs.Keys,
                _ => [],
            };
            foreach (var name in names)
            {
                response.ConfigResources.Add(new ListConfigResourcesResponse.ConfigResource { ResourceName = name, ResourceType = type });
            }
        }

        return new ValueTask<IMessage?>(response);
    }
}
