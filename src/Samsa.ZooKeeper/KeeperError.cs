namespace Samsa.ZooKeeper;

/// <summary>The error code of an answer. The numbers are ZooKeeper's.</summary>
public enum KeeperError
{
    /// <summary>No error.</summary>
    Ok = 0,

    /// <summary>Something failed in the server that should not.</summary>
    SystemError = -1,

    /// <summary>An operation of a multi that was not tried, because one before it failed.</summary>
    RuntimeInconsistency = -2,

    /// <summary>Something was found that cannot be.</summary>
    DataInconsistency = -3,

    /// <summary>The connection is lost. Never sent: clients make it.</summary>
    ConnectionLoss = -4,

    /// <summary>A request or answer could not be decoded.</summary>
    MarshallingError = -5,

    /// <summary>The server does not know the operation.</summary>
    Unimplemented = -6,

    /// <summary>It took too long. Never sent: clients make it.</summary>
    OperationTimeout = -7,

    /// <summary>An argument is not allowed.</summary>
    BadArguments = -8,

    /// <summary>The session is not known.</summary>
    UnknownSession = -12,

    /// <summary>The configuration changes already.</summary>
    ReconfigInProgress = -14,

    /// <summary>The node is not there.</summary>
    NoNode = -101,

    /// <summary>The ACL does not allow it.</summary>
    NoAuth = -102,

    /// <summary>The version is another.</summary>
    BadVersion = -103,

    /// <summary>Ephemeral nodes have no children.</summary>
    NoChildrenForEphemerals = -108,

    /// <summary>The node is there already.</summary>
    NodeExists = -110,

    /// <summary>The node has children.</summary>
    NotEmpty = -111,

    /// <summary>The session has expired.</summary>
    SessionExpired = -112,

    /// <summary>A callback is not valid. Never sent: clients make it.</summary>
    InvalidCallback = -113,

    /// <summary>The ACL is not valid.</summary>
    InvalidAcl = -114,

    /// <summary>The authentication failed.</summary>
    AuthFailed = -115,

    /// <summary>The session went on over another connection.</summary>
    SessionMoved = -118,

    /// <summary>A write was sent to a read-only server.</summary>
    NotReadOnly = -119,

    /// <summary>A local session cannot have ephemeral nodes.</summary>
    EphemeralOnLocalSession = -120,

    /// <summary>There is no such watch.</summary>
    NoWatcher = -121,

    /// <summary>Too many requests at once.</summary>
    RequestTimeout = -122,

    /// <summary>The members of the ensemble cannot be changed.</summary>
    ReconfigDisabled = -123,

    /// <summary>The session must authenticate with SASL first.</summary>
    SessionClosedRequireSaslAuth = -124,

    /// <summary>A quota does not allow it.</summary>
    QuotaExceeded = -125,

    /// <summary>The server is too busy.</summary>
    ThrottledOp = -127,
}
