using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>What applying a transaction came to.</summary>
/// <param name="Type">The operation, <see cref="OpCode.Error"/> for a request that had failed before.</param>
/// <param name="Error">Why nothing changed.</param>
/// <param name="Path">The node that was made or changed.</param>
/// <param name="Stat">Its stat afterwards, where the answer needs one.</param>
/// <param name="Parts">The results of the parts of a multi.</param>
internal sealed record TxnResult(OpCode Type, KeeperError Error, string? Path = null, Stat? Stat = null, List<TxnResult>? Parts = null);
