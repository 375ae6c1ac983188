using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>A frame on its way to a client: a header and a body; without a header the answer to a connect request.</summary>
/// <param name="HasHeader">A header stands before the body.</param>
/// <param name="Xid">Of the header: the client's number for the request.</param>
/// <param name="Zxid">Of the header.</param>
/// <param name="Error">Of the header.</param>
/// <param name="Body">What follows; null for nothing.</param>
/// <param name="Size">About how many bytes the body takes; 0 for few.</param>
internal readonly record struct Outgoing(bool HasHeader, int Xid, long Zxid, KeeperError Error, IRecord? Body, long Size = 0);
