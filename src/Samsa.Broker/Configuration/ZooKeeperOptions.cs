namespace Samsa.Broker.Configuration;

/// <summary>The ensemble that keeps the cluster's metadata, and the server of our own that takes its place. Read-only.</summary>
public sealed class ZooKeeperOptions
{
    internal ZooKeeperOptions(ConfigValues values)
    {
        Connect = values.Get(BrokerKeys.ZookeeperConnect) is { Length: > 0 } connect ? connect : null;
        SessionTimeout = TimeSpan.FromMilliseconds(values.GetInt(BrokerKeys.ZookeeperSessionTimeoutMs));
        ConnectionTimeout = values.GetOptionalLong(BrokerKeys.ZookeeperConnectionTimeoutMs) is { } timeout
            ? TimeSpan.FromMilliseconds(timeout)
            : SessionTimeout;
        MaxInFlight = values.GetInt(BrokerKeys.ZookeeperMaxInFlightRequests);
        MaxBuffer = values.GetInt(BrokerKeys.SamsaZookeeperJuteMaxbuffer);
        EmbeddedHost = values.Get(BrokerKeys.SamsaZookeeperHost) ?? "";
        EmbeddedPort = values.GetInt(BrokerKeys.SamsaZookeeperPort);
    }

    /// <summary><c>zookeeper.connect</c>: the servers and the chroot; null when the embedded server is used.</summary>
    public string? Connect { get; }

    /// <summary><c>zookeeper.session.timeout.ms</c>.</summary>
    public TimeSpan SessionTimeout { get; }

    /// <summary><c>zookeeper.connection.timeout.ms</c>: how long a start waits for a server; the session's time-out unless set.</summary>
    public TimeSpan ConnectionTimeout { get; }

    /// <summary><c>zookeeper.max.in.flight.requests</c>: requests on their way to an ensemble at once. The embedded server takes any number.</summary>
    public int MaxInFlight { get; }

    /// <summary><c>samsa.zookeeper.jute.maxbuffer</c>: the longest answer of an ensemble, in bytes.</summary>
    public int MaxBuffer { get; }

    /// <summary><c>samsa.zookeeper.host</c>: where the embedded server listens; empty for every interface.</summary>
    public string EmbeddedHost { get; }

    /// <summary><c>samsa.zookeeper.port</c>: the embedded server's port; 0 for any, -1 for none.</summary>
    public int EmbeddedPort { get; }
}
