using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Operations;

/// <summary>The children of a node and its state.</summary>
/// <param name="Names">The names, without the path; in no order.</param>
/// <param name="Stat">The state of the node at the same moment.</param>
public sealed record NodeChildren(IReadOnlyList<string> Names, Stat Stat);
