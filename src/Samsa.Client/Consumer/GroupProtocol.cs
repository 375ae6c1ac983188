namespace Samsa.Client.Consumer;

/// <summary>How the members of a group agree who reads what (<c>group.protocol</c>).</summary>
public enum GroupProtocol
{
    /// <summary>One of the members shares the partitions out, and all wait for each other (JoinGroup, SyncGroup).</summary>
    Classic,

    /// <summary>The coordinator shares the partitions out, and moves them one by one (KIP-848). Brokers have it from Kafka 4.0 on.</summary>
    Consumer,
}
