namespace Samsa.Broker.Metadata.Znodes;

/// <summary>The tree of nodes, as the metadata sees it: an ensemble of ZooKeeper servers, or a tree in memory in tests.</summary>
internal interface IZnodeStore : IAsyncDisposable
{
    /// <summary>Connects, and from now on tells <paramref name="listener"/>.</summary>
    void Start(IZnodeListener listener);

    /// <summary>
    /// Sends all of a round at once and returns when all is answered, with the outcomes filled in. A lost connection is no
    /// exception: the round says so.
    /// </summary>
    Task ExecuteAsync(ZnodeRound round);
}
