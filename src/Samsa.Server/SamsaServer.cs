using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Samsa.Broker;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network;
using Samsa.Server.Http;
using Samsa.ZooKeeper;

namespace Samsa.Server;

/// <summary>One Samsa process: a broker, its ZooKeeper server unless it names others, and the HTTP port beside them.</summary>
/// <remarks>
/// Owns the broker, the ZooKeeper server and the HTTP endpoint. Start and dispose are called once each, from any thread. Lives from
/// <see cref="StartAsync"/> to <see cref="DisposeAsync"/>, which finishes what was acknowledged and closes the logs cleanly.
/// A start that fails leaves nothing behind: no port, no lock, no thread.
/// </remarks>
public sealed class SamsaServer : IServerStatus, IAsyncDisposable
{
    private readonly BrokerConfig _config;
    private readonly ILoggerFactory _loggerFactory;
    private readonly ILogger _logger;
    private HttpEndpoint? _http;
    private EmbeddedZooKeeper? _zooKeeper;
    private KafkaBroker? _broker;
    private volatile ServerState _state = ServerState.Starting;

    private SamsaServer(BrokerConfig config, ILoggerFactory loggerFactory)
    {
        _config = config;
        _loggerFactory = loggerFactory;
        _logger = loggerFactory.CreateLogger("Samsa.Server.SamsaServer");
    }

    /// <summary>The version of this build, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } = ReadVersion();

    /// <summary>Where the server is in its life.</summary>
    public ServerState State => _state;

    /// <summary>The broker.</summary>
    public KafkaBroker Broker => _broker ?? throw new InvalidOperationException("The broker is not running.");

    /// <summary>The listeners that clients reach, with the ports that were really bound.</summary>
    public IReadOnlyList<BoundListener> Listeners => Broker.BoundListeners;

    /// <summary>The address of the HTTP port; null when there is none.</summary>
    public IPEndPoint? HttpEndPoint => _http?.EndPoint;

    /// <summary>The address of the embedded ZooKeeper server for clients outside the process; null when it has none.</summary>
    public IPEndPoint? ZooKeeperEndPoint => _zooKeeper?.EndPoint;

    // While the broker stops, gauges would read logs that are closed.
    BrokerMetrics? IServerStatus.Metrics => _state == ServerState.Running ? _broker?.Metrics : null;

    string? IServerStatus.Trouble => _broker is { HasOnlineLogDirectory: false } ? "all log directories are offline" : null;

    /// <summary>Starts a broker and returns when it accepts clients.</summary>
    /// <param name="config">A checked configuration.</param>
    /// <param name="loggerFactory">Receives the messages; stays the caller's.</param>
    /// <param name="time">The clock of everything below.</param>
    /// <exception cref="StartupException">A port is in use, or its address is not of this machine.</exception>
    /// <exception cref="ConfigException">The configuration does not fit what is on disk.</exception>
    /// <exception cref="Storage.StorageException">No log directory can be used, or one is locked by another process.</exception>
    public static async Task<SamsaServer> StartAsync(BrokerConfig config, ILoggerFactory loggerFactory, TimeProvider time)
    {
        var server = new SamsaServer(config, loggerFactory);
        try
        {
            foreach (string warning in config.Warnings)
                server._logger.LogWarning("{Warning}", warning);
            await server.StartHttpAsync();
            if (config.ZooKeeper.Connect is null)
                server._zooKeeper = await EmbeddedZooKeeper.StartAsync(config, loggerFactory.CreateLogger<EmbeddedZooKeeper>());
            server._broker = await KafkaBroker.StartAsync(config, loggerFactory, time, server._zooKeeper?.Service);
            server._state = ServerState.Running;
            return server;
        }
        catch (Exception e) when (e is RegistrationException or TimeoutException or KeeperException)
        {
            await server.DisposeAsync();
            throw new StartupException(e.Message, e);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops gracefully: no new requests, the running ones are answered, the logs are closed, then the ports.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_state == ServerState.NotRunning)
            return;
        _state = ServerState.ShuttingDown;
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_zooKeeper is not null)
            await _zooKeeper.DisposeAsync();
        if (_http is not null)
            await _http.DisposeAsync();
        _state = ServerState.NotRunning;
    }

    private async Task StartHttpAsync()
    {
        HttpOptions options = _config.Http;
        if (options.Port < 0)
            return;
        try
        {
            _http = HttpEndpoint.Bind(await Addresses.ResolveAsync(options.Host), options.Port, new HttpRoutes(this), _loggerFactory);
        }
        catch (SocketException e)
        {
            string what = $"samsa.http.port: cannot listen on {options.Host}:{options.Port}: {e.Message}";
            if (_config.Values.Static.ContainsKey(BrokerKeys.SamsaHttpPort))
                throw new StartupException(what, e);

            // Nobody asked for 8080, so somebody else's web server must not keep a broker from starting.
            _logger.LogWarning("{What}; /metrics and /healthz are off (samsa.http.port=0 takes a free port, -1 none)", what);
        }
    }

    private static string ReadVersion()
    {
        string version = typeof(SamsaServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        int build = version.IndexOf('+', StringComparison.Ordinal);
        return build < 0 ? version : version[..build];
    }
}
