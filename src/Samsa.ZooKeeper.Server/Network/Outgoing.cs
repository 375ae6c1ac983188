using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Network;

/// <summary>A frame on its way to a client: a header and a body; without a header the answer to a connect request.</summary>
internal readonly record struct Outgoing(bool HasHeader, int Xid, long Zxid, KeeperError Error, IRecord? Body);
