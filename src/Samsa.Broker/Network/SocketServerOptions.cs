using System.Net;
using System.Net.Sockets;
using Samsa.Broker.Configuration;

namespace Samsa.Broker.Network;

/// <summary>The socket server's settings; the defaults are Kafka's.</summary>
public sealed record SocketServerOptions
{
    /// <summary><c>listeners</c>.</summary>
    public IReadOnlyList<ListenerEndpoint> Listeners { get; init; } = [];

    /// <summary><c>num.io.threads</c>: requests that may be handled at once. On systems other than Linux the thread pool decides.</summary>
    public int IoThreads { get; init; } = 8;

    /// <summary><c>socket.send.buffer.bytes</c>: SO_SNDBUF; -1 leaves it to the system.</summary>
    public int SendBufferBytes { get; init; } = 102400;

    /// <summary><c>socket.receive.buffer.bytes</c>: SO_RCVBUF; -1 leaves it to the system.</summary>
    public int ReceiveBufferBytes { get; init; } = 102400;

    /// <summary><c>socket.request.max.bytes</c>: a longer request closes its connection before anything is allocated.</summary>
    public int RequestMaxBytes { get; init; } = 104857600;

    /// <summary><c>socket.listen.backlog.size</c>.</summary>
    public int ListenBacklog { get; init; } = 50;

    /// <summary><c>max.connections</c>: at the limit accepting pauses until a connection closes.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary><c>max.connections.per.ip</c>: a connection beyond the limit is closed at once.</summary>
    public int MaxConnectionsPerIp { get; init; } = int.MaxValue;

    /// <summary><c>max.connections.per.ip.overrides</c>, resolved to addresses.</summary>
    public IReadOnlyDictionary<IPAddress, int> MaxConnectionsPerIpOverrides { get; init; } = new Dictionary<IPAddress, int>();

    /// <summary><c>max.connection.creation.rate</c>: connections per second; above it accepting pauses (KIP-612).</summary>
    public int MaxConnectionCreationRate { get; init; } = int.MaxValue;

    /// <summary><c>connections.max.idle.ms</c>: without a byte moved for that long a connection is closed; negative disables.</summary>
    public TimeSpan ConnectionsMaxIdle { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary><c>queued.max.request.bytes</c>: bytes of requests held at once over all connections; -1 means no limit.</summary>
    public long QueuedMaxRequestBytes { get; init; } = -1;

    /// <summary>
    /// How long a request may be on its way while others wait for the memory that it holds (docs/decisions/0012). As long as
    /// clients wait for an answer by default (<c>request.timeout.ms</c>): after that nobody wants it any more.
    /// </summary>
    public TimeSpan IncompleteRequestGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Requests of one connection that may be unanswered before the broker stops reading from it. Kafka allows one; clients
    /// that pipeline keep five by default.
    /// </summary>
    public int MaxInFlightPerConnection { get; init; } = 32;

    /// <summary>How long a peer that has closed its sending side is still sent the answers it is owed.</summary>
    public TimeSpan HalfClosedGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The settings of a broker's configuration. Host names among the per-address limits are resolved now.</summary>
    /// <exception cref="ConfigException">A host name cannot be resolved.</exception>
    public static SocketServerOptions From(BrokerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        var network = config.Network;
        return new SocketServerOptions
        {
            Listeners = config.Listeners,
            IoThreads = network.IoThreads,
            SendBufferBytes = network.SendBufferBytes,
            ReceiveBufferBytes = network.ReceiveBufferBytes,
            RequestMaxBytes = network.MaxRequestBytes,
            ListenBacklog = network.ListenBacklog,
            MaxConnections = network.MaxConnections,
            MaxConnectionsPerIp = network.MaxConnectionsPerIp,
            MaxConnectionsPerIpOverrides = Resolve(network.MaxConnectionsPerIpOverrides),
            MaxConnectionCreationRate = config.Values.GetInt(BrokerKeys.MaxConnectionCreationRate),
            ConnectionsMaxIdle = TimeSpan.FromMilliseconds(Math.Min(network.MaxIdleMs, TimeSpan.MaxValue.TotalMilliseconds / 2)),
            QueuedMaxRequestBytes = config.Values.GetLong(BrokerKeys.QueuedMaxRequestBytes),
        };
    }

    private static Dictionary<IPAddress, int> Resolve(IReadOnlyDictionary<string, int> overrides)
    {
        var resolved = new Dictionary<IPAddress, int>();
        foreach (var (host, limit) in overrides)
        {
            try
            {
                foreach (var address in Dns.GetHostAddresses(host))
                {
                    resolved[address] = limit;
                }
            }
            catch (SocketException)
            {
                throw new ConfigException(
                    BrokerKeys.MaxConnectionsPerIpOverrides, host, "the host cannot be resolved; name an address, or a host that resolves");
            }
        }

        return resolved;
    }
}
