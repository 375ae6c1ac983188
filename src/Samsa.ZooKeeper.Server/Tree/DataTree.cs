using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Quotas;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>
/// Owns the nodes, their ACLs and the lists of ephemeral, container and TTL nodes. Whoever holds the server's lock enters; no IO.
/// Lives as long as the server. Applying never throws for what a log may hold: a snapshot is taken while the tree changes, and
/// the log after it tells again what the snapshot has already, so every transaction may find its work done.
/// </summary>
internal sealed partial class DataTree
{
    private readonly Dictionary<string, DataNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<long, HashSet<string>> _ephemerals = [];
    private readonly HashSet<string> _containers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ttlNodes = new(StringComparer.Ordinal);
    private readonly QuotaTable _quotas;
    private readonly bool _extendedTypes;

    /// <summary>The tree of a new server: the root and the nodes below /zookeeper.</summary>
    /// <param name="extendedTypes"><c>extendedTypesEnabled</c>: nodes with a time to live.</param>
    internal DataTree(bool extendedTypes)
    {
        _extendedTypes = extendedTypes;
        _quotas = new QuotaTable(this);
        AddSpecialNodes();
    }

    /// <summary>Is told what happens; null while a log is replayed.</summary>
    internal ITreeObserver? Observer { get; set; }

    internal AclCache Acls { get; } = new();

    internal QuotaTable Quotas => _quotas;

    /// <summary>The newest transaction that is in the tree.</summary>
    internal long LastProcessedZxid { get; set; }

    internal int NodeCount => _nodes.Count;

    /// <summary>The number that operators are told: Apache ZooKeeper has the root twice, as "/" and as "".</summary>
    internal int ToldNodeCount => _nodes.Count + 1;

    internal int EphemeralCount { get; private set; }

    /// <summary>Bytes of all data and characters of all paths, maintained with every change.</summary>
    internal long DataSize { get; private set; }

    internal IReadOnlyCollection<string> Containers => _containers;

    internal IReadOnlyCollection<string> TtlNodes => _ttlNodes;

    internal IReadOnlyDictionary<string, DataNode> Nodes => _nodes;

    internal IReadOnlyDictionary<long, HashSet<string>> Ephemerals => _ephemerals;

    internal DataNode? Find(string path) => _nodes.GetValueOrDefault(path);

    /// <summary>The ACL of a node. A number that nobody knows allows nothing to anybody.</summary>
    internal List<Acl> AclOf(DataNode node) => Acls.Find(node.Acl) ?? NobodyAcl;

    /// <summary>The stat of a node as clients see it.</summary>
    internal Stat StatOf(DataNode node) => node.ToStat(_extendedTypes);

    internal IReadOnlyCollection<string> EphemeralsOf(long session) =>
        _ephemerals.TryGetValue(session, out var paths) ? paths : [];

    /// <summary>The number of all nodes below a path.</summary>
    internal int CountBelow(string path)
    {
        if (path == NodePath.Root)
        {
            return _nodes.Count - 1;
        }

        var count = 0;
        var open = new Stack<string>();
        open.Push(path);
        while (open.TryPop(out var next))
        {
            if (_nodes.TryGetValue(next, out var node) && node.ChildPaths is { } children)
            {
                count += children.Count;
                foreach (var child in children)
                {
                    open.Push(child);
                }
            }
        }

        return count;
    }

    /// <summary>
    /// Makes a node. Of one that is there already (see above) only an unknown ACL is made good.
    /// <paramref name="parentCversion"/> is what the parent's count of creations becomes at least, -1 for one more than it is.
    /// </summary>
    internal KeeperError Create(string path, byte[]? data, List<Acl>? acl, long owner, int parentCversion, long zxid, long time)
    {
        if (!_nodes.TryGetValue(NodePath.ParentOf(path), out var parent))
        {
            return KeeperError.NoNode;
        }

        if (parentCversion == -1)
        {
            parentCversion = parent.Stat.Cversion + 1;
        }

        if (_nodes.TryGetValue(path, out var existing))
        {
            if (Acls.Find(existing.Acl) is null)
            {
                existing.Acl = Acls.Use(acl);
            }

            RaiseCversion(parent, parentCversion, zxid);
            return KeeperError.NodeExists;
        }

        RaiseCversion(parent, parentCversion, zxid);
        var node = new DataNode(data, Acls.Use(acl)) { Stat = NodeStat.Created(zxid, time, owner) };
        parent.AddChild(path);
        Add(path, node);
        _quotas.OnCreated(path, data);
        Observer?.OnChange(WatchEventType.NodeCreated, path, zxid, AclOf(node));
        Observer?.OnChange(WatchEventType.NodeChildrenChanged, NodePath.ParentOf(path), zxid, AclOf(parent));
        return KeeperError.Ok;
    }

