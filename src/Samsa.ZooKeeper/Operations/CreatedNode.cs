using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Operations;

/// <summary>A node that was made.</summary>
/// <param name="Path">Its path, with the number of a sequential node.</param>
/// <param name="Stat">Its state; null where the request was of the kind that is answered without it.</param>
public sealed record CreatedNode(string Path, Stat? Stat);
