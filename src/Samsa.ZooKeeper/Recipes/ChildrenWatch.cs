using System.Runtime.CompilerServices;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper.Recipes;

/// <summary>Follows the list of a node's children.</summary>
public static class ChildrenWatch
{
    /// <summary>
    /// The children of a node, whole and anew after every change; several changes in short time may come as one. Null while the
    /// node is not there. Goes on over lost connections and renewed sessions; after the latter the list comes again, changed or not.
    /// </summary>
    /// <exception cref="KeeperException">The servers refuse it, or the client ends.</exception>
    public static async IAsyncEnumerable<NodeChildren?> ReadAllAsync(
        ZooKeeperClient client, string path, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (true)
        {
            var change = new OneEvent();
            try
            {
                var read = await client.RetryAsync(Operation.GetChildren2(path, change), cancellation).ConfigureAwait(false);
                if (read.Error == KeeperError.NoNode)
                {
                    // It may have come since: then the list is read.
                    var exists = await client.RetryAsync(Operation.Exists(path, change), cancellation).ConfigureAwait(false);
                    if (exists.Value is not null)
                    {
                        continue;
                    }

                    yield return null;
                }
                else
                {
                    yield return read.Value;
                }

                await change.Task.WaitAsync(cancellation).ConfigureAwait(false);
            }
            finally
            {
                client.RemoveWatcher(path, change);
            }
        }
    }
}
