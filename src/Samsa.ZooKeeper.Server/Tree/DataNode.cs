using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>
/// A node of the tree: data, number of its ACL, stat, names of its children. The array of data is never changed in place, so an
/// answer may hold on to it. Everything else belongs to whoever holds the server's lock.
/// </summary>
internal sealed class DataNode(byte[]? data, long acl)
{
    internal NodeStat Stat;

    internal byte[]? Data { get; set; } = data;

    /// <summary>The number of the ACL in the <see cref="AclCache"/>.</summary>
    internal long Acl { get; set; } = acl;

    /// <summary>The names of the children; null while there never was one.</summary>
    internal HashSet<string>? Children { get; private set; }

    internal int ChildCount => Children?.Count ?? 0;

    internal void AddChild(string name) => (Children ??= new(StringComparer.Ordinal)).Add(name);

    internal void RemoveChild(string name) => Children?.Remove(name);

    internal bool HasChild(string name) => Children is not null && Children.Contains(name);

    internal Stat ToStat(bool extended) => Stat.ToStat(extended, Data?.Length ?? 0, ChildCount);
}
