using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>SyncGroup, v0 to v5: waits for the leader, without the bytes of the request.</summary>
public sealed class SyncGroupHandler(GroupCoordinator coordinator)
{
    /// <summary>From here on the protocol must be named.</summary>
    private const short ProtocolVersion = 5;

    /// <summary>Brings or asks for the assignment on the read loop.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, SyncGroupRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);

        // What was agreed on is lost with the old coordinator: the group has to begin anew.
        var ticket = new GroupTicket(static code =>
            ClassicGroup.SyncAnswer(code == ErrorCode.CoordinatorLoadInProgress ? ErrorCode.RebalanceInProgress : code));
        if (context.ApiVersion >= ProtocolVersion && (request.ProtocolType is null || request.ProtocolName is null))
        {
            ticket.Refuse(ErrorCode.InconsistentGroupProtocol);
        }
        else if (request.GroupId.Length == 0)
        {
            ticket.Refuse(ErrorCode.InvalidGroupId);
        }
        else
        {
            var assignments = new Dictionary<string, byte[]>(request.Assignments.Count, StringComparer.Ordinal);
            foreach (var assignment in request.Assignments)
            {
                assignments[assignment.MemberId] = assignment.Assignment.ToArray();
            }

            coordinator.Post(request.GroupId, new GroupEvent.Sync(
                ticket, request.GroupId, request.GenerationId, request.MemberId, request.GroupInstanceId, request.ProtocolType, request.ProtocolName, assignments));
            context.ReleaseRequestBytes();
        }

        return GroupApi.Answer(context, ticket);
    }
}
