using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>LeaveGroup, v0 to v5: before v3 one member, whose error is that of the answer.</summary>
public sealed class LeaveGroupHandler(GroupCoordinator coordinator)
{
    private const short BatchVersion = 3;

    /// <summary>Serves one request.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, LeaveGroupRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var isBatch = context.ApiVersion >= BatchVersion;
        var ticket = new GroupTicket(static code => new LeaveGroupResponse { ErrorCode = code });
        if (request.GroupId.Length == 0)
        {
            ticket.Refuse(ErrorCode.InvalidGroupId);
        }
        else
        {
            coordinator.Post(request.GroupId, new GroupEvent.Leave(
                ticket, request.GroupId, isBatch ? request.Members : [new LeaveGroupRequest.MemberIdentity { MemberId = request.MemberId }]));
        }

        var answer = (LeaveGroupResponse)await ticket.Answered.WaitAsync(context.ConnectionClosed).ConfigureAwait(false);
        if (!isBatch && answer.Members.Count > 0)
        {
            answer.ErrorCode = answer.Members[0].ErrorCode;
            answer.Members.Clear();
        }

        return answer;
    }
}
