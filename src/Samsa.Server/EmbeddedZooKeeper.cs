using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Storage;
using Samsa.Storage.Files;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;

namespace Samsa.Server;

/// <summary>
/// The ZooKeeper server of a process whose broker names no ensemble. Its files (<c>log.N</c>, <c>snapshot.N</c>) lie in the first log
/// directory beside Kafka's own: one directory is all there is to keep, and Apache Kafka, which takes every folder there for a partition,
/// passes over files.
/// Owns the server and a lock of its own on the directory, taken before anything there is read. Lives longer than the broker. Fails: when
/// the log cannot be written the broker goes on with what it knows, and refuses changes.
/// </summary>
internal sealed class EmbeddedZooKeeper : IAsyncDisposable
{
    /// <summary>Held while the process runs; the broker locks the directory itself only after it has asked ZooKeeper.</summary>
    internal const string LockName = ".samsa-zookeeper.lock";

    // Small: one broker writes little, and a directory should not begin with 64 MB.
    private const int PreAllocSizeInKb = 256;

    private readonly IDisposable _lock;
    private readonly ZooKeeperServer _server;
    private readonly bool _listens;

    private EmbeddedZooKeeper(IDisposable directoryLock, ZooKeeperServer server, bool listens) =>
        (_lock, _server, _listens) = (directoryLock, server, listens);

    /// <summary>The address for clients outside the process; null when there is none.</summary>
    public IPEndPoint? EndPoint => _listens ? _server.EndPoint : null;

    /// <summary>As the broker sees it.</summary>
    public CoordinationService Service => new(_server);

    /// <summary>Recovers the files in the first log directory and serves.</summary>
    /// <exception cref="StartupException">
    /// The port is in use, the files lost what was acknowledged, or another log directory has them.
    /// </exception>
    /// <exception cref="StorageException">The directory cannot be used, or another process uses it.</exception>
    public static async Task<EmbeddedZooKeeper> StartAsync(BrokerConfig config, ILogger logger)
    {
        var directory = config.LogDirs[0];
        var files = PhysicalFileSystem.Instance;
        RefuseTreeElsewhere(files, config.LogDirs, logger);
        files.CreateDirectory(directory);
        var held = files.Lock(Path.Combine(directory, LockName));
        try
        {
            return await ListenAsync(config, logger, held);
        }
        catch (Exception failed) when (failed is ZooKeeper.Server.Persistence.CorruptDataException or IOException)
        {
            held.Dispose();
            throw new StartupException($"The embedded ZooKeeper server cannot use {directory}: {failed.Message}", failed);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            // The next start has nothing to replay, and the purge may take the logs away.
            if (!_server.Failed.IsFaulted)
                _server.WriteSnapshot();
        }
        catch (IOException)
        {
            // The log has everything.
        }

        await _server.DisposeAsync();
        _lock.Dispose();
    }

    // A new disk put first would otherwise be a new cluster: its topics made from the directories, without their configurations.
    private static void RefuseTreeElsewhere(PhysicalFileSystem files, IReadOnlyList<string> directories, ILogger logger)
    {
        if (HoldsTree(files, directories[0], logger))
            return;
        for (int i = 1; i < directories.Count; i++)
        {
            string other = directories[i];
            if (HoldsTree(files, other, logger))
            {
                throw new StartupException(
                    $"log.dirs: the embedded ZooKeeper server keeps its files in the first log directory, {directories[0]} has none, and those of this broker are in {other}. "
                    + $"Put {other} first, or move its files log.*, snapshot.* and samsa-zookeeper-session to {directories[0]}");
            }
        }
    }

    private static bool HoldsTree(PhysicalFileSystem files, string directory, ILogger logger)
    {
        try
        {
            return files.DirectoryExists(directory)
                && ZooKeeperServer.HoldsData(files.ListFiles(directory).Select(static path => Path.GetFileName(path)));
        }
        catch (StorageException failed)
        {
            // A broken disk keeps no broker from starting that has another one; the log directories are opened later, and say so too.
            logger.LogWarning(failed, "Whether the embedded ZooKeeper server has files in {Directory} cannot be seen", directory);
            return false;
        }
    }

    private static async Task<EmbeddedZooKeeper> ListenAsync(BrokerConfig config, ILogger logger, IDisposable held)
    {
        var options = config.ZooKeeper;
        try
        {
            var address = options.EmbeddedPort < 0 ? IPAddress.Loopback : await Addresses.ResolveAsync(options.EmbeddedHost);
            return new EmbeddedZooKeeper(held, Start(options.EmbeddedPort, address), options.EmbeddedPort >= 0);
        }
        catch (SocketException e)
        {
            string what = $"samsa.zookeeper.port: cannot listen on {options.EmbeddedHost}:{options.EmbeddedPort}: {e.Message}";
            if (config.Values.Static.ContainsKey(BrokerKeys.SamsaZookeeperPort))
                throw new StartupException(what, e);

            // Nobody asked for 2181, so somebody else's server must not keep a broker from starting; but whoever asks that port asks another one.
            logger.LogWarning(
                "{What}; this broker's own ZooKeeper is reached by no client outside the process. To use the server that is there set zookeeper.connect; samsa.zookeeper.port=0 takes a free port, -1 none",
                what);
            return new EmbeddedZooKeeper(held, Start(-1, IPAddress.Loopback), listens: false);
        }

        ZooKeeperServer Start(int port, IPAddress address) => ZooKeeperServer.Start(
            new ZooKeeperConfig
            {
                DataDir = config.LogDirs[0],
                WithoutVersionDirectory = true,
                ClientPort = port,
                ClientPortAddress = address,
                PreAllocSize = PreAllocSizeInKb,
                PurgeInterval = 24,
            },
            TimeProvider.System,
            logger);
    }
}
