using Samsa.Protocol;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// One assigned partition. Everything in it is guarded by <see cref="Assignment.Gate"/>. What was fetched or asked for an older
/// <see cref="Generation"/> is thrown away.
/// </summary>
internal sealed class PartitionState(TopicPartition id)
{
    public TopicPartition Id => id;

    /// <summary>Grows whenever the position is changed from outside: seek, pause, reset, failure.</summary>
    public int Generation { get; set; }

    /// <summary>Grows when somebody else says where to go on: a seek, the group, a reset. A pause or a failure does not.</summary>
    public int Moves { get; set; }

    public PartitionPhase Phase { get; set; }

    /// <summary>What a reset looks for: <see cref="TopicPartitionOffset.Beginning"/>, <see cref="TopicPartitionOffset.End"/> or a time in ms since 1970; 0 when it was never said.</summary>
    public long ResetTo { get; set; }

    /// <summary>The offset that the caller gets next, -1 while it is not known.</summary>
    public long Position { get; set; } = -1;

    /// <summary>The leader epoch of the record before <see cref="Position"/>, -1 for unknown.</summary>
    public int PositionEpoch { get; set; } = -1;

    /// <summary>Whether the group has not said yet where to begin.</summary>
    public bool AwaitsCommitted { get; set; }

    /// <summary>Up to where the caller is done, -1 for nowhere; committed automatically.</summary>
    public long StoredOffset { get; set; } = -1;

    /// <summary>The leader epoch of the record before <see cref="StoredOffset"/>, -1 for unknown.</summary>
    public int StoredEpoch { get; set; } = -1;

    /// <summary>Whether records were handed out that the caller may not be done with.</summary>
    public bool IsHandedOut { get; set; }

    /// <summary>The offset that is fetched next; ahead of <see cref="Position"/> by what is queued.</summary>
    public long FetchOffset { get; set; } = -1;

    /// <summary>The leader epoch of the record before <see cref="FetchOffset"/>, -1 for unknown.</summary>
    public int FetchEpoch { get; set; } = -1;

    public bool Paused { get; set; }

    public Guid TopicId { get; set; }

    public int Leader { get; set; } = -1;

    public int LeaderEpoch { get; set; } = -1;

    /// <summary>A follower that the leader named as nearer (KIP-392), -1 for none.</summary>
    public int PreferredReplica { get; set; } = -1;

    /// <summary>When <see cref="PreferredReplica"/> is asked of the leader again, as a timestamp of the clock.</summary>
    public long PreferredUntil { get; set; }

    /// <summary>When the partition may be asked for again after a failure, as a timestamp of the clock; 0 for at once.</summary>
    public long NotBefore { get; set; }

    /// <summary>The failures in a row, for the back-off.</summary>
    public int Failures { get; set; }

    public long HighWatermark { get; set; } = -1;

    public long LastStableOffset { get; set; } = -1;

    public long LogStartOffset { get; set; } = -1;

    /// <summary>The broker to fetch from.</summary>
    public int FetchNode => PreferredReplica >= 0 ? PreferredReplica : Leader;
}
