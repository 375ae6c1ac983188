namespace Samsa.Client.Admin;

/// <summary>By which protocol a group works.</summary>
public enum GroupType
{
    /// <summary>A kind that this client does not know.</summary>
    Unknown,

    /// <summary>The members decide by JoinGroup and SyncGroup. Brokers before Kafka 3.8 know only this one and do not say it.</summary>
    Classic,

    /// <summary>The broker decides who has what (KIP-848).</summary>
    Consumer,

    /// <summary>Members share partitions (KIP-932).</summary>
    Share,

    /// <summary>Kafka Streams by the new protocol (KIP-1071).</summary>
    Streams,
}
