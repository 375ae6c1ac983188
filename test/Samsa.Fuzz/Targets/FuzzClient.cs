using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Requests;

namespace Samsa.Fuzz.Targets;

/// <summary>A client of the ZooKeeper server without a socket: keeps what it is told.</summary>
internal sealed class FuzzClient : IClientConnection
{
    public IReadOnlyList<AclId> Identities { get; } = [new() { Scheme = "ip", Id = "127.0.0.1" }];

    public long SessionId { get; private set; }

    public bool IsClosed { get; private set; }

    public int Events { get; private set; }

    public List<(int Xid, KeeperError Error, IRecord? Body)> Answers { get; } = [];

    public void Send(int xid, long zxid, KeeperError error, IRecord? body) => Answers.Add((xid, error, body));

    public void OnEvent(WatchEventType type, string path, long zxid, List<Acl> acl) => Events++;

    public void OnSession(long sessionId, int timeout) => SessionId = sessionId;

    public void Close() => IsClosed = true;
}
