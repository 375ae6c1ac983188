using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Operations;

/// <summary>The permissions of a node and its state.</summary>
/// <param name="Entries">The entries, in their order.</param>
/// <param name="Stat">The state at the same moment.</param>
public sealed record NodeAcl(IReadOnlyList<Acl> Entries, Stat Stat);
