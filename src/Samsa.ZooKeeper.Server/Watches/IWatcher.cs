using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Watches;

/// <summary>A connection, as far as watches know it.</summary>
internal interface IWatcher
{
    /// <summary>Puts an event behind everything that was sent before. Called with the server's lock held; must not block.</summary>
    void OnEvent(WatchEventType type, string path, long zxid, List<Acl> acl);
}
