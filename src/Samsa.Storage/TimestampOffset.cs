namespace Samsa.Storage;

/// <summary>A record found by its time.</summary>
/// <param name="Timestamp">Milliseconds since 1970, -1 for "none".</param>
/// <param name="Offset">The offset of the record.</param>
/// <param name="LeaderEpoch">The leader epoch of the record's batch, null when it has none.</param>
public readonly record struct TimestampOffset(long Timestamp, long Offset, int? LeaderEpoch = null);
