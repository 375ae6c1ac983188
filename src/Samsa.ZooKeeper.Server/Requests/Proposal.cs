using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// A transaction on its way: prepared, and then to be logged, committed and applied. Without a header it is a place in the order
/// (of a sync), for which nothing is logged.
/// </summary>
/// <param name="Header">The header of the transaction; null for a place in the order.</param>
/// <param name="Txn">Its record. Not changed any more.</param>
/// <param name="Request">The request to answer; null for what the server does by itself.</param>
internal sealed record Proposal(TxnHeader? Header, IRecord? Txn, ClientRequest? Request);
