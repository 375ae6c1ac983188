using Samsa.Broker.Groups;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>DeleteGroups, v0 to v3: only groups without members.</summary>
public sealed class DeleteGroupsHandler(GroupCoordinator coordinator)
{
    /// <summary>Asks for every group and waits for all answers. A group that is named twice is deleted once.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteGroupsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var pending = new List<Task<IMessage>>(request.GroupsNames.Count);
        foreach (var groupId in request.GroupsNames.Distinct(StringComparer.Ordinal))
        {
            var ticket = new GroupTicket(code =>
            {
                var refused = new DeleteGroupsResponse();
                refused.Results.Add(new DeleteGroupsResponse.DeletableGroupResult { GroupId = groupId, ErrorCode = code });
                return refused;
            });
            coordinator.Post(groupId, new GroupEvent.Delete(ticket, groupId));
            pending.Add(ticket.Answered);
        }

        var response = new DeleteGroupsResponse();
        foreach (var answer in pending)
        {
            response.Results.AddRange(((DeleteGroupsResponse)await answer.WaitAsync(context.ConnectionClosed).ConfigureAwait(false)).Results);
        }

        return response;
    }
}
