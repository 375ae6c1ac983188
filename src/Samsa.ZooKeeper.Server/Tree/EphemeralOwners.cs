namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>What the owner of a node says about its kind: a session, or one of the marks that Apache ZooKeeper gave a meaning.</summary>
internal static class EphemeralOwners
{
    /// <summary>The owner of every container.</summary>
    internal const long Container = long.MinValue;

    /// <summary>The longest time to live in ms: 40 bits.</summary>
    internal const long MaxTtl = 0xFF_FFFF_FFFFL;

    // The highest byte is 255, a server id that no server has; the next two bytes are the feature, 0 for TTL.
    private const long ExtendedMark = unchecked((long)0xFF00_0000_0000_0000UL);
    private const long ExtendedMask = unchecked((long)0xFF00_0000_0000_0000UL);
    private const long FeatureMask = 0x00FF_FF00_0000_0000L;

    /// <summary>The owner of a node with a time to live.</summary>
    internal static long Ttl(long milliseconds) => ExtendedMark | milliseconds;

    /// <summary>True when a session owns the node. <paramref name="extended"/>: <c>extendedTypesEnabled</c>.</summary>
    internal static bool IsSession(long owner, bool extended) => owner != 0 && owner != Container && !IsTtl(owner, extended);

    /// <summary>True for what no session has as its id: also the mark of a TTL node while <c>extendedTypesEnabled</c> is off.</summary>
    internal static bool IsMark(long owner) => owner == Container || (owner & ExtendedMask) == ExtendedMark;

    internal static bool IsTtl(long owner, bool extended) =>
        extended && owner != Container && (owner & ExtendedMask) == ExtendedMark && (owner & FeatureMask) == 0;

    /// <summary>The owner as clients are told it: a session or 0, never a mark.</summary>
    internal static long ToClient(long owner, bool extended) => IsSession(owner, extended) ? owner : 0;

    /// <summary>The time to live in ms of a node for which <see cref="IsTtl"/> holds.</summary>
    internal static long TtlOf(long owner) => owner & MaxTtl;
}
