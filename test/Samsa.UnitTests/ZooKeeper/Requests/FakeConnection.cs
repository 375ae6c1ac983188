using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Requests;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>A client without a socket: keeps what it is told, in order.</summary>
internal sealed class FakeConnection : IClientConnection
{
    public List<AclId> Ids { get; } = [new() { Scheme = "ip", Id = "127.0.0.1" }];

    public IReadOnlyList<AclId> Identities => Ids;

    public bool IsInProcess { get; init; }

    /// <summary>What comes after the end is dropped, as by a connection over a socket, and is no mistake.</summary>
    public bool TakesAll { get; init; }

    public long SessionId { get; private set; } = -1;

    public int Timeout { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Answers (the xid) and events (the path with a mark) as they came.</summary>
    public List<string> Heard { get; } = [];

    public List<(int Xid, long Zxid, KeeperError Error, IRecord? Body)> Answers { get; } = [];

    public List<(WatchEventType Type, string Path)> Events { get; } = [];

    public void Send(int xid, long zxid, KeeperError error, IRecord? body)
    {
        Assert.False(IsClosed && !TakesAll, "an answer after the end");
        Answers.Add((xid, zxid, error, body));
        Heard.Add($"answer {xid}");
    }

    public void OnEvent(WatchEventType type, string path, long zxid, List<Acl> acl)
    {
        Events.Add((type, path));
        Heard.Add($"{type} {path}");
    }

    public void OnSession(long sessionId, int timeout) => (SessionId, Timeout) = (sessionId, timeout);

    public void Close() => IsClosed = true;
}
