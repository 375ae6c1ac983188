namespace Samsa.ZooKeeper.Local;

/// <summary>The owner of an <see cref="ILocalSession"/>. Called with the server's lock held: it must neither block nor send.</summary>
public interface ILocalClient
{
    /// <summary>A watch that was set by a request has something to tell, before any answer that shows the change.</summary>
    void OnEvent(WatchEventType type, string path);

    /// <summary>Another client took the session over, or ended it, or the server failed. What was not answered failed with ConnectionLoss.</summary>
    void OnClosed();
}
