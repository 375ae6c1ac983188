using Samsa.ZooKeeper.Operations;

namespace Samsa.ZooKeeper.Recipes;

/// <summary>Compare and set: changes the data of a node by what they are now.</summary>
public static class NodeUpdate
{
    /// <summary>
    /// Reads a node, asks for its new data, and sets them if nobody was faster; otherwise begins anew. Waits for lost connections. An
    /// update whose answer was lost is seen as somebody else's: <paramref name="change"/> is asked again, with its own outcome.
    /// </summary>
    /// <param name="client">The session.</param>
    /// <param name="path">The node.</param>
    /// <param name="change">Gives the new data, null to leave the node as it is.</param>
    /// <param name="cancellation">Ends the wait; whether the last attempt was done is open then.</param>
    /// <returns>The node as it was set, or as it was left.</returns>
    /// <exception cref="KeeperException">There is no such node, or the servers refuse it.</exception>
    public static async Task<NodeData> UpdateAsync(
        ZooKeeperClient client, string path, Func<NodeData, ReadOnlyMemory<byte>?> change, CancellationToken cancellation = default)
    {
        while (true)
        {
            var node = (await client.RetryAsync(Operation.GetData(path), cancellation).ConfigureAwait(false)).Value;
            if (change(node) is not { } data)
            {
                return node;
            }

            var set = await client.TryAsync(Operation.SetData(path, data, node.Stat.Version), cancellation).ConfigureAwait(false);
            switch (set.Error)
            {
                case KeeperError.BadVersion:
                    break;
                case KeeperError.ConnectionLoss or KeeperError.SessionExpired or KeeperError.SessionMoved:
                    await client.WaitConnectedAsync(cancellation).ConfigureAwait(false);
                    break;
                default:
                    return new NodeData(data, set.Value);
            }
        }
    }
}
