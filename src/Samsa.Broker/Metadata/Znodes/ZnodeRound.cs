using Samsa.ZooKeeper;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary>
/// What is sent together, without waiting in between: the writes in their order, then the reads. ZooKeeper executes what one session
/// sends in the order in which it was sent; a write that fails does not keep the next ones from being tried.
/// </summary>
internal sealed class ZnodeRound
{
    public List<ZnodeWrite> Writes { get; } = [];

    public List<ZnodeRead> Reads { get; } = [];

    /// <summary>The connection or the session ended before everything was answered: of the rest nobody knows what became of it.</summary>
    public bool IsLost { get; set; }

    /// <summary>The error tells of the connection or the session, not of a node: of the request nobody knows what became of it.</summary>
    public static bool IsLoss(KeeperError error) => error is KeeperError.ConnectionLoss or KeeperError.OperationTimeout
        or KeeperError.SessionExpired or KeeperError.SessionMoved or KeeperError.AuthFailed;

    /// <summary>What a read was to find is not known: a server that is at fault or too busy must not be taken for an empty tree.</summary>
    public static bool IsUnread(KeeperError error) =>
        error is not (KeeperError.Ok or KeeperError.NoNode or KeeperError.NoAuth or KeeperError.BadArguments);

    public ZnodeWrite Write(params ZnodeOperation[] operations)
    {
        var write = new ZnodeWrite(operations);
        Writes.Add(write);
        return write;
    }

    public ZnodeRead Get(string path, bool watch = false)
    {
        var read = new ZnodeRead(path, children: false, watch);
        Reads.Add(read);
        return read;
    }

    public ZnodeRead Children(string path, bool watch = false)
    {
        var read = new ZnodeRead(path, children: true, watch);
        Reads.Add(read);
        return read;
    }
}
