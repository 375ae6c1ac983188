namespace Samsa.Client.Consumer;

/// <summary>What a search in a partition found.</summary>
/// <param name="Offset">The offset of the record.</param>
/// <param name="Timestamp">Its timestamp in ms since 1970, -1 when the search was for an end of the log.</param>
/// <param name="LeaderEpoch">The leader epoch of the record, -1 when the broker is too old to say.</param>
public readonly record struct OffsetAndTimestamp(long Offset, long Timestamp, int LeaderEpoch);
