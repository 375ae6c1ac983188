namespace Samsa.Client.Admin;

/// <summary>In which state a group is.</summary>
public enum GroupState
{
    /// <summary>The broker did not say (before Kafka 2.6, KIP-518), or used a word that this client does not know.</summary>
    Unknown,

    /// <summary>Nobody is a member; the group exists because of its offsets.</summary>
    Empty,

    /// <summary>A classic group waits for its members to join.</summary>
    PreparingRebalance,

    /// <summary>A classic group waits for its leader's assignment.</summary>
    CompletingRebalance,

    /// <summary>Every member has what it was assigned.</summary>
    Stable,

    /// <summary>A group of the new protocol computes who is to have what (KIP-848).</summary>
    Assigning,

    /// <summary>Members of a group of the new protocol still have to give up or take partitions (KIP-848).</summary>
    Reconciling,

    /// <summary>There is no such group, or not for long any more.</summary>
    Dead,

    /// <summary>A streams group that lacks topics (KIP-1071).</summary>
    NotReady,
}
