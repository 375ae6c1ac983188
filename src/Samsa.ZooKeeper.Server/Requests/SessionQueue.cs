namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// The requests of one session that wait, so that its answers keep their order: reads wait for the session's own writes, and
/// everything for a read that waits. Belongs to the <see cref="RequestPipeline"/>.
/// </summary>
internal sealed class SessionQueue
{
    /// <summary>The connection that the session goes on with; null while it has none.</summary>
    internal IClientConnection? Connection { get; set; }

    /// <summary>Writes that are prepared and not yet applied.</summary>
    internal int UnderWay { get; set; }

    internal Queue<ClientRequest> Waiting { get; } = new();
}
