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
    public static bool IsLoss(KeeperError error)
    {
        // Codes above it are of a connection.
        const int ApiError = -100;
        return error is KeeperError.SessionExpired or KeeperError.SessionMoved or KeeperError.AuthFailed
            || (error != KeeperError.Ok && (int)error > ApiError && error != KeeperError.RuntimeInconsistency);
    }

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
