using System.Globalization;
using System.Net;

namespace Samsa.ZooKeeper.Server.Configuration;

/// <summary>
/// What <c>zoo.cfg</c> or <c>zookeeper.properties</c> says. Apache ZooKeeper reads some of its settings from Java properties called
/// <c>zookeeper.NAME</c>; as there, a line <c>NAME=value</c> in the file does the same. Immutable.
/// </summary>
public sealed record ZooKeeperConfig
{
    /// <summary><c>dataDir</c>: where the snapshots are, in <c>version-2</c>.</summary>
    public required string DataDir { get; init; }

    /// <summary><c>dataLogDir</c>: where the transaction logs are; <c>dataDir</c> unless set.</summary>
    public string? DataLogDir { get; init; }

    /// <summary>
    /// The files lie in <see cref="DataDir"/> itself, not in <c>version-2</c> below it: for a directory that must have no other
    /// directories, as Kafka's log directories. Not a key of ZooKeeper's.
    /// </summary>
    public bool WithoutVersionDirectory { get; init; }

    /// <summary><c>clientPort</c>; 0 for any, -1 for none (clients of the same process alone, <see cref="ZooKeeperServer.Connect"/>).</summary>
    public int ClientPort { get; init; } = 2181;

    /// <summary><c>clientPortAddress</c>; all addresses unless set.</summary>
    public IPAddress ClientPortAddress { get; init; } = IPAddress.IPv6Any;

    /// <summary><c>tickTime</c> in ms.</summary>
    public int TickTime { get; init; } = 3000;

    /// <summary><c>minSessionTimeout</c> in ms; -1 for two ticks.</summary>
    public int MinSessionTimeout { get; init; } = -1;

    /// <summary><c>maxSessionTimeout</c> in ms; -1 for twenty ticks.</summary>
    public int MaxSessionTimeout { get; init; } = -1;

    /// <summary><c>maxClientCnxns</c>: connections from one address; 0 for any number.</summary>
    public int MaxClientCnxns { get; init; } = 60;

    /// <summary><c>maxCnxns</c>: connections in all; 0 for any number.</summary>
    public int MaxCnxns { get; init; }

    /// <summary><c>jute.maxbuffer</c>: the longest request in bytes.</summary>
    public int JuteMaxBuffer { get; init; } = 0xFFFFF;

    /// <summary><c>4lw.commands.whitelist</c>.</summary>
    public IReadOnlyList<string> FourLetterWords { get; init; } = ["srvr"];

    /// <summary><c>preAllocSize</c> in KB.</summary>
    public int PreAllocSize { get; init; } = 65536;

    /// <summary><c>forceSync</c>: an answer waits for the disk.</summary>
    public bool ForceSync { get; init; } = true;

    /// <summary><c>snapCount</c>: transactions between two snapshots, at most.</summary>
    public int SnapCount { get; init; } = 100_000;

    /// <summary><c>snapshot.trust.empty</c>.</summary>
    public bool SnapshotTrustEmpty { get; init; }

    /// <summary><c>autopurge.snapRetainCount</c>; three at least.</summary>
    public int SnapRetainCount { get; init; } = 3;

    /// <summary><c>autopurge.purgeInterval</c> in hours; 0 for never.</summary>
    public int PurgeInterval { get; init; }

    /// <summary><c>extendedTypesEnabled</c>: nodes with a time to live.</summary>
    public bool ExtendedTypesEnabled { get; init; }

    /// <summary><c>enforceQuota</c>.</summary>
    public bool EnforceQuota { get; init; }

    /// <summary><c>skipACL</c>.</summary>
    public bool SkipAcl { get; init; }

    /// <summary><c>DigestAuthenticationProvider.superDigest</c>.</summary>
    public string? SuperDigest { get; init; }

    /// <summary>
    /// Where the admin commands are served over HTTP: <c>admin.serverAddress</c> and <c>admin.serverPort</c>. Null for nowhere, which it
    /// is unless a port is set or <c>admin.enableServer=true</c> (8080 then).
    /// </summary>
    public IPEndPoint? Admin { get; init; }

    /// <summary><c>admin.commandURL</c>.</summary>
    public string AdminUrl { get; init; } = "/commands";

    /// <summary>
    /// Where Prometheus finds <c>/metrics</c>: <c>metricsProvider.httpHost</c> and <c>metricsProvider.httpPort</c> (7000), if
    /// <c>metricsProvider.className</c> is Apache's for Prometheus. Null for nowhere.
    /// </summary>
    public IPEndPoint? Metrics { get; init; }

    /// <summary>Keys that this server does not know or does not obey, as they were written.</summary>
    public IReadOnlyList<string> IgnoredKeys { get; init; } = [];

