using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Storage.Files;
using Samsa.ZooKeeper;

namespace Samsa.Broker.Metadata;

/// <summary>How a broker comes to its metadata: a connection first, and after the logs are open (and locked) all the rest.</summary>
internal static class ClusterMetadataStart
{
    /// <summary>Connects to <c>zookeeper.connect</c>, or to the server in this process where that is not set.</summary>
    /// <exception cref="ConfigException"><c>zookeeper.connect</c> is not valid, or not set where no server is embedded.</exception>
    /// <exception cref="TimeoutException">No server answers.</exception>
    public static async Task<IZnodeConnection> ConnectAsync(
        BrokerConfig config, ILoggerFactory loggers, CoordinationService? embedded)
    {
        // A session is an agreement with somebody else: it goes by real time, also where a test moves the broker's clock.
        var time = TimeProvider.System;
        var options = config.ZooKeeper;
        if (options.Connect is not { } servers)
        {
            return embedded is null
                ? throw new ConfigException(BrokerKeys.ZookeeperConnect, "", "there is no embedded ZooKeeper server, so an ensemble must be named")
                : new LocalZnodes(embedded, options.SessionTimeout, config.LogDirs[0], time, loggers.CreateLogger<LocalZnodes>());
        }

        try
        {
            return await ZooKeeperZnodes.ConnectAsync(new ZnodeStoreOptions
            {
                ConnectString = servers,
                Connector = ZooKeeper.Transport.TcpConnector.Instance,
                SessionTimeout = options.SessionTimeout,
                ConnectionTimeout = options.ConnectionTimeout,
                MaxBuffer = options.MaxBuffer,
                MaxInFlight = options.MaxInFlight,
                Time = time,
                Logger = loggers.CreateLogger<ZooKeeperZnodes>(),
            }).ConfigureAwait(false);
        }
        catch (FormatException wrong)
        {
            throw new ConfigException(BrokerKeys.ZookeeperConnect, servers, wrong.Message);
        }
    }

    /// <summary>The cluster's id; null when the tree has none yet.</summary>
    /// <exception cref="ZnodeFormatException">The node holds something else.</exception>
    /// <exception cref="KeeperException">The tree may not be read.</exception>
    public static async Task<string?> ReadClusterIdAsync(IZnodeConnection znodes)
    {
        const int Attempts = 10;
        for (var attempt = 1; ; attempt++)
        {
            var round = new ZnodeRound();
            var read = round.Get(ZnodePaths.ClusterId);
            await znodes.WaitConnectedAsync().ConfigureAwait(false);
            await znodes.ExecuteAsync(round).ConfigureAwait(false);
            switch (read.Error)
            {
                case KeeperError.Ok:
                    return ClusterIdZnode.Decode(read.Data.GetValueOrDefault());
                case KeeperError.NoNode:
                    return null;
                case var error when !round.IsLost || attempt == Attempts:
                    throw new KeeperException(error, ZnodePaths.ClusterId);
            }
        }
    }

    /// <summary>
    /// Ends what an earlier life left behind, carries old metadata over, and reads the tree. Owns <paramref name="znodes"/> from
    /// then on: they are disposed with the result, or when this fails.
    /// </summary>
    public static async Task<ZooKeeperClusterMetadata> OpenAsync(
        IZnodeConnection znodes, IStorageFileSystem files, ClusterOptions options, bool treeIsNew)
    {
        var directories = options.Config.LogDirs;
        var left = await znodes.ReplaceLeftSessionAsync(new LeftSession(files, directories[0])).ConfigureAwait(false);
        var carried = PreviousMetadata.Find(files, directories, options.Identity, treeIsNew, options.LatestEpochOf, options.Logger);
        var metadata = await ZooKeeperClusterMetadata.OpenAsync(
            options with { CarriedOver = carried, LeftSession = left }, znodes, options.Config.ZooKeeper.ConnectionTimeout).ConfigureAwait(false);
        PreviousMetadata.PutAway(files, directories[0]);
        return metadata;
    }
}
