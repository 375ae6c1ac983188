using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>Groups: each is asked about at the broker that coordinates it.</content>
public sealed partial class KafkaAdmin
{
    private const sbyte CoordinatorOfGroup = 0;
    private const short FirstFindWithKeyList = 4;
    private const short FirstListWithStates = 4;
    private const short FirstListWithTypes = 5;
    private const short FirstLeaveWithMembers = 3;
    private const short FirstLeaveWithReason = 5;

    /// <summary>Lists the groups of all brokers, each once.</summary>
    /// <param name="states">Only those in one of these states (Kafka 2.6, KIP-518); null or none for all.</param>
    /// <param name="types">Only those of these types (Kafka 3.8, KIP-848); null or none for all. Groups of older brokers are all classic.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">A broker could not be asked, or is too old to tell states: there is no list with groups missing.</exception>
    public async Task<IReadOnlyList<GroupListing>> ListGroupsAsync(
        IReadOnlyCollection<GroupState>? states = null, IReadOnlyCollection<GroupType>? types = null, CancellationToken cancellation = default)
    {
        var call = Begin(cancellation);
        return await call.RetryAsync<IReadOnlyList<GroupListing>>(async () =>
        {
            await call.Cluster.Metadata.RefreshAsync(cancellation).ConfigureAwait(false);
            var brokers = call.Cluster.Metadata.Snapshot.Brokers;
            var lists = await Task.WhenAll(brokers.Select(b => ListAsync(call, b.Id, states ?? [], types ?? []))).ConfigureAwait(false);

            // A group whose coordinator moves meanwhile is in two lists.
            return [.. lists.SelectMany(l => l).DistinctBy(g => g.GroupId, StringComparer.Ordinal)];
        }).ConfigureAwait(false);
    }

