namespace Samsa.ZooKeeper.Server;

/// <summary>What the stages of the server need to know of its configuration. Names in the comments are ZooKeeper's keys.</summary>
internal sealed record ServerOptions
{
    /// <summary><c>tickTime</c>, in ms: the width of a bucket of sessions.</summary>
    internal int TickTime { get; init; } = 3000;

    /// <summary><c>minSessionTimeout</c> in ms; two ticks unless set.</summary>
    internal int MinSessionTimeout { get; init; } = 6000;

    /// <summary><c>maxSessionTimeout</c> in ms; twenty ticks unless set.</summary>
    internal int MaxSessionTimeout { get; init; } = 60_000;

    /// <summary>The server's id in session ids; 0 stands alone.</summary>
    internal byte ServerId { get; init; }

    /// <summary><c>extendedTypesEnabled</c>: nodes with a time to live.</summary>
    internal bool ExtendedTypesEnabled { get; init; }

    /// <summary><c>enforceQuota</c>: hard limits refuse what would pass them.</summary>
    internal bool EnforceQuota { get; init; }

    /// <summary><c>skipACL=yes</c>: ACLs are kept and not asked.</summary>
    internal bool SkipAcl { get; init; }

    /// <summary><c>DigestAuthenticationProvider.superDigest</c>.</summary>
    internal string? SuperDigest { get; init; }
}
