using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api;

/// <summary>
/// FindCoordinator, v0 to v6: until there are group and transaction coordinators every key is answered
/// COORDINATOR_NOT_AVAILABLE, as Kafka does while it has none. Served because librdkafka takes the presence of this API for the
/// sign that a broker understands LZ4, and sends uncompressed batches otherwise.
/// </summary>
public static class FindCoordinatorHandler
{
    private const sbyte HighestKeyType = 1;
    private const sbyte ShareKeyType = 2;
    private const short ShareKeyTypeVersion = 6;

    /// <summary>Answers at once.</summary>
    public static ValueTask<IMessage?> HandleAsync(RequestContext context, FindCoordinatorRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var known = request.KeyType is >= 0 and <= HighestKeyType
            || (request.KeyType == ShareKeyType && context.ApiVersion >= ShareKeyTypeVersion);
        var (code, message) = known
            ? (ErrorCode.CoordinatorNotAvailable, "This broker has no group and no transaction coordinator.")
            : (ErrorCode.InvalidRequest, $"There is no coordinator of type {request.KeyType}.");
        var response = new FindCoordinatorResponse();
        if (context.ApiVersion < 4)
        {
            response.ErrorCode = code;
            response.ErrorMessage = message;
            response.NodeId = -1;
            response.Port = -1;
            return new ValueTask<IMessage?>(response);
        }

        foreach (var key in request.CoordinatorKeys)
        {
            response.Coordinators.Add(new FindCoordinatorResponse.Coordinator
            {
                Key = key,
                NodeId = -1,
                Host = "",
                Port = -1,
                ErrorCode = code,
                ErrorMessage = message,
            });
        }

        return new ValueTask<IMessage?>(response);
    }
}
