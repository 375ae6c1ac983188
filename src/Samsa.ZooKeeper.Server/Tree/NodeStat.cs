using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>The counters and marks of a node, in the form in which they are stored: <see cref="Cversion"/> counts creations only.</summary>
internal struct NodeStat
{
    internal long Czxid;
    internal long Mzxid;
    internal long Ctime;
    internal long Mtime;
    internal long Pzxid;
    internal long EphemeralOwner;
    internal int Version;
    internal int Cversion;
    internal int Aversion;

    /// <summary>The stat of a node that transaction <paramref name="zxid"/> made at <paramref name="time"/> (ms since 1970).</summary>
    internal static NodeStat Created(long zxid, long time, long ephemeralOwner) =>
        new() { Czxid = zxid, Mzxid = zxid, Pzxid = zxid, Ctime = time, Mtime = time, EphemeralOwner = ephemeralOwner };

    internal static NodeStat From(StatPersisted stored) => new()
    {
        Czxid = stored.Czxid,
        Mzxid = stored.Mzxid,
        Ctime = stored.Ctime,
        Mtime = stored.Mtime,
        Pzxid = stored.Pzxid,
        EphemeralOwner = stored.EphemeralOwner,
        Version = stored.Version,
        Cversion = stored.Cversion,
        Aversion = stored.Aversion,
    };

    internal readonly StatPersisted ToPersisted() => new()
    {
        Czxid = Czxid,
        Mzxid = Mzxid,
        Ctime = Ctime,
        Mtime = Mtime,
        Pzxid = Pzxid,
        EphemeralOwner = EphemeralOwner,
        Version = Version,
        Cversion = Cversion,
        Aversion = Aversion,
    };

    /// <summary>
    /// The stat as clients see it. There <c>cversion</c> counts deletions of children too: every child created and not there any
    /// more was deleted, so creations * 2 - children.
    /// </summary>
    /// <param name="extended"><c>extendedTypesEnabled</c>.</param>
    /// <param name="dataLength">In bytes.</param>
    /// <param name="children">How many there are.</param>
    internal readonly Stat ToStat(bool extended, int dataLength, int children) => new()
    {
        Czxid = Czxid,
        Mzxid = Mzxid,
        Ctime = Ctime,
        Mtime = Mtime,
        Pzxid = Pzxid,
        EphemeralOwner = EphemeralOwners.ToClient(EphemeralOwner, extended),
        Version = Version,
        Cversion = unchecked((Cversion * 2) - children),
        Aversion = Aversion,
        DataLength = dataLength,
        NumChildren = children,
    };
}
