using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Operations;

/// <summary>What one operation of a multi came to. What it does not tell is null.</summary>
public sealed record OperationResult
{
    /// <summary>
    /// <see cref="KeeperError.Ok"/>, or why it failed. Where a multi failed, the operations before the one that failed have
    /// <see cref="KeeperError.Ok"/> and did nothing, and those after it <see cref="KeeperError.RuntimeInconsistency"/>.
    /// </summary>
    public KeeperError Error { get; init; }

    /// <summary>The path of a node that was made.</summary>
    public string? Path { get; init; }

    /// <summary>The state of a node that was made, set or read.</summary>
    public Stat? Stat { get; init; }

    /// <summary>The data of a node that was read.</summary>
    public ReadOnlyMemory<byte>? Data { get; init; }

    /// <summary>The children of a node that was read.</summary>
    public IReadOnlyList<string>? Children { get; init; }
}
