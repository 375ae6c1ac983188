namespace Samsa.ZooKeeper.Local;

/// <summary>
/// A ZooKeeper server in the same process. What a connection costs (frames, loops that read and send, a sign of life now and then) is saved: requests and
/// answers are handed over as they are. They have the same order and mean the same as over a connection.
/// </summary>
public interface ILocalServer
{
    /// <summary>Ends with an exception when nothing can be kept any more: the disk failed. Every session's connection ends before.</summary>
    Task Failed { get; }

    /// <summary>
    /// Begins a session, or goes on with one that was not ended. It lives as long as the process and does not expire, unless another
    /// client takes it over or ends it.
    /// </summary>
    /// <param name="client">Hears of events.</param>
    /// <param name="timeout">How long the session outlives the process.</param>
    /// <param name="sessionId">A session from before; 0 for a new one.</param>
    /// <param name="password">The password of the session from before.</param>
    /// <returns>Null: there is no such session any more.</returns>
    ILocalSession? Open(ILocalClient client, TimeSpan timeout, long sessionId = 0, ReadOnlyMemory<byte> password = default);
}
