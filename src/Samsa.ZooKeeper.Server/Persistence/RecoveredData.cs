using Samsa.ZooKeeper.Server.Tree;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>What a data directory held.</summary>
/// <param name="Tree">The tree with every durable transaction applied.</param>
/// <param name="Sessions">The time-outs in ms of the sessions that were open.</param>
/// <param name="SnapshotZxid">The snapshot it began with, -1 without one.</param>
/// <param name="Replayed">The number of transactions that came from the log.</param>
/// <param name="TornBytes">Bytes cut from the end of the log, of transactions that were never answered.</param>
internal sealed record RecoveredData(DataTree Tree, Dictionary<long, int> Sessions, long SnapshotZxid, long Replayed, long TornBytes);
