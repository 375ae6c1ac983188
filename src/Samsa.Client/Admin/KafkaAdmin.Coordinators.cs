using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>Finds the coordinators of groups. They are looked for in every attempt, because what fails is often that one has moved.</content>
public sealed partial class KafkaAdmin
{
    /// <summary>Asks the coordinators of all pending groups at once, each for its own.</summary>
    private static async Task AskCoordinatorsAsync<TResult>(
        AdminCall call, PendingItems<string, TResult> pending, Func<BrokerNode, BrokerConnection, string[], Task> ask)
        where TResult : AdminResult
    {
        var found = await FindCoordinatorsAsync(call, pending.Items).ConfigureAwait(false);
        foreach (var missing in found.Where(c => c.Node is null))
        {
            pending.Refuse(missing.Group, missing.Error, missing.Message);
        }

        await Task.WhenAll(found.Where(c => c.Node is not null).GroupBy(c => c.Node!).Select(async coordinator =>
        {
            string[] groups = [.. coordinator.Select(c => c.Group)];
            try
            {
                var connection = await call.Cluster.ConnectAsync(coordinator.Key, ConnectionPurpose.Control, call.Cancellation).ConfigureAwait(false);
                await ask(coordinator.Key, connection, groups).ConfigureAwait(false);
            }
            catch (KafkaException e)
            {
                pending.Lose(groups, e);
            }
        })).ConfigureAwait(false);
    }

    /// <summary>Asks the coordinator of one group for all pending items, which are parts of the group.</summary>
    private static async Task AskCoordinatorAsync<TKey, TResult>(
        AdminCall call, string groupId, PendingItems<TKey, TResult> pending, Func<BrokerConnection, Task> ask)
        where TKey : notnull
        where TResult : AdminResult
    {
        try
        {
            var found = (await FindCoordinatorsAsync(call, [groupId]).ConfigureAwait(false))[0];
            var node = found.Node ?? throw new KafkaException(found.Error, found.Message);
            await ask(await call.Cluster.ConnectAsync(node, ConnectionPurpose.Control, call.Cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            pending.Lose(pending.Items, e);
        }
    }

    private static async Task<IReadOnlyList<(string Group, BrokerNode? Node, ErrorCode Error, string Message)>> FindCoordinatorsAsync(
        AdminCall call, IReadOnlyList<string> groups)
    {
        var connection = await call.Cluster.ConnectToAnyAsync(call.Cancellation).ConfigureAwait(false);
        if (connection.Versions.Choose(ClientApis.FindCoordinator) < FirstFindWithKeyList)
        {
            return await Task.WhenAll(groups.Select(async group =>
            {
                var one = await call.AskAsync(
                    connection, ClientApis.FindCoordinator, _ => new FindCoordinatorRequest { KeyType = CoordinatorOfGroup, Key = group }).ConfigureAwait(false);
                return Found(group, one.ErrorCode, one.ErrorMessage, one.NodeId, one.Host, one.Port);
            })).ConfigureAwait(false);
        }

        var answer = await call.AskAsync(connection, ClientApis.FindCoordinator, _ => new FindCoordinatorRequest
        {
            KeyType = CoordinatorOfGroup,
            CoordinatorKeys = [.. groups],
        }).ConfigureAwait(false);
        var byGroup = answer.Coordinators.ToDictionary(c => c.Key, StringComparer.Ordinal);
        return [.. groups.Select(group => byGroup.TryGetValue(group, out var c)
            ? Found(group, c.ErrorCode, c.ErrorMessage, c.NodeId, c.Host, c.Port)
            : (group, null, ErrorCode.CoordinatorNotAvailable, $"Broker {connection.Address} says nothing of the coordinator of group '{group}'."))];
    }

    private static (string Group, BrokerNode? Node, ErrorCode Error, string Message) Found(
        string group, ErrorCode error, string? message, int node, string host, int port) => error == ErrorCode.None
        ? (group, new BrokerNode(node, host, port, null), error, "")
        : (group, null, error, string.IsNullOrEmpty(message) ? error.Description() : message);
}
