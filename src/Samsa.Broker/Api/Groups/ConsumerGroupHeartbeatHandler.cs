using Samsa.Broker.Groups;
using Samsa.Broker.Groups.Assignors;
using Samsa.Broker.Groups.Consumers;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>ConsumerGroupHeartbeat, v0 and v1 (KIP-848): from v1 on members bring their own id and may subscribe to a regular expression.</summary>
public sealed class ConsumerGroupHeartbeatHandler(GroupCoordinator coordinator)
{
    private const short OwnIdVersion = 1;

    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, ConsumerGroupHeartbeatRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var ticket = new GroupTicket(static code => ConsumerGroup.Refusal(code));
        if (!coordinator.Options.ServesConsumerGroups)
        {
            ticket.Refuse(ErrorCode.UnsupportedVersion);
        }
        else if (Mistake(context.ApiVersion, request) is { } mistake)
        {
            ticket.Complete(ConsumerGroup.Refusal(ErrorCode.InvalidRequest, mistake));
        }
        else if (request.ServerAssignor is { } assignor && PartitionAssignors.Find(coordinator.Options, assignor) is null)
        {
            ticket.Complete(ConsumerGroup.Refusal(
                ErrorCode.UnsupportedAssignor,
                $"ServerAssignor {assignor} is not supported. Supported assignors: {string.Join(", ", PartitionAssignors.Names(coordinator.Options))}."));
        }
        else
        {
            coordinator.Post(request.GroupId, new GroupEvent.ConsumerHeartbeat(
                ticket, request, context.ClientId ?? "", JoinGroupHandler.HostOf(context), FreshId()));
        }

        return GroupApi.Answer(context, ticket);
    }

    // As Java prints its ids: 22 characters of base64url.
    private static string FreshId() => Convert.ToBase64String(Guid.NewGuid().ToByteArray()).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static string? Mistake(short version, ConsumerGroupHeartbeatRequest request)
    {
        if (request.GroupId.Length == 0)
        {
            return "GroupId can't be empty.";
        }

        if (request.InstanceId is "")
        {
            return "InstanceId can't be empty.";
        }

        if (request.RackId is "")
        {
            return "RackId can't be empty.";
        }

        if (request.MemberId.Length == 0 && (version >= OwnIdVersion || request.MemberEpoch != ConsumerMember.JoinEpoch))
        {
            return "MemberId can't be empty.";
        }

        return request.MemberEpoch switch
        {
            > ConsumerMember.JoinEpoch or ConsumerMember.LeaveEpoch => null,
            ConsumerMember.JoinEpoch => MistakeOfJoining(request),
            ConsumerMember.StaticLeaveEpoch => request.InstanceId is null ? "InstanceId can't be null." : null,
            _ => $"MemberEpoch is invalid: {request.MemberEpoch}.",
        };
    }

    private static string? MistakeOfJoining(ConsumerGroupHeartbeatRequest request) =>
        request.RebalanceTimeoutMs == -1 ? "RebalanceTimeoutMs must be provided in first request."
        : request.TopicPartitions is not { Count: 0 } ? "TopicPartitions must be empty when (re-)joining."
        : request.SubscribedTopicNames is null && request.SubscribedTopicRegex is null
            ? "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."
        : null;
}
