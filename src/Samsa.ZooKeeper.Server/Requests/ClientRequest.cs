namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>A request as it came from a client.</summary>
/// <param name="Connection">Where the answer goes.</param>
/// <param name="SessionId">The session that asks.</param>
/// <param name="Xid">The client's number for the request.</param>
/// <param name="Type">The operation; any number that a client may have sent.</param>
/// <param name="Body">The bytes after the header. They stay as they are until the request is answered.</param>
internal sealed record ClientRequest(IClientConnection Connection, long SessionId, int Xid, OpCode Type, ReadOnlyMemory<byte> Body);
