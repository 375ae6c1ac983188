using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Watches;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>A client's connection, as the pipeline sees it. All is called with the server's lock held and must not block.</summary>
internal interface IClientConnection : IWatcher
{
    /// <summary>The identities that the client proved, its address first.</summary>
    IReadOnlyList<AclId> Identities { get; }

    /// <summary>The client lives in this process: as long as it does not end its session, neither does time.</summary>
    bool IsInProcess => false;

    /// <summary>Puts an answer behind everything that was sent before. <paramref name="body"/> does not change any more.</summary>
    void Send(int xid, long zxid, KeeperError error, IRecord? body);

    /// <summary>The session is there: the client is told so. Null: there is none for it, and the connection ends after saying so.</summary>
    void OnSession(long sessionId, int timeout);

    /// <summary>Ends the connection after what was sent before.</summary>
    void Close();
}
