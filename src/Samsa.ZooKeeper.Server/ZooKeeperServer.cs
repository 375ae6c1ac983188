using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Samsa.ZooKeeper.Local;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Administration;
using Samsa.ZooKeeper.Server.Configuration;
using Samsa.ZooKeeper.Server.Files;
using Samsa.ZooKeeper.Server.Network;
using Samsa.ZooKeeper.Server.Persistence;
using Samsa.ZooKeeper.Transport;

namespace Samsa.ZooKeeper.Server;

/// <summary>
/// A ZooKeeper server that stands alone: recovers its directory, listens, and serves any ZooKeeper client from 3.4 on.
/// Owns everything it started. Any thread. <see cref="DisposeAsync"/> ends it; sessions outlive it, and resume at the next start.
/// </summary>
public sealed class ZooKeeperServer : ILocalServer, IAsyncDisposable
{
    private readonly List<DirectoryLock> _locks = [];
    private readonly CoordinationServer _server;
    private readonly ConnectionRegistry _registry;
    private readonly ClientListener? _listener;
    private readonly ITimer? _purge;
    private readonly AdminHttp? _admin;
    private readonly AdminHttp? _metrics;
    private readonly ILogger _logger;

    private ZooKeeperServer(ZooKeeperConfig config, TimeProvider time, ILogger logger)
    {
        _logger = logger;
        var files = new PhysicalDataFileSystem();
        var logOptions = config.ToLogOptions();
        var directory = new DataDirectory(files, config.DataDir, config.DataLogDir ?? config.DataDir, logOptions);
        try
        {
            TakeDirectories(config);
            _server = CoordinationServer.Start(config.ToServerOptions(), logOptions, directory, files, time, logger);
        }
        catch
        {
            FreeDirectories();
            throw;
        }

        try
        {
            var information = new ServerInformation(() => _listener?.EndPoint.Port ?? -1, directory.Snapshots, directory.Logs, Version);
            _registry = new ConnectionRegistry(_server, config.ToConnectionOptions(), time, logger, information);

            // A server that can keep nothing answers nothing: its clients find another one, or know at least.
            _ = _server.Failed.ContinueWith(
                static (_, registry) => ((ConnectionRegistry)registry!).EndAll(), _registry, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            if (config.ClientPort >= 0)
            {
                _listener = new ClientListener(new IPEndPoint(config.ClientPortAddress, config.ClientPort), _registry);
            }

            if (config.Admin is { } admin)
            {
                var commands = new AdminCommands(_server, _registry, information, _registry.Monitor, config.AdminUrl);
                _admin = new AdminHttp(admin, commands.Answer, time, logger);
                LogMessages.ServingHttp(logger, "The admin port", _admin.EndPoint, config.AdminUrl);
            }

            if (config.Metrics is { } metrics)
            {
                _metrics = new AdminHttp(metrics, Metrics, time, logger);
                LogMessages.ServingHttp(logger, "Prometheus' port", _metrics.EndPoint, "/metrics");
            }
        }
        catch
        {
            _server.Dispose();
            FreeDirectories();
            throw;
        }

        foreach (var key in config.IgnoredKeys)
        {
            LogMessages.IgnoredKey(logger, key);
        }

        if (config.PurgeInterval > 0)
        {
            var interval = TimeSpan.FromHours(config.PurgeInterval);
            _purge = time.CreateTimer(_ => Purge(), null, TimeSpan.Zero, interval);
        }

        var recovered = _server.Recovered;
        LogMessages.Serving(
            logger, recovered.Tree.NodeCount, _listener?.EndPoint.ToString() ?? "no port", recovered.SnapshotZxid, recovered.Replayed, recovered.TornBytes);
    }

    /// <summary>The address with the port that is served.</summary>
    /// <exception cref="InvalidOperationException">None is: <c>clientPort</c> is -1.</exception>
    public IPEndPoint EndPoint => _listener?.EndPoint ?? throw new InvalidOperationException("The server does not listen (clientPort=-1).");

    /// <summary>Where the admin commands are served; null for nowhere.</summary>
    public IPEndPoint? AdminEndPoint => _admin?.EndPoint;

    /// <summary>Where Prometheus finds <c>/metrics</c>; null for nowhere.</summary>
    public IPEndPoint? MetricsEndPoint => _metrics?.EndPoint;

    /// <summary>Ends with an exception when the log cannot be written: the server must be disposed then.</summary>
    public Task Failed => _server.Failed;

    /// <summary>What <c>srvr</c> tells as its version: that of the protocol it speaks, and who speaks it.</summary>
    private static string Version { get; } =
        $"3.8.4-samsa-{typeof(ZooKeeperServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"}";

    /// <summary>Whether there is a log or a snapshot among the names of the files of a directory.</summary>
    public static bool HoldsData(IEnumerable<string> names) =>
        names.Any(static name => DataFiles.Of(DataFiles.Log, [name]).Count + DataFiles.Of(DataFiles.Snapshot, [name]).Count > 0);

    /// <summary>Recovers the directory and begins to serve.</summary>
    /// <exception cref="CorruptDataException">The directory lost what was acknowledged.</exception>
    /// <exception cref="IOException">The directory cannot be read or written, or another process uses it.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be had.</exception>
    public static ZooKeeperServer Start(ZooKeeperConfig config, TimeProvider time, ILogger logger) => new(config, time, logger);

    /// <summary>A client of the same process connects, without a port: it has this end of the connection.</summary>
    public Stream Connect()
    {
        var (here, there) = InProcessStream.CreatePair();
        _registry.Serve(there, new IPEndPoint(IPAddress.Loopback, 0));
        return here;
    }

    /// <inheritdoc/>
    public ILocalSession? Open(ILocalClient client, TimeSpan timeout, long sessionId = 0, ReadOnlyMemory<byte> password = default) => LocalConnection.Open(
        _server, client, new ConnectRequest { TimeOut = (int)timeout.TotalMilliseconds, SessionId = sessionId, Passwd = password });

    /// <summary>Writes a snapshot now. Returns false when nothing changed since the last one.</summary>
    public bool WriteSnapshot() => _server.WriteSnapshot();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_purge is not null)
        {
            await _purge.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var http in new[] { _admin, _metrics })
        {
            if (http is not null)
            {
                await http.DisposeAsync().ConfigureAwait(false);
            }
        }

        if (_listener is not null)
        {
            await _listener.DisposeAsync().ConfigureAwait(false);
        }

        _registry.EndAll();
        _server.Dispose();
        FreeDirectories();
    }

    private void TakeDirectories(ZooKeeperConfig config)
    {
        // Whoever embeds the server has the directory already.
        if (!config.WithoutVersionDirectory)
        {
            foreach (var path in new HashSet<string>(StringComparer.Ordinal) { Path.GetFullPath(config.DataDir), Path.GetFullPath(config.DataLogDir ?? config.DataDir) })
            {
                _locks.Add(DirectoryLock.Take(path));
            }
        }
    }

    private void FreeDirectories()
    {
        foreach (var taken in _locks)
        {
            taken.Dispose();
        }
    }

    private AdminAnswer? Metrics(string path) => path == "/metrics"
        ? new AdminAnswer(200, "text/plain; version=0.0.4; charset=utf-8", _registry.Monitor.ToPrometheus())
        : null;

    private void Purge()
    {
        try
        {
            if (_server.Purge() is > 0 and var files)
            {
                LogMessages.Purged(_logger, files);
            }
        }
        catch (IOException failure)
        {
            LogMessages.PurgeFailed(_logger, failure);
        }
    }
}
