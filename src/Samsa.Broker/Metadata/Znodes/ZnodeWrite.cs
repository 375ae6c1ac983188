using Samsa.ZooKeeper;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary>
/// One transaction (several operations are all done or none) and, once it was executed, what came of it. Whoever executes it fills in
/// the outcome; one thread at a time.
/// </summary>
internal sealed class ZnodeWrite(ZnodeOperation[] operations)
{
    public IReadOnlyList<ZnodeOperation> Operations { get; } = operations;

    /// <summary>Ok, or why nothing of it was done.</summary>
    public KeeperError Error { get; set; } = KeeperError.ConnectionLoss;

    /// <summary>The name that a sequential node got.</summary>
    public string? CreatedPath { get; set; }

    /// <summary>The data version that the last set left.</summary>
    public int Version { get; set; }

    /// <summary>The zxid that made the node of the last set.</summary>
    public long Czxid { get; set; }

    public bool IsOk => Error == KeeperError.Ok;
}
