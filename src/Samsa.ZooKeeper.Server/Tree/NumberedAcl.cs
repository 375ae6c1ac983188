using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>A list of permissions under the number that nodes and snapshots have for it.</summary>
internal sealed record NumberedAcl(long Number, List<Acl> Acl);
