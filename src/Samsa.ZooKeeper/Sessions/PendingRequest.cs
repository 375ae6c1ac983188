using Samsa.ZooKeeper.Operations;

namespace Samsa.ZooKeeper.Sessions;

/// <summary>A request that waits to be sent or answered. One thread completes it.</summary>
internal abstract class PendingRequest(Operation operation)
{
    internal Operation Operation => operation;

    /// <summary>The number under which it was sent.</summary>
    internal int Xid { get; set; }

    /// <summary>It was answered. Called by the loop that reads the connection, in the order of answers and events.</summary>
    /// <param name="error">What the header says.</param>
    /// <param name="body">What follows the header.</param>
    /// <param name="chroot">The client's root.</param>
    /// <exception cref="Samsa.Protocol.Wire.ProtocolViolationException">The body is not what the operation is answered with.</exception>
    internal abstract void Answer(KeeperError error, ReadOnlyMemory<byte> body, Chroot chroot);

    /// <summary>It will not be answered.</summary>
    internal abstract void Fail(KeeperError error);
}
