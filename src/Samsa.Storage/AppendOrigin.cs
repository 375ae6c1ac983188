namespace Samsa.Storage;

/// <summary>Who appends: decides whether offsets are assigned and how strictly producer sequences are checked.</summary>
public enum AppendOrigin
{
    /// <summary>A produce request: offsets and leader epoch are assigned, sequences are checked.</summary>
    Client,

    /// <summary>A follower copying its leader: offsets and epochs are the leader's, sequences are taken as they come.</summary>
    Replication,

    /// <summary>
    /// A coordinator of this broker (group offsets, transaction state, transaction markers): offsets and leader epoch are
    /// assigned, of the producer state only the epoch is checked.
    /// </summary>
    Coordinator,
}
