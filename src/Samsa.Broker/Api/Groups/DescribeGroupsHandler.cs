using Samsa.Broker.Api.Admin;
using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>DescribeGroups, v0 to v6: before v6 a group that is not there is described as dead.</summary>
public sealed class DescribeGroupsHandler(GroupCoordinator coordinator)
{
    private const short NotFoundVersion = 6;

    /// <summary>Asks for every group and waits for all answers.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeGroupsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var pending = new List<Task<IMessage>>(request.Groups.Count);
        foreach (var groupId in request.Groups)
        {
            var ticket = new GroupTicket(code => Refusal(groupId, code));
            coordinator.Post(groupId, new GroupEvent.Describe(ticket, groupId));
            pending.Add(ticket.Answered);
        }

        var response = new DescribeGroupsResponse();
        for (var i = 0; i < pending.Count; i++)
        {
            var found = ((DescribeGroupsResponse)await pending[i].WaitAsync(context.ConnectionClosed).ConfigureAwait(false)).Groups;
            var group = found.Count > 0 ? found[0] : Missing(request.Groups[i], context.ApiVersion);
            if (group.ErrorCode == ErrorCode.None)
            {
                group.AuthorizedOperations = AuthorizedOperations.OfGroup(request.IncludeAuthorizedOperations);
            }

            response.Groups.Add(group);
        }

        return response;
    }

    private static DescribeGroupsResponse.DescribedGroup Missing(string groupId, short version) => version < NotFoundVersion
        ? new DescribeGroupsResponse.DescribedGroup { GroupId = groupId, GroupState = nameof(ClassicGroupState.Dead) }
        : new DescribeGroupsResponse.DescribedGroup
        {
            GroupId = groupId,
            GroupState = nameof(ClassicGroupState.Dead),
            ErrorCode = ErrorCode.GroupIdNotFound,
            ErrorMessage = $"Group {groupId} not found.",
        };

    private static DescribeGroupsResponse Refusal(string groupId, ErrorCode code)
    {
        var refused = new DescribeGroupsResponse();
        refused.Groups.Add(new DescribeGroupsResponse.DescribedGroup { GroupId = groupId, ErrorCode = code });
        return refused;
    }
}
