using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper;

/// <summary>How a client reaches its servers, and what it wants of them. Names of ZooKeeper's and Kafka's keys are in the comments.</summary>
public sealed record ZooKeeperClientOptions
{
    /// <summary><c>host:port,host:port/chroot</c> (Kafka's <c>zookeeper.connect</c>).</summary>
    public required string ConnectString { get; init; }

    /// <summary>
    /// After how long without a sign of life the servers end the session; they may grant another
    /// (<see cref="ZooKeeperClient.SessionTimeout"/>). Kafka's <c>zookeeper.session.timeout.ms</c>.
    /// </summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A session to go on with, 0 for a new one.</summary>
    public long SessionId { get; init; }

    /// <summary>The password of that session.</summary>
    public ReadOnlyMemory<byte> SessionPassword { get; init; }

    /// <summary>
    /// After the end of a session the client begins a new one. Watches and ephemeral nodes of the old one are gone; those who
    /// want them again hear of <see cref="KeeperState.Expired"/> and then of <see cref="KeeperState.SyncConnected"/>.
    /// </summary>
    public bool RenewExpiredSession { get; init; } = true;

    /// <summary>The wait after all servers failed; it doubles from round to round, and half of it is random.</summary>
    public TimeSpan ReconnectBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest such wait.</summary>
    public TimeSpan ReconnectBackoffMax { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary><c>jute.maxbuffer</c>: the longest answer in bytes. A longer one ends the connection.</summary>
    public int MaxBuffer { get; init; } = 0xFFFFF;

    /// <summary>Is told every change of the session's state, from the first one on.</summary>
    public INodeWatcher? SessionWatcher { get; init; }

    /// <summary>How connections are made.</summary>
    public IConnector Connector { get; init; } = TcpConnector.Instance;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the client says why it lost a connection.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>The order in which servers are tried, and the random part of waits.</summary>
    public Random Random { get; init; } = Random.Shared;
}
