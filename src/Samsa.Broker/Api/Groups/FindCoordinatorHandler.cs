using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>
/// FindCoordinator, v0 to v6, for groups. Departs from Kafka in two things: <c>__consumer_offsets</c>, which the first request makes, is
/// there in the first answer already, and a transactional id is answered COORDINATOR_NOT_AVAILABLE until there is a coordinator for it.
/// </summary>
public sealed class FindCoordinatorHandler(GroupCoordinator coordinator, IClusterMetadata metadata, int brokerId)
{
    private const sbyte GroupKeyType = 0;
    private const sbyte TransactionKeyType = 1;
    private const sbyte ShareKeyType = 2;
    private const short ShareKeyTypeVersion = 6;
    private const short BatchVersion = 4;

    /// <summary>Answers at once, unless the topic must be made first.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, FindCoordinatorRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var response = new FindCoordinatorResponse();
        if (context.ApiVersion < BatchVersion)
        {
            var found = await FindAsync(context, request.KeyType, request.Key).ConfigureAwait(false);
            response.ErrorCode = found.ErrorCode;
            response.ErrorMessage = found.ErrorMessage;
            response.NodeId = found.NodeId;
            response.Host = found.Host;
            response.Port = found.Port;
            return response;
        }

        foreach (var key in request.CoordinatorKeys)
        {
            response.Coordinators.Add(await FindAsync(context, request.KeyType, key).ConfigureAwait(false));
        }

        return response;
    }

    private async ValueTask<FindCoordinatorResponse.Coordinator> FindAsync(RequestContext context, sbyte keyType, string key)
    {
        switch (keyType)
        {
            case GroupKeyType:
                var error = await coordinator.PrepareAsync(key).ConfigureAwait(false);
                var endpoint = metadata.Current.Brokers.GetValueOrDefault(brokerId)?.Endpoint(context.ListenerName);
                if (error == ErrorCode.None && endpoint is null)
                {
                    error = ErrorCode.CoordinatorNotAvailable;
                }

                return error != ErrorCode.None
                    ? NotFound(key, error, "The group coordinator is not available.")
                    : new FindCoordinatorResponse.Coordinator { Key = key, NodeId = brokerId, Host = endpoint!.Host, Port = endpoint.Port };
            case TransactionKeyType:
            case ShareKeyType when context.ApiVersion >= ShareKeyTypeVersion:
                return NotFound(key, ErrorCode.CoordinatorNotAvailable, "This broker has no coordinator of that type.");
            default:
                return NotFound(key, ErrorCode.InvalidRequest, $"There is no coordinator of type {keyType}.");
        }
    }

    private static FindCoordinatorResponse.Coordinator NotFound(string key, ErrorCode error, string message) => new()
    {
        Key = key,
        NodeId = -1,
        Host = "",
        Port = -1,
        ErrorCode = error,
        ErrorMessage = message,
    };
}
