namespace Samsa.Broker.Metadata.Znodes;

/// <summary>The tree of nodes, as the metadata sees it: an ensemble of ZooKeeper servers, or a tree in memory in tests.</summary>
internal interface IZnodeStore : IAsyncDisposable
{
    /// <summary>Connects, and from now on tells <paramref name="listener"/>.</summary>
    void Start(IZnodeListener listener);

    /// <summary>Returns when there is a connection, and when there will never be one again.</summary>
    Task WaitConnectedAsync();

    /// <summary>
    /// Sends all of a round at once and returns when all is answered, with the outcomes filled in. A connection that is lost, or
    /// not there, is no exception: the round says so.
    /// </summary>
    Task ExecuteAsync(ZnodeRound round);
}
