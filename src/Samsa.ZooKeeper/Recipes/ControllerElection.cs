using System.Globalization;
using System.Text;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper.Recipes;

/// <summary>
/// Who makes an ephemeral node is the controller, and in the same transaction its epoch, a decimal number in another node, rises
/// by one: as Apache Kafka elects its controller (<c>/controller</c>, <c>/controller_epoch</c>). Stateless; any thread.
/// </summary>
/// <param name="client">The candidate's session.</param>
/// <param name="leaderPath">The ephemeral node.</param>
/// <param name="epochPath">The node of the epoch. It is made with the epoch 0 where it is missing.</param>
public sealed class ControllerElection(ZooKeeperClient client, string leaderPath, string epochPath)
{
    /// <summary>Stands for election, unless somebody reigns. Waits for lost connections.</summary>
    /// <param name="candidate">The data of the ephemeral node.</param>
    /// <param name="watcher">Hears of the next change of the ephemeral node: then it is time to look again.</param>
    /// <param name="cancellation">Ends the wait; whether the candidate was elected is open then.</param>
    /// <exception cref="KeeperException">The servers refuse it.</exception>
    public async Task<ElectionResult> TryElectAsync(
        ReadOnlyMemory<byte> candidate, INodeWatcher? watcher = null, CancellationToken cancellation = default)
    {
        while (true)
        {
            // Also after an attempt whose answer was lost: the owner of the node tells what came of it.
            var leader = await LeaderAsync(watcher, cancellation).ConfigureAwait(false);
            if (leader is not null && leader.Stat.EphemeralOwner != client.SessionId)
            {
                return new ElectionResult(false, -1, -1, leader);
            }

            var epoch = await EpochAsync(cancellation).ConfigureAwait(false);
            if (leader is not null)
            {
                // The epoch is ours only while the office is: it may have gone to somebody else before the epoch was read.
                var still = await LeaderAsync(watcher, cancellation).ConfigureAwait(false);
                if (still?.Stat.Czxid == leader.Stat.Czxid)
                {
                    return new ElectionResult(true, Parse(epoch), epoch.Stat.Version, still);
                }

                continue;
            }

            var next = Parse(epoch) + 1;
            var text = Encoding.UTF8.GetBytes(next.ToString(CultureInfo.InvariantCulture));
            var multi = Operation.Multi(
                Operation.Create(leaderPath, candidate, CreateMode.Ephemeral), Operation.SetData(epochPath, text, epoch.Stat.Version));
            var result = await client.TryAsync(multi, cancellation).ConfigureAwait(false);
            switch (result.Error)
            {
                case KeeperError.Ok:
                    var made = await LeaderAsync(watcher, cancellation).ConfigureAwait(false);
                    return made?.Stat.EphemeralOwner == client.SessionId
                        ? new ElectionResult(true, next, result.Value.Parts[1].Stat!.Version, made)
                        : new ElectionResult(false, -1, -1, made);
                case KeeperError.NodeExists or KeeperError.BadVersion or KeeperError.ConnectionLoss or KeeperError.SessionExpired
                    or KeeperError.SessionMoved:
                    await client.WaitConnectedAsync(cancellation).ConfigureAwait(false);
                    continue;
                default:
                    throw new KeeperException(result.Error, leaderPath);
            }
        }
    }

    /// <summary>Gives the office up, if nobody else has it already.</summary>
    /// <returns>False when there was nothing to give up.</returns>
    /// <exception cref="KeeperException">The servers refuse it.</exception>
    public async Task<bool> ResignAsync(ElectionResult election, CancellationToken cancellation = default)
    {
        if (!election.IsElected)
        {
            return false;
        }

        var multi = Operation.Multi(Operation.CheckVersion(epochPath, election.EpochVersion), Operation.Delete(leaderPath));
        var result = await client.RetryAsync(multi, cancellation).ConfigureAwait(false);
        return result.Error switch
        {
            KeeperError.Ok => true,
            KeeperError.NoNode or KeeperError.BadVersion => false,
            _ => throw new KeeperException(result.Error, leaderPath),
        };
    }

    private static int Parse(NodeData epoch) =>
        int.TryParse(epoch.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new KeeperException($"The epoch \"{epoch.Text}\" is not a number.");

    private async Task<NodeData?> LeaderAsync(INodeWatcher? watcher, CancellationToken cancellation)
    {
        var read = await client.RetryAsync(Operation.GetData(leaderPath, watcher), cancellation).ConfigureAwait(false);
        if (read.Error != KeeperError.NoNode)
        {
            return read.Value;
        }

        if (watcher is not null)
        {
            // A watch of a node that is not there is one of existence.
            var exists = await client.RetryAsync(Operation.Exists(leaderPath, watcher), cancellation).ConfigureAwait(false);
            return exists.Value is null ? null : await LeaderAsync(watcher, cancellation).ConfigureAwait(false);
        }

        return null;
    }

    private async Task<NodeData> EpochAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await client.RetryAsync(Operation.GetData(epochPath), cancellation).ConfigureAwait(false);
            if (read.Error != KeeperError.NoNode)
            {
                return read.Value;
            }

            var create = await client.RetryAsync(Operation.Create(epochPath, "0"u8.ToArray()), cancellation).ConfigureAwait(false);
            if (create.Error is not (KeeperError.Ok or KeeperError.NodeExists))
            {
                throw new KeeperException(create.Error, epochPath);
            }
        }
    }
}
