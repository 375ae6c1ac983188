using Microsoft.Extensions.Logging;
using Samsa.ZooKeeper.Transport;

namespace Samsa.Broker.Metadata;

/// <summary>Where the tree of nodes is, and how to reach it.</summary>
internal sealed record ZnodeStoreOptions
{
    /// <summary><c>host:port,host:port/chroot</c>.</summary>
    public required string ConnectString { get; init; }

    /// <summary>How connections are made.</summary>
    public required IConnector Connector { get; init; }

    /// <summary>After how long without a sign of life the session is over.</summary>
    public required TimeSpan SessionTimeout { get; init; }

    /// <summary>How long a start waits for a connection.</summary>
    public required TimeSpan ConnectionTimeout { get; init; }

    /// <summary>The longest answer in bytes.</summary>
    public required int MaxBuffer { get; init; }

    /// <summary>Requests on their way at once.</summary>
    public required int MaxInFlight { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where connections that come and go are told.</summary>
    public required ILogger Logger { get; init; }
}
