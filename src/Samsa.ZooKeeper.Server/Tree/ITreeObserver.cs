using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>Is told what happens to the tree, in the order in which it happens.</summary>
internal interface ITreeObserver
{
    /// <summary>Something happened at <paramref name="path"/>.</summary>
    /// <param name="type">What happened.</param>
    /// <param name="path">The node; for a change of children their parent.</param>
    /// <param name="zxid">The transaction that did it.</param>
    /// <param name="acl">The ACL of the node, of a deleted one the last: who may not read it, is not told.</param>
    void OnChange(WatchEventType type, string path, long zxid, List<Acl> acl);
}
