using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>ListGroups, v0 to v5: every group of this broker, by states (KIP-518) and types (KIP-848) in any case of letters.</summary>
public sealed class ListGroupsHandler(GroupCoordinator coordinator)
{
    /// <summary>Asks every partition and waits for all answers.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, ListGroupsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var pending = new List<Task<IMessage>>();
        foreach (var lane in coordinator.Lanes)
        {
            var ticket = new GroupTicket(static code => new ListGroupsResponse { ErrorCode = code });
            lane.Post(new GroupEvent.List(ticket, request.StatesFilter, request.TypesFilter));
            pending.Add(ticket.Answered);
        }

        var response = new ListGroupsResponse();
        foreach (var answer in pending)
        {
            var part = (ListGroupsResponse)await answer.WaitAsync(context.ConnectionClosed).ConfigureAwait(false);
            response.Groups.AddRange(part.Groups);

            // A partition that goes away has no groups here any more; one that loads has groups that are not known yet.
            if (part.ErrorCode is not (ErrorCode.None or ErrorCode.NotCoordinator))
            {
                response.ErrorCode = part.ErrorCode;
            }
        }

        if (response.ErrorCode != ErrorCode.None)
        {
            response.Groups.Clear();
        }

        return response;
    }
}
