namespace Samsa.ZooKeeper.Local;

/// <summary>A session with a server in the same process. Any thread.</summary>
public interface ILocalSession
{
    /// <summary>The session's id.</summary>
    long Id { get; }

    /// <summary>What another client needs to go on with the session.</summary>
    ReadOnlyMemory<byte> Password { get; }

    /// <summary>
    /// Puts requests behind all others. Those that change something are written to the log together, with one fsync where nothing is
    /// under way. Each is answered once, in the order of the list, some of them before this returns; with ConnectionLoss when the
    /// session has no connection any more.
    /// </summary>
    void Send(IReadOnlyList<LocalRequest> requests);

    /// <summary>Ends the session, with its ephemeral nodes. Returns when that is durable, or when the server is at its end.</summary>
    Task EndAsync();
}
