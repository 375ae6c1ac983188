namespace Samsa.ZooKeeper.Operations;

/// <summary>What a multi came to: all of its operations, or none.</summary>
/// <param name="Error">Why it failed: the error of the operation that did, or of the request as a whole.</param>
/// <param name="FailedAt">The index of the operation that failed, -1 where none did.</param>
/// <param name="Parts">A result for each operation, in their order; empty where the request as a whole failed.</param>
public sealed record MultiResult(KeeperError Error, int FailedAt, IReadOnlyList<OperationResult> Parts)
{
    /// <summary>True when everything was done.</summary>
    public bool IsOk => Error == KeeperError.Ok;
}
