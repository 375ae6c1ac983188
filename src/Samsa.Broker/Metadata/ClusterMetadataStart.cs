using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Storage.Files;

namespace Samsa.Broker.Metadata;

/// <summary>How a broker comes to its metadata: a connection first, and after the logs are open (and locked) all the rest.</summary>
internal static class ClusterMetadataStart
{
    // Within the process there is nobody to spare; the bound only keeps a very large batch from taking all memory at once.
    private const int EmbeddedInFlight = 4096;

    /// <summary>Connects to <c>zookeeper.connect</c>, or to the server in this process where that is not set.</summary>
    /// <exception cref="ConfigException"><c>zookeeper.connect</c> is not valid, or not set where no server is embedded.</exception>
    /// <exception cref="TimeoutException">No server answers.</exception>
    public static async Task<ZooKeeperZnodes> ConnectAsync(
        BrokerConfig config, ILoggerFactory loggers, CoordinationService? embedded)
    {
        var options = config.ZooKeeper;
        if (options.Connect is null && embedded is null)
        {
            throw new ConfigException(BrokerKeys.ZookeeperConnect, "", "there is no embedded ZooKeeper server, so an ensemble must be named");
        }

        try
        {
            return await ZooKeeperZnodes.ConnectAsync(new ZnodeStoreOptions
            {
                ConnectString = options.Connect ?? "embedded",
                Connector = options.Connect is null ? embedded!.Connector : ZooKeeper.Transport.TcpConnector.Instance,
                SessionTimeout = options.SessionTimeout,
                ConnectionTimeout = options.ConnectionTimeout,
                MaxInFlight = options.Connect is null ? EmbeddedInFlight : options.MaxInFlight,

                // A session is an agreement with somebody else: it goes by real time, also where a test moves the broker's clock.
                Time = TimeProvider.System,
                Logger = loggers.CreateLogger<ZooKeeperZnodes>(),
            }).ConfigureAwait(false);
        }
        catch (FormatException wrong)
        {
            throw new ConfigException(BrokerKeys.ZookeeperConnect, options.Connect ?? "", wrong.Message);
        }
    }

    /// <summary>
    /// Ends what an earlier life left behind, carries old metadata over, and reads the tree. Owns <paramref name="znodes"/> from
    /// then on: they are disposed with the result, or when this fails.
    /// </summary>
    public static async Task<ZooKeeperClusterMetadata> OpenAsync(
        ZooKeeperZnodes znodes, IStorageFileSystem files, ClusterOptions options, bool treeIsNew)
    {
        var directories = options.Config.LogDirs;
        await znodes.ReplaceLeftSessionAsync(new LeftSession(files, directories[0])).ConfigureAwait(false);
        var carried = PreviousMetadata.Find(files, directories, options.Identity, treeIsNew, options.LatestEpochOf, options.Logger);
        var metadata = await ZooKeeperClusterMetadata.OpenAsync(
            options with { CarriedOver = carried }, znodes, options.Config.ZooKeeper.ConnectionTimeout).ConfigureAwait(false);
        PreviousMetadata.PutAway(files, directories[0]);
        return metadata;
    }
}
