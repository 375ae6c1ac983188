using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>Heartbeat, v0 to v4.</summary>
public sealed class HeartbeatHandler(GroupCoordinator coordinator)
{
    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, HeartbeatRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);

        // A coordinator that still loads does not know the member, and has nothing against it.
        var ticket = new GroupTicket(static code =>
            new HeartbeatResponse { ErrorCode = code == ErrorCode.CoordinatorLoadInProgress ? ErrorCode.None : code });
        if (request.GroupId.Length == 0)
        {
            ticket.Refuse(ErrorCode.InvalidGroupId);
        }
        else
        {
            coordinator.Post(
                request.GroupId, new GroupEvent.Heartbeat(ticket, request.GroupId, request.GenerationId, request.MemberId, request.GroupInstanceId));
        }

        return GroupApi.Answer(context, ticket);
    }
}
