namespace Samsa.Broker.Groups;

/// <summary>
/// Records to append together, and what comes back to the groups when they are committed. With a receipt they are one batch, as a
/// whole in the log or not at all; without one (tombstones) they may be split where a batch would grow too large.
/// </summary>
internal sealed record GroupStore(IReadOnlyList<GroupRecord> Records, GroupReceipt? Receipt);
