namespace Samsa.Protocol.Records;

/// <summary>What a control record says (the second int16 of its key).</summary>
public enum ControlRecordType : short
{
    /// <summary>A type this version does not know.</summary>
    Unknown = -1,

    /// <summary>The producer's transaction was aborted.</summary>
    Abort = 0,

    /// <summary>The producer's transaction was committed.</summary>
    Commit = 1,

    /// <summary>Raft: a new leader.</summary>
    LeaderChange = 2,

    /// <summary>Raft: the start of a snapshot.</summary>
    SnapshotHeader = 3,

    /// <summary>Raft: the end of a snapshot.</summary>
    SnapshotFooter = 4,

    /// <summary>Raft: the protocol version of the quorum (KIP-853).</summary>
    KRaftVersion = 5,

    /// <summary>Raft: the voters of the quorum (KIP-853).</summary>
    KRaftVoters = 6,
}