    /// <summary>Describes groups, classic ones and those of KIP-848.</summary>
    /// <param name="groupIds">The groups.</param>
    /// <param name="includeAuthorizedOperations">Asks for the operations that the caller may do, too (Kafka 2.3, KIP-430).</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<GroupDescription>> DescribeGroupsAsync(
        IEnumerable<string> groupIds, bool includeAuthorizedOperations = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(groupIds);
        var call = Begin(cancellation);
        return call.RunAsync(
            groupIds,
            RetriedErrors.OfCoordinator,
            (id, error, message) => new GroupDescription { GroupId = id, Error = error, ErrorMessage = message },
            pending => AskCoordinatorsAsync(
                call, pending, (node, connection, groups) => DescribeAsync(call, node, connection, groups, includeAuthorizedOperations, pending)));
    }

    /// <summary>Deletes groups and their offsets. A group with members is not deleted (<see cref="ErrorCode.NonEmptyGroup"/>; Kafka 1.1, KIP-229).</summary>
    public Task<IReadOnlyList<GroupResult>> DeleteGroupsAsync(IEnumerable<string> groupIds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(groupIds);
        var call = Begin(cancellation);
        return call.RunAsync(
            groupIds,
            RetriedErrors.OfCoordinator,
            (id, error, message) => new GroupResult { GroupId = id, Error = error, ErrorMessage = message },
            pending => AskCoordinatorsAsync(call, pending, async (_, connection, groups) =>
            {
                var answer = await call.AskAsync(
                    connection, ClientApis.DeleteGroups, _ => new DeleteGroupsRequest { GroupsNames = [.. groups] }).ConfigureAwait(false);
                foreach (var result in answer.Results)
                {
                    pending.Answer(
                        result.GroupId, new GroupResult { GroupId = result.GroupId, Error = result.ErrorCode, ErrorMessage = result.ErrorMessage });
                }
            }));
    }

    /// <summary>
    /// Removes members from a classic group, as if they left. A member that still lives comes back: this is for those that are gone without a word,
    /// static ones above all.
    /// </summary>
    /// <param name="groupId">The group.</param>
    /// <param name="members">The members as <see cref="DescribeGroupsAsync"/> tells them.</param>
    /// <param name="reason">Why, for the coordinator's log (Kafka 3.2, KIP-800).</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<GroupMemberResult>> RemoveGroupMembersAsync(
        string groupId, IEnumerable<GroupMemberDescription> members, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        ArgumentNullException.ThrowIfNull(members);
        var call = Begin(cancellation);
        return call.RunAsync(
            members.Select(m => (m.MemberId, m.InstanceId)),
            RetriedErrors.OfCoordinator,
            (member, error, message) =>
                new GroupMemberResult { MemberId = member.MemberId, InstanceId = member.InstanceId, Error = error, ErrorMessage = message },
            pending => AskCoordinatorAsync(call, groupId, pending, connection => LeaveAsync(call, connection, groupId, reason, pending)));
    }

    private static async Task<IReadOnlyList<GroupListing>> ListAsync(
        AdminCall call, int broker, IReadOnlyCollection<GroupState> states, IReadOnlyCollection<GroupType> types)
    {
        var connection = await call.Cluster.ConnectAsync(broker, ConnectionPurpose.Control, call.Cancellation).ConfigureAwait(false);
        var version = connection.Versions.Choose(ClientApis.ListGroups);
        if (states.Count > 0)
        {
            RequireVersion(connection, ClientApis.ListGroups, FirstListWithStates, "tell the states of its groups");
        }

        var answer = await call.AskAsync(connection, ClientApis.ListGroups, _ => new ListGroupsRequest
        {
            StatesFilter = [.. states.Select(s => s.ToString())],
            TypesFilter = version >= FirstListWithTypes ? [.. types.Select(t => t.ToString())] : [],
        }).ConfigureAwait(false);
        KafkaException.ThrowIfError(answer.ErrorCode, $"Broker {connection.Address} cannot list its groups: {answer.ErrorCode.Description()}");
        var listed = answer.Groups.Select(g => new GroupListing(
            g.GroupId, g.ProtocolType, StateOf(g.GroupState), version >= FirstListWithTypes ? TypeOf(g.GroupType) : GroupType.Classic));
        return [.. types.Count == 0 ? listed : listed.Where(g => types.Contains(g.Type))];
    }

    private static async Task DescribeAsync(
        AdminCall call,
        BrokerNode node,
        BrokerConnection connection,
        string[] groups,
        bool operations,
        PendingItems<string, GroupDescription> pending)
    {
        var coordinator = new BrokerDescription(node.Id, node.Host, node.Port, node.Rack);
        if (connection.Versions.Serves(ClientApis.ConsumerGroupDescribe))
        {
            groups = await DescribeNewAsync(call, coordinator, connection, groups, operations, pending).ConfigureAwait(false);
        }

        if (groups.Length == 0)
        {
            return;
        }

        var answer = await call.AskAsync(connection, ClientApis.DescribeGroups, version => new DescribeGroupsRequest
        {
            Groups = [.. groups],
            IncludeAuthorizedOperations = operations && version >= 3,
        }).ConfigureAwait(false);
        foreach (var group in answer.Groups)
        {
            pending.Answer(group.GroupId, DescribedGroups.Of(group, coordinator));
        }
    }

    // What is no group of the new protocol, or not there at all, is left for the classic question.
    private static async Task<string[]> DescribeNewAsync(
        AdminCall call,
        BrokerDescription coordinator,
        BrokerConnection connection,
        string[] groups,
        bool operations,
        PendingItems<string, GroupDescription> pending)
    {
        var answer = await call.AskAsync(connection, ClientApis.ConsumerGroupDescribe, _ => new ConsumerGroupDescribeRequest
        {
            GroupIds = [.. groups],
            IncludeAuthorizedOperations = operations,
        }).ConfigureAwait(false);
        var others = new List<string>();
        foreach (var group in answer.Groups)
        {
            if (group.ErrorCode is ErrorCode.GroupIdNotFound or ErrorCode.UnsupportedVersion)
            {
                others.Add(group.GroupId);
            }
            else
            {
                pending.Answer(group.GroupId, DescribedGroups.Of(group, coordinator));
            }
        }

        return [.. others];
    }

    private static async Task LeaveAsync(
        AdminCall call,
        BrokerConnection connection,
        string groupId,
        string? reason,
        PendingItems<(string MemberId, string? InstanceId), GroupMemberResult> pending)
    {
        if (connection.Versions.Choose(ClientApis.LeaveGroup) < FirstLeaveWithMembers)
        {
            foreach (var member in pending.Items)
            {
                var one = await call.AskAsync(
                    connection, ClientApis.LeaveGroup, _ => new LeaveGroupRequest { GroupId = groupId, MemberId = member.MemberId }).ConfigureAwait(false);
                pending.Answer(member, new GroupMemberResult { MemberId = member.MemberId, InstanceId = member.InstanceId, Error = one.ErrorCode });
            }

            return;
        }

        var answer = await call.AskAsync(connection, ClientApis.LeaveGroup, version => new LeaveGroupRequest
        {
            GroupId = groupId,
            Members = [.. pending.Items.Select(member => new LeaveGroupRequest.MemberIdentity
            {
                // A static member is known by its own name, whatever id it has by now.
                MemberId = member.InstanceId is null ? member.MemberId : "",
                GroupInstanceId = member.InstanceId,
                Reason = version >= FirstLeaveWithReason ? reason : null,
            })],
        }).ConfigureAwait(false);
        KafkaException.ThrowIfError(answer.ErrorCode, $"Members of group '{groupId}' were not removed: {answer.ErrorCode.Description()}");
        foreach (var member in pending.Items)
        {
            var result = answer.Members.Find(r => member.InstanceId is null ? r.MemberId == member.MemberId : r.GroupInstanceId == member.InstanceId);
            if (result is not null)
            {
                pending.Answer(member, new GroupMemberResult { MemberId = member.MemberId, InstanceId = member.InstanceId, Error = result.ErrorCode });
            }
        }
    }

    private static GroupState StateOf(string? state) => Enum.TryParse(state, out GroupState known) ? known : GroupState.Unknown;

    private static GroupType TypeOf(string? type) => Enum.TryParse(type, ignoreCase: true, out GroupType known) ? known : GroupType.Unknown;
}
