using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>Groups and the offsets that they commit.</summary>
public static class GroupApi
{
    /// <summary>Adds the handlers that work with the group coordinator.</summary>
    public static ApiTable AddGroups(this ApiTable table, GroupCoordinator coordinator, IClusterMetadata metadata, int brokerId, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(coordinator);
        return table
            .Add<OffsetCommitRequest>(ApiKey.OffsetCommit, 0, 10, new OffsetCommitHandler(coordinator, metadata, time).HandleAsync)
            .Add<OffsetFetchRequest>(ApiKey.OffsetFetch, 0, 10, new OffsetFetchHandler(coordinator, metadata).HandleAsync)
            .Add<FindCoordinatorRequest>(ApiKey.FindCoordinator, 0, 6, new FindCoordinatorHandler(coordinator, metadata, brokerId).HandleAsync)
            .Add<JoinGroupRequest>(ApiKey.JoinGroup, 0, 9, new JoinGroupHandler(coordinator).HandleAsync)
            .Add<HeartbeatRequest>(ApiKey.Heartbeat, 0, 4, new HeartbeatHandler(coordinator).HandleAsync)
            .Add<LeaveGroupRequest>(ApiKey.LeaveGroup, 0, 5, new LeaveGroupHandler(coordinator).HandleAsync)
            .Add<SyncGroupRequest>(ApiKey.SyncGroup, 0, 5, new SyncGroupHandler(coordinator).HandleAsync)
            .Add<DescribeGroupsRequest>(ApiKey.DescribeGroups, 0, 6, new DescribeGroupsHandler(coordinator).HandleAsync)
            .Add<ListGroupsRequest>(ApiKey.ListGroups, 0, 5, new ListGroupsHandler(coordinator).HandleAsync)
            .Add<DeleteGroupsRequest>(ApiKey.DeleteGroups, 0, 3, new DeleteGroupsHandler(coordinator).HandleAsync)
            .Add<OffsetDeleteRequest>(ApiKey.OffsetDelete, 0, 0, new OffsetDeleteHandler(coordinator, metadata).HandleAsync)
            .Add<ConsumerGroupHeartbeatRequest>(ApiKey.ConsumerGroupHeartbeat, 0, 1, new ConsumerGroupHeartbeatHandler(coordinator).HandleAsync)
            .Add<ConsumerGroupDescribeRequest>(ApiKey.ConsumerGroupDescribe, 0, 1, new ConsumerGroupDescribeHandler(coordinator).HandleAsync);
    }

    /// <summary>The answer as a handler gives it: at once where it is there already. The wait ends with the connection.</summary>
    internal static ValueTask<IMessage?> Answer(RequestContext context, GroupTicket ticket) =>
        ticket.Answered.IsCompletedSuccessfully ? new ValueTask<IMessage?>(ticket.Answered.GetAwaiter().GetResult()) : AwaitAsync(context, ticket);

    private static async ValueTask<IMessage?> AwaitAsync(RequestContext context, GroupTicket ticket) =>
        await ticket.Answered.WaitAsync(context.ConnectionClosed).ConfigureAwait(false);
}
