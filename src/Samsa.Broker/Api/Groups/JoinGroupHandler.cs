using System.Net;
using Samsa.Broker.Groups;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>JoinGroup, v0 to v9: waits for the other members, without the bytes of the request.</summary>
public sealed class JoinGroupHandler(GroupCoordinator coordinator)
{
    /// <summary>From here on a member that has no id is given one and asked to come again (KIP-394).</summary>
    private const short KnownMemberVersion = 4;

    /// <summary>Before it the name of the protocol cannot be absent.</summary>
    private const short NullableProtocolVersion = 7;

    /// <summary>From here on a leader can be told that there is nothing to assign (KIP-814).</summary>
    private const short SkipAssignmentVersion = 9;

    /// <summary>Joins on the read loop.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, JoinGroupRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var version = context.ApiVersion;
        var error = request.GroupId.Length == 0 ? ErrorCode.InvalidGroupId
            : request.SessionTimeoutMs < coordinator.Options.MinSessionTimeoutMs || request.SessionTimeoutMs > coordinator.Options.MaxSessionTimeoutMs
                ? ErrorCode.InvalidSessionTimeout
            : ErrorCode.None;
        var ticket = new GroupTicket(code => ClassicGroup.JoinRefusal(request.MemberId, code));
        if (error != ErrorCode.None)
        {
            ticket.Refuse(error);
        }
        else
        {
            coordinator.Post(request.GroupId, new GroupEvent.Join(
                ticket,
                request.GroupId,
                request.MemberId,
                request.GroupInstanceId,
                request.ProtocolType,
                Copy(request.Protocols),
                request.SessionTimeoutMs,
                version == 0 ? request.SessionTimeoutMs : request.RebalanceTimeoutMs,
                context.ClientId ?? "",
                HostOf(context),
                NeedsKnownMemberId: version >= KnownMemberVersion && request.GroupInstanceId is null,
                MaySkipAssignment: version >= SkipAssignmentVersion,
                Guid.NewGuid().ToString()));
            context.ReleaseRequestBytes();
        }

        var answer = (JoinGroupResponse)await ticket.Answered.WaitAsync(context.ConnectionClosed).ConfigureAwait(false);
        if (version < NullableProtocolVersion)
        {
            answer.ProtocolName ??= "";
        }

        return answer;
    }

    /// <summary>The client's address as Java prints it.</summary>
    internal static string HostOf(RequestContext context) => context.RemoteEndPoint is IPEndPoint peer ? "/" + peer.Address : "/";

    private static List<GroupProtocol> Copy(List<JoinGroupRequest.JoinGroupRequestProtocol> protocols)
    {
        var copies = new List<GroupProtocol>(protocols.Count);
        var names = new HashSet<string>(protocols.Count, StringComparer.Ordinal);
        foreach (var protocol in protocols)
        {
            if (names.Add(protocol.Name))
            {
                copies.Add(new GroupProtocol(protocol.Name, protocol.Metadata.ToArray()));
            }
        }

        return copies;
    }
}
