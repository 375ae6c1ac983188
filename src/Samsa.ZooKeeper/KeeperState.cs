namespace Samsa.ZooKeeper;

/// <summary>The state of a client's session, as events tell it. The numbers are ZooKeeper's.</summary>
public enum KeeperState
{
    /// <summary>No connection; the session goes on, and the client looks for a server.</summary>
    Disconnected = 0,

    /// <summary>Connected to a server that answers everything.</summary>
    SyncConnected = 3,

    /// <summary>A server did not accept an identity. The client is of no more use.</summary>
    AuthFailed = 4,

    /// <summary>Connected to a server that has lost its ensemble: it answers reads.</summary>
    ConnectedReadOnly = 5,

    /// <summary>The client was closed.</summary>
    Closed = 7,

    /// <summary>The session is over: its ephemeral nodes and watches are gone.</summary>
    Expired = -112,
}
