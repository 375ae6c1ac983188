using Samsa.ZooKeeper;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary>
/// A read of a node's data or of its children's names, and once it was executed what was there. Whoever executes it fills in the
/// outcome; one thread at a time.
/// </summary>
internal sealed class ZnodeRead(string path, bool children, bool watch)
{
    public string Path { get; } = path;

    /// <summary>The names of the children are asked for, otherwise the data.</summary>
    public bool WantsChildren { get; } = children;

    /// <summary>The next change is told, once; of data also the creation of a node that is not there.</summary>
    public bool Watches { get; } = watch;

    /// <summary>Ok; <see cref="KeeperError.NoNode"/> where there is nothing.</summary>
    public KeeperError Error { get; set; } = KeeperError.ConnectionLoss;

    public ReadOnlyMemory<byte>? Data { get; set; }

    public IReadOnlyList<string> Children { get; set; } = [];

    public int Version { get; set; }

    public long Czxid { get; set; }

    /// <summary>When it was made, in ms since 1970, by the server's clock.</summary>
    public long CreatedAt { get; set; }

    /// <summary>The session that the node goes with; 0 for none.</summary>
    public long EphemeralOwner { get; set; }

    public bool Exists => Error == KeeperError.Ok;
}
