namespace Samsa.Client.Consumer.Fetching;

/// <summary>What has to happen next with an assigned partition.</summary>
internal enum PartitionPhase
{
    /// <summary>The offset that the group committed has to be asked for (OffsetFetch).</summary>
    Committed,

    /// <summary>Its offset has to be asked for (ListOffsets).</summary>
    Resetting,

    /// <summary>Its leader has changed: whether the log still holds what was read has to be asked (OffsetForLeaderEpoch, KIP-320).</summary>
    Validating,

    /// <summary>It is fetched.</summary>
    Fetching,

    /// <summary>The caller has to hear of a failure first.</summary>
    Failed,
}
