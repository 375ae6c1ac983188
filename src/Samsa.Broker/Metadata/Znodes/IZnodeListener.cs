namespace Samsa.Broker.Metadata.Znodes;

/// <summary>Hears of changes in the tree and of the session. Called from any thread, one call at a time; must not wait.</summary>
internal interface IZnodeListener
{
    /// <summary>A watched node was made, changed or deleted, or its list of children changed.</summary>
    void OnChanged(string path);

    /// <summary>There is a connection, with this session: the one from before, or a new one.</summary>
    void OnConnected(long session);

    /// <summary>There will never be a connection again.</summary>
    void OnFailed(Exception failure);
}
