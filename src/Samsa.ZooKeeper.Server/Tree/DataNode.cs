using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>
/// A node of the tree: data, number of its ACL, stat, its children. The array of data is never changed in place, so an
/// answer may hold on to it. Everything else belongs to whoever holds the server's lock.
/// </summary>
internal sealed class DataNode(byte[]? data, long acl)
{
    internal NodeStat Stat;

    internal byte[]? Data { get; set; } = data;

    /// <summary>The number of the ACL in the <see cref="AclCache"/>.</summary>
    internal long Acl { get; set; } = acl;

    /// <summary>
    /// The paths of the children, the same strings under which the tree has them: names would be as many strings more. Null while there
    /// never was one.
    /// </summary>
    internal HashSet<string>? ChildPaths { get; private set; }

    internal int ChildCount => ChildPaths?.Count ?? 0;

    internal void AddChild(string path) => (ChildPaths ??= new(StringComparer.Ordinal)).Add(path);

    internal void RemoveChild(string path) => ChildPaths?.Remove(path);

    /// <summary>The names of the children, in no order.</summary>
    internal List<string> ChildNames()
    {
        var names = new List<string>(ChildCount);
        foreach (var path in ChildPaths ?? [])
        {
            names.Add(NodePath.NameOf(path));
        }

        return names;
    }

    internal Stat ToStat(bool extended) => Stat.ToStat(extended, Data?.Length ?? 0, ChildCount);
}
