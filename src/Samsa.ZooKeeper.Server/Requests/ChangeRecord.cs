using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Tree;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// A node as it will be once the transactions that are under way are applied. Later requests are judged by it.
/// </summary>
internal sealed record ChangeRecord(string Path, long Zxid, bool Exists, NodeStat Stat, int ChildCount, List<Acl> Acl, int DataLength);
