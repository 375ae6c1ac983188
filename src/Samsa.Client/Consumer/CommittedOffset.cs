namespace Samsa.Client.Consumer;

/// <summary>What a group keeps for a partition.</summary>
/// <param name="Offset">The offset of the record that comes next.</param>
/// <param name="LeaderEpoch">The leader epoch of the record before, -1 for unknown: with it a truncated log is noticed (KIP-320).</param>
/// <param name="Metadata">Text of whoever committed; null is the empty text.</param>
public readonly record struct CommittedOffset(long Offset, int LeaderEpoch = -1, string? Metadata = null);
