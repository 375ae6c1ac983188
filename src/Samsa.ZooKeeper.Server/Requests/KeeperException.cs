namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// How the checks of one request leave their depth: the request fails with <see cref="Error"/>. It never leaves the pipeline, and
/// costs no stack trace to speak of beside the transaction that a failed write still logs.
/// </summary>
internal sealed class KeeperException(KeeperError error) : Exception
{
    internal KeeperError Error { get; } = error;
}
