namespace Samsa.Storage.Inspection;

/// <summary>A batch that a snapshot remembers of a producer.</summary>
/// <param name="FirstSequence">The sequence of its first record.</param>
/// <param name="LastSequence">The sequence of its last record.</param>
/// <param name="LastOffset">The offset of its last record.</param>
/// <param name="OffsetDelta">The last offset minus the first.</param>
/// <param name="Timestamp">Its largest timestamp, ms since 1970.</param>
public sealed record StoredBatch(int FirstSequence, int LastSequence, long LastOffset, int OffsetDelta, long Timestamp);
