namespace Samsa.ZooKeeper;

/// <summary>What a request asks for, or what an entry of the transaction log did. The numbers are ZooKeeper's, on the wire and on disk.</summary>
public enum OpCode
{
    /// <summary>An entry of the log for a request that failed; a result of a multi that failed.</summary>
    Error = -1,

    /// <summary>The end of a session, by its client or by its expiry.</summary>
    CloseSession = -11,

    /// <summary>A new session.</summary>
    CreateSession = -10,

    /// <summary>The event of a watch; never sent by a client.</summary>
    Notification = 0,

    /// <summary>Makes a node; the answer is its path.</summary>
    Create = 1,

    /// <summary>Deletes a node without children.</summary>
    Delete = 2,

    /// <summary>The stat of a node.</summary>
    Exists = 3,

    /// <summary>Data and stat of a node.</summary>
    GetData = 4,

    /// <summary>Replaces the data of a node.</summary>
    SetData = 5,

    /// <summary>ACL and stat of a node.</summary>
    GetAcl = 6,

    /// <summary>Replaces the ACL of a node.</summary>
    SetAcl = 7,

    /// <summary>The names of a node's children.</summary>
    GetChildren = 8,

    /// <summary>Waits until all that came before is applied.</summary>
    Sync = 9,

    /// <summary>Keeps a session alive.</summary>
    Ping = 11,

    /// <summary>The names of a node's children and its stat.</summary>
    GetChildren2 = 12,

    /// <summary>Demands a data version; part of a multi.</summary>
    Check = 13,

    /// <summary>Several changes, all or none.</summary>
    Multi = 14,

    /// <summary>Makes a node; the answer is its path and stat.</summary>
    Create2 = 15,

    /// <summary>Changes the members of an ensemble.</summary>
    Reconfig = 16,

    /// <summary>Asks whether a watch is set.</summary>
    CheckWatches = 17,

    /// <summary>Removes watches.</summary>
    RemoveWatches = 18,

    /// <summary>Makes a container, which goes when its last child went.</summary>
    CreateContainer = 19,

    /// <summary>Deletes a container or a TTL node, by the server itself.</summary>
    DeleteContainer = 20,

    /// <summary>Makes a node that goes when nothing happened to it for some time.</summary>
    CreateTtl = 21,

    /// <summary>Several reads in one request.</summary>
    MultiRead = 22,

    /// <summary>Adds an identity to the connection.</summary>
    Auth = 100,

    /// <summary>Sets the watches of an old connection again.</summary>
    SetWatches = 101,

    /// <summary>A step of a SASL exchange.</summary>
    Sasl = 102,

    /// <summary>The ephemeral nodes of the session.</summary>
    GetEphemerals = 103,

    /// <summary>The number of all nodes below a node.</summary>
    GetAllChildrenNumber = 104,

    /// <summary>Sets the watches of an old connection again, persistent ones too.</summary>
    SetWatches2 = 105,

    /// <summary>Sets a persistent watch.</summary>
    AddWatch = 106,

    /// <summary>The identities of the connection.</summary>
    WhoAmI = 107,
}
