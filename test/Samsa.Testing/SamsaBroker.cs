using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Server;

namespace Samsa.Testing;

/// <summary>A Kafka-compatible broker inside the test process, on a free port of 127.0.0.1 and a data folder of its own.</summary>
/// <remarks>
/// Owns the broker and, unless one was named, the data folder; dispose stops the one and removes the other. Its methods are
/// called one at a time, from any thread; clients may connect from everywhere. A start that fails leaves nothing behind.
/// </remarks>
/// <example>
/// <code>
/// await using var broker = await SamsaBroker.StartAsync();
/// var config = new ProducerConfig { BootstrapServers = broker.BootstrapServers };
/// </code>
/// </example>
public sealed class SamsaBroker : IAsyncDisposable
{
    private const string Host = "127.0.0.1";

    /// <summary>How the lock files of a log directory end: held while the broker runs, worth nothing to the next.</summary>
    private const string LockFile = ".lock";

    /// <summary>
    /// An environment variable with <c>host:port</c>: test brokers keep their metadata there, each under a root of its own that is named
    /// after its data folder, instead of in an embedded server. So a whole suite runs on an ensemble.
    /// </summary>
    private const string EnsembleVariable = "SAMSA_TESTING_ZOOKEEPER";

    private readonly SamsaBrokerOptions _options;
    private readonly bool _ownsDirectory;
    private SamsaServer? _server;
    private string? _ensemble;
    private Socket? _reserved;
    private int _port;

    private SamsaBroker(SamsaBrokerOptions options)
    {
        _options = options;
        _ownsDirectory = options.DataDirectory is null;
        DataDirectory = options.DataDirectory ?? Directory.CreateTempSubdirectory("samsa-").FullName;
    }

    /// <summary>What a client takes as <c>bootstrap.servers</c>. The same after a restart.</summary>
    public string BootstrapServers => string.Create(CultureInfo.InvariantCulture, $"{Host}:{_port}");

    /// <summary>The broker's only log directory, with Kafka's own files in it.</summary>
    public string DataDirectory { get; }

    /// <summary>Whether the broker is running.</summary>
    public bool IsRunning => _server is not null;

    /// <summary>
    /// Where the broker keeps its metadata, as a ZooKeeper client takes it; null while it is stopped, or where its embedded server has no
    /// port (<c>samsa.zookeeper.port=-1</c>, the default here).
    /// </summary>
    public string? ZooKeeperConnect => _server is null ? null : _ensemble ?? _server.ZooKeeperEndPoint?.ToString();

    /// <summary>The server, for what its parts show; null while it is stopped.</summary>
    public SamsaServer? Server => _server;

    /// <summary>Starts a broker and returns when it accepts clients.</summary>
    /// <param name="options">What the test asks of it; null for the defaults.</param>
    /// <exception cref="ConfigException">An override has a wrong value.</exception>
    /// <exception cref="StartupException">A port was asked for that is in use.</exception>
    public static async Task<SamsaBroker> StartAsync(SamsaBrokerOptions? options = null)
    {
        var broker = new SamsaBroker(options ?? new SamsaBrokerOptions());
        try
        {
            await broker.StartServerAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops the broker cleanly and keeps its data. Does nothing when it is stopped.</summary>
    public async Task StopAsync()
    {
        if (_server is null)
            return;
        SamsaServer server = _server;
        _server = null;
        await server.DisposeAsync();
    }

    /// <summary>Stops the broker cleanly if it is running, and starts it with the same data on the same port.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartServerAsync();
    }

    /// <summary>
    /// Leaves the data as <c>kill -9</c> would: no log is closed, no checkpoint or mark of a clean stop is written, so that the
    /// next start recovers. Requests in flight are answered first; every answer that a client saw is in the data.
    /// </summary>
    /// <remarks>Only <see cref="DataDirectory"/> is treated so, not other directories of an override of <c>log.dirs</c>.</remarks>
    public async Task CrashAsync()
    {
        if (_server is null)
            return;
        SamsaServer server = _server;
        _server = null;
        await server.Broker.StopServingAsync();
        string asCrashed = DataDirectory.TrimEnd(Path.DirectorySeparatorChar) + "-crashed";
        Copy(new DirectoryInfo(DataDirectory), Directory.CreateDirectory(asCrashed));

        // The clean stop writes into the folder that nobody will see again.
        await server.DisposeAsync();
        Directory.Delete(DataDirectory, recursive: true);
        Directory.Move(asCrashed, DataDirectory);
    }

    /// <summary>Stops the broker and removes the data folder, unless the options named it.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _reserved?.Dispose();
        if (_ownsDirectory && Directory.Exists(DataDirectory))
            Directory.Delete(DataDirectory, recursive: true);
    }

    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (FileInfo file in from.EnumerateFiles())
        {
            if (!file.Name.EndsWith(LockFile, StringComparison.Ordinal))
                file.CopyTo(Path.Combine(to.FullName, file.Name));
        }

        foreach (DirectoryInfo folder in from.EnumerateDirectories())
            Copy(folder, to.CreateSubdirectory(folder.Name));
    }

    /// <summary>
    /// Keeps the port while the broker is stopped: Linux would give it to the next who asks for any, and even to a client that tries again to reach
    /// this broker, which then talks to itself. A socket that does not listen is in nobody's way.
    /// </summary>
    private void ReservePort()
    {
        if (_reserved is not null || !OperatingSystem.IsLinux())
            return;
        _reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _reserved.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _reserved.Bind(new IPEndPoint(IPAddress.Parse(Host), 0));
        _port = ((IPEndPoint)_reserved.LocalEndPoint!).Port;
    }

    private async Task StartServerAsync()
    {
        ReservePort();
        var properties = new Dictionary<string, string>(BrokerConfig.EmbeddedDefaults, StringComparer.Ordinal)
        {
            [BrokerKeys.Listeners] = string.Create(CultureInfo.InvariantCulture, $"PLAINTEXT://{Host}:{_port}"),
            [BrokerKeys.LogDirs] = DataDirectory,
            [BrokerKeys.SamsaHttpPort] = "-1",
            [BrokerKeys.SamsaZookeeperPort] = "-1",
        };
        if (Environment.GetEnvironmentVariable(EnsembleVariable) is { Length: > 0 } ensemble)
            properties[BrokerKeys.ZookeeperConnect] = $"{ensemble}/samsa{DataDirectory.Replace('/', '_')}";
        foreach (var (key, value) in _options.Overrides)
            properties[key] = value;
        _ensemble = properties.GetValueOrDefault(BrokerKeys.ZookeeperConnect);
        _server = await SamsaServer.StartAsync(
            BrokerConfig.Create(properties), _options.LoggerFactory ?? NullLoggerFactory.Instance, _options.Time);
        _port = _server.Listeners[0].EndPoint.Port;
    }
}