    /// <summary>Reads keys and values (the last of a key wins).</summary>
    /// <exception cref="ZooKeeperConfigException">A value is not allowed, or the file asks for what there is not.</exception>
    public static ZooKeeperConfig Parse(IEnumerable<KeyValuePair<string, string>> properties)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in properties)
        {
            values[key.StartsWith("zookeeper.", StringComparison.Ordinal) ? key["zookeeper.".Length..] : key] = value.Trim();
        }

        var reader = new ValueReader(values);
        var config = new ZooKeeperConfig
        {
            DataDir = reader.Text("dataDir") ?? throw new ZooKeeperConfigException("dataDir is not set."),
            DataLogDir = reader.Text("dataLogDir"),
            ClientPort = reader.Number("clientPort", 2181, 0, 65535),
            ClientPortAddress = reader.Address("clientPortAddress"),
            TickTime = reader.Number("tickTime", 3000, 1),
            MinSessionTimeout = reader.Number("minSessionTimeout", -1, -1),
            MaxSessionTimeout = reader.Number("maxSessionTimeout", -1, -1),
            MaxClientCnxns = reader.Number("maxClientCnxns", 60, 0),
            MaxCnxns = reader.Number("maxCnxns", 0, 0),
            JuteMaxBuffer = reader.Number("jute.maxbuffer", 0xFFFFF, 1024),
            FourLetterWords = reader.List("4lw.commands.whitelist", "srvr"),
            PreAllocSize = reader.Number("preAllocSize", 65536, 0),
            ForceSync = reader.Flag("forceSync", true),
            SnapCount = reader.Number("snapCount", 100_000, 2),
            SnapshotTrustEmpty = reader.Flag("snapshot.trust.empty", false),
            SnapRetainCount = Math.Max(3, reader.Number("autopurge.snapRetainCount", 3, 0)),
            PurgeInterval = reader.Number("autopurge.purgeInterval", 0, 0),
            ExtendedTypesEnabled = reader.Flag("extendedTypesEnabled", false),
            EnforceQuota = reader.Flag("enforceQuota", false),
            SkipAcl = reader.Flag("skipACL", false),
            SuperDigest = reader.Text("DigestAuthenticationProvider.superDigest"),
            Admin = ReadAdmin(reader),
            AdminUrl = reader.Text("admin.commandURL") ?? "/commands",
            Metrics = ReadMetrics(reader),
            IgnoredKeys = reader.Unread(),
        };
        config.Check();
        return config;
    }

    internal ServerOptions ToServerOptions() => new()
    {
        TickTime = TickTime,
        MinSessionTimeout = MinSessionTimeout < 0 ? TickTime * 2 : MinSessionTimeout,
        MaxSessionTimeout = MaxSessionTimeout < 0 ? TickTime * 20 : MaxSessionTimeout,
        ExtendedTypesEnabled = ExtendedTypesEnabled,
        EnforceQuota = EnforceQuota,
        SkipAcl = SkipAcl,
        SuperDigest = SuperDigest,
    };

    internal Persistence.LogOptions ToLogOptions() => new()
    {
        PreAllocSize = PreAllocSize * 1024L,
        ForceSync = ForceSync,
        SnapCount = SnapCount,
        SnapRetainCount = SnapRetainCount,
        TrustEmptySnapshot = SnapshotTrustEmpty,
        Folder = WithoutVersionDirectory ? "" : Persistence.DataFiles.Version,
    };

    internal Network.ConnectionOptions ToConnectionOptions() => new()
    {
        MaxBuffer = JuteMaxBuffer,
        MaxClientConnections = MaxClientCnxns,
        MaxConnections = MaxCnxns,
        Words = FourLetterWords,
    };

    private static IPEndPoint? ReadAdmin(ValueReader reader)
    {
        // Apache's default of 8080 would meet Samsa's own HTTP port, so nothing is served where nobody asks for it.
        var port = reader.Number("admin.serverPort", -1, 0, 65535);
        var address = reader.Address("admin.serverAddress");
        var enabled = reader.Flag("admin.enableServer", port >= 0);
        return enabled ? new IPEndPoint(address, port < 0 ? 8080 : port) : null;
    }

    private static IPEndPoint? ReadMetrics(ValueReader reader)
    {
        var provider = reader.Text("metricsProvider.className") ?? "";
        var endPoint = new IPEndPoint(reader.Address("metricsProvider.httpHost"), reader.Number("metricsProvider.httpPort", 7000, 0, 65535));
        return provider.Split('.')[^1] switch
        {
            "PrometheusMetricsProvider" => endPoint,
            "" or "DefaultMetricsProvider" or "NullMetricsProvider" => null,
            _ => throw new ZooKeeperConfigException($"metricsProvider.className={provider}: there is PrometheusMetricsProvider only."),
        };
    }

    private void Check()
    {
        var options = ToServerOptions();
        if (options.MinSessionTimeout > options.MaxSessionTimeout)
        {
            throw new ZooKeeperConfigException(string.Create(CultureInfo.InvariantCulture,
                $"minSessionTimeout ({options.MinSessionTimeout}) is more than maxSessionTimeout ({options.MaxSessionTimeout})."));
        }
    }
}