    /// <summary>Deletes a node; whether it may be deleted was asked before.</summary>
    internal KeeperError Delete(string path, long zxid)
    {
        if (!_nodes.TryGetValue(NodePath.ParentOf(path), out var parent))
        {
            return KeeperError.NoNode;
        }

        // Also when the node is gone already: a snapshot may have been taken between the two.
        parent.Stat.Pzxid = Math.Max(parent.Stat.Pzxid, zxid);
        parent.RemoveChild(path);
        if (!_nodes.TryGetValue(path, out var node))
        {
            return KeeperError.NoNode;
        }

        if (node.ChildCount > 0)
        {
            // Only while a log is replayed: children that came after the node was deleted and made anew. The snapshot saw them, and the log
            // tells of them again. Left here, they would be in the tree and not among their new parent's children.
            foreach (var child in node.ChildPaths!.ToArray())
            {
                Delete(child, zxid);
            }
        }

        _nodes.Remove(path);

        var acl = AclOf(node);
        Acls.Release(node.Acl);
        DataSize -= path.Length + (node.Data?.Length ?? 0);
        Disown(path, node.Stat.EphemeralOwner);
        _quotas.OnDeleted(path, node.Data);
        Observer?.OnChange(WatchEventType.NodeDeleted, path, zxid, acl);
        Observer?.OnChange(WatchEventType.NodeChildrenChanged, NodePath.ParentOf(path), zxid, AclOf(parent));
        return KeeperError.Ok;
    }

    /// <summary>Replaces the data of a node.</summary>
    internal KeeperError SetData(string path, byte[]? data, int version, long zxid, long time)
    {
        if (!_nodes.TryGetValue(path, out var node))
        {
            return KeeperError.NoNode;
        }

        _quotas.OnDataSet(path, node.Data, data);
        ReplaceData(node, data);
        node.Stat.Mtime = time;
        node.Stat.Mzxid = zxid;
        node.Stat.Version = version;
        Observer?.OnChange(WatchEventType.NodeDataChanged, path, zxid, AclOf(node));
        return KeeperError.Ok;
    }

    /// <summary>Replaces data beside any transaction: the server's own counters below /zookeeper/quota.</summary>
    internal void ReplaceData(DataNode node, byte[]? data)
    {
        DataSize += (data?.Length ?? 0) - (node.Data?.Length ?? 0);
        node.Data = data;
    }

    /// <summary>Replaces the ACL of a node.</summary>
    internal KeeperError SetAcl(string path, List<Acl>? acl, int version)
    {
        if (!_nodes.TryGetValue(path, out var node))
        {
            return KeeperError.NoNode;
        }

        Acls.Release(node.Acl);
        node.Stat.Aversion = version;
        node.Acl = Acls.Use(acl);
        return KeeperError.Ok;
    }

    /// <summary>Begins anew, for a snapshot that brings all nodes itself.</summary>
    internal void Clear()
    {
        _nodes.Clear();
        _ephemerals.Clear();
        _containers.Clear();
        _ttlNodes.Clear();
        EphemeralCount = 0;
        DataSize = 0;
    }

    /// <summary>Puts a node of a snapshot into its place; its parent came before. Returns false when it did not.</summary>
    internal bool Restore(string path, DataNode node)
    {
        if (path != NodePath.Root)
        {
            if (!_nodes.TryGetValue(NodePath.ParentOf(path), out var parent))
            {
                return false;
            }

            parent.AddChild(path);
        }

        node.Acl = Acls.UseNumber(node.Acl);
        Add(path, node);
        return true;
    }

    /// <summary>Adds what every tree has and an old snapshot may lack.</summary>
    internal void AddSpecialNodes()
    {
        Special(NodePath.Root, AclCache.OpenUnsafe);
        Special(NodePath.ZooKeeper, AclCache.OpenUnsafe);
        Special(NodePath.Quota, AclCache.OpenUnsafe);
        if (!_nodes.ContainsKey(NodePath.Config))
        {
            Special(NodePath.Config, Acls.Use([AclCache.World(AclPermissions.Read)]));
            _nodes[NodePath.Config].Stat.Aversion = -1;
        }
    }

    private static readonly List<Acl> NobodyAcl = [new Acl { Perms = 0, Id = new AclId { Scheme = "world", Id = "anyone" } }];

    private static void RaiseCversion(DataNode parent, int cversion, long zxid)
    {
        if (cversion > parent.Stat.Cversion)
        {
            parent.Stat.Cversion = cversion;
            parent.Stat.Pzxid = zxid;
        }
    }

    private void Special(string path, long acl)
    {
        if (!_nodes.TryAdd(path, new DataNode([], acl)))
        {
            return;
        }

        DataSize += path.Length;
        if (path != NodePath.Root)
        {
            _nodes[NodePath.ParentOf(path)].AddChild(path);
        }
    }

    private void Add(string path, DataNode node)
    {
        _nodes[path] = node;
        DataSize += path.Length + (node.Data?.Length ?? 0);
        var owner = node.Stat.EphemeralOwner;
        if (owner == EphemeralOwners.Container)
        {
            _containers.Add(path);
        }
        else if (EphemeralOwners.IsTtl(owner, _extendedTypes))
        {
            _ttlNodes.Add(path);
        }
        else if (owner != 0)
        {
            if (!_ephemerals.TryGetValue(owner, out var paths))
            {
                _ephemerals.Add(owner, paths = new(StringComparer.Ordinal));
            }

            paths.Add(path);
            EphemeralCount++;
        }
    }

    private void Disown(string path, long owner)
    {
        if (owner == EphemeralOwners.Container)
        {
            _containers.Remove(path);
        }
        else if (EphemeralOwners.IsTtl(owner, _extendedTypes))
        {
            _ttlNodes.Remove(path);
        }
        else if (owner != 0 && _ephemerals.TryGetValue(owner, out var paths) && paths.Remove(path))
        {
            EphemeralCount--;
            if (paths.Count == 0)
            {
                _ephemerals.Remove(owner);
            }
        }
    }
}
