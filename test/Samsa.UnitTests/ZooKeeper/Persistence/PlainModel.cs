using System.Globalization;
using Samsa.ZooKeeper;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>
/// ZooKeeper in the plainest words: one operation after the other on a dictionary. Knows nothing of logs, snapshots or of what is
/// under way. Each call is one transaction.
/// </summary>
internal sealed class PlainModel
{
    public SortedDictionary<string, ModelNode> Nodes { get; } = new(StringComparer.Ordinal) { [""] = new() };

    public HashSet<int> OpenSessions { get; } = [];

    /// <summary>The number of the last transaction.</summary>
    public long Zxid { get; private set; }

    public void OpenSession(int session)
    {
        Zxid++;
        OpenSessions.Add(session);
    }

    public void CloseSession(int session)
    {
        Zxid++;
        OpenSessions.Remove(session);
        foreach (var path in Nodes.Where(node => node.Value.Owner == session).Select(node => node.Key).ToArray())
        {
            Remove(path);
        }
    }

    public (KeeperError Error, string Path) Create(int session, string path, string data, bool ephemeral, bool sequential, bool ownTransaction = true)
    {
        Zxid += ownTransaction ? 1 : 0;
        var parentPath = path[..path.LastIndexOf('/')];
        if (!Nodes.TryGetValue(parentPath, out var parent))
        {
            return (KeeperError.NoNode, path);
        }

        path += sequential ? parent.Created.ToString("D10", CultureInfo.InvariantCulture) : "";
        if (Nodes.ContainsKey(path))
        {
            return (KeeperError.NodeExists, path);
        }

        if (parent.Owner != 0)
        {
            return (KeeperError.NoChildrenForEphemerals, path);
        }

        parent.Created++;
        parent.Pzxid = Zxid;
        Nodes.Add(path, new ModelNode { Data = data, Owner = ephemeral ? session : 0, Czxid = Zxid, Mzxid = Zxid, Pzxid = Zxid });
        return (KeeperError.Ok, path);
    }

    public KeeperError Delete(string path, int version, bool ownTransaction = true)
    {
        Zxid += ownTransaction ? 1 : 0;
        if (!Nodes.TryGetValue(path, out var node))
        {
            return KeeperError.NoNode;
        }

        if (version != -1 && version != node.Version)
        {
            return KeeperError.BadVersion;
        }

        if (Nodes.Keys.Any(other => other.StartsWith(path + "/", StringComparison.Ordinal)))
        {
            return KeeperError.NotEmpty;
        }

        Remove(path);
        return KeeperError.Ok;
    }

    public KeeperError SetData(string path, string data, int version, bool ownTransaction = true)
    {
        Zxid += ownTransaction ? 1 : 0;
        if (!Nodes.TryGetValue(path, out var node))
        {
            return KeeperError.NoNode;
        }

        if (version != -1 && version != node.Version)
        {
            return KeeperError.BadVersion;
        }

        (node.Data, node.Mzxid) = (data, Zxid);
        node.Version++;
        return KeeperError.Ok;
    }

    public KeeperError SetAcl(string path, int permissions)
    {
        Zxid++;
        if (!Nodes.TryGetValue(path, out var node))
        {
            return KeeperError.NoNode;
        }

        node.Permissions = permissions;
        node.Aversion++;
        return KeeperError.Ok;
    }

    /// <summary>Two operations, both or none; returns the error of the one that failed.</summary>
    public KeeperError CreateAndSet(string created, string set, int version)
    {
        Zxid++;
        var before = Nodes.ToDictionary(node => node.Key, node => node.Value.Copy());
        var error = Create(0, created, "multi", false, false, ownTransaction: false).Error;
        error = error == KeeperError.Ok ? SetData(set, "multi", version, ownTransaction: false) : error;
        if (error != KeeperError.Ok)
        {
            Nodes.Clear();
            foreach (var (path, node) in before)
            {
                Nodes.Add(path, node);
            }
        }

        return error;
    }

    private void Remove(string path)
    {
        Nodes.Remove(path);
        Nodes[path[..path.LastIndexOf('/')]].Pzxid = Zxid;
    }
}
