using Samsa.Broker.Metadata.Znodes;

namespace Samsa.Broker.Metadata;

/// <summary>The tree of nodes of a broker that starts: what is asked of it before the metadata takes it over.</summary>
internal interface IZnodeConnection : IZnodeStore
{
    /// <summary>
    /// Ends the session that an earlier life of this broker left behind, and remembers the present one from now on. The caller
    /// holds the lock of the log directory: that life is over, unless the directory is a copy. Returns that session, null when there was none.
    /// </summary>
    Task<FormerSession?> ReplaceLeftSessionAsync(LeftSession memory);
}
