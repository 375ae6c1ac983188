using Samsa.Broker.Api.Admin;
using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>ConsumerGroupDescribe, v0 and v1 (KIP-848): v1 says which protocol a member speaks.</summary>
public sealed class ConsumerGroupDescribeHandler(GroupCoordinator coordinator)
{
    /// <summary>Asks for every group and waits for all answers.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, ConsumerGroupDescribeRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var pending = new List<Task<IMessage>>(request.GroupIds.Count);
        foreach (var groupId in request.GroupIds)
        {
            var ticket = new GroupTicket(code => Refusal(groupId, code));
            if (!coordinator.Options.ServesConsumerGroups)
            {
                ticket.Refuse(ErrorCode.UnsupportedVersion);
            }
            else if (groupId.Length == 0)
            {
                ticket.Refuse(ErrorCode.InvalidGroupId);
            }
            else
            {
                coordinator.Post(groupId, new GroupEvent.DescribeConsumer(ticket, groupId));
            }

            pending.Add(ticket.Answered);
        }

        var response = new ConsumerGroupDescribeResponse();
        foreach (var answer in pending)
        {
            var group = ((ConsumerGroupDescribeResponse)await answer.WaitAsync(context.ConnectionClosed).ConfigureAwait(false)).Groups[0];
            if (group.ErrorCode == ErrorCode.None)
            {
                group.AuthorizedOperations = AuthorizedOperations.OfGroup(request.IncludeAuthorizedOperations);
            }

            response.Groups.Add(group);
        }

        return response;
    }

    private static ConsumerGroupDescribeResponse Refusal(string groupId, ErrorCode code)
    {
        var refused = new ConsumerGroupDescribeResponse();
        refused.Groups.Add(new ConsumerGroupDescribeResponse.DescribedGroup { GroupId = groupId, ErrorCode = code });
        return refused;
    }
}
