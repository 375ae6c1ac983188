namespace Samsa.Broker.Groups;

/// <summary>How far a group has come in one partition.</summary>
/// <param name="Offset">The offset of the next record to read.</param>
/// <param name="LeaderEpoch">The epoch of the leader at the last record read, -1 if unknown (KIP-320).</param>
/// <param name="Metadata">Free text of the client.</param>
/// <param name="CommitTimestamp">When it was committed, in ms since 1970.</param>
/// <param name="ExpireTimestamp">When it expires, in ms since 1970; -1 leaves that to <c>offsets.retention.minutes</c> (KIP-211).</param>
internal sealed record CommittedOffset(long Offset, int LeaderEpoch, string Metadata, long CommitTimestamp, long ExpireTimestamp = -1);
