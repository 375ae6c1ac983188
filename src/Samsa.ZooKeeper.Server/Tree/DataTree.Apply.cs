using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Transactions;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>Applying transactions, at their commit and again when a log is replayed.</summary>
internal sealed partial class DataTree
{
    /// <summary>Applies one transaction. Sessions are their table's business; here the nodes of a closed one go.</summary>
    internal TxnResult Apply(TxnHeader header, IRecord? txn)
    {
        var result = (OpCode)header.Type == OpCode.Multi
            ? ApplyMulti(header, (MultiTxn)txn!)
            : ApplyOne(header, (OpCode)header.Type, txn);
        LastProcessedZxid = Math.Max(LastProcessedZxid, header.Zxid);
        return result;
    }

    private static byte[]? Copy(ReadOnlyMemory<byte>? data) => data?.ToArray();

    private TxnResult ApplyMulti(TxnHeader header, MultiTxn multi)
    {
        var parts = new List<TxnResult>(multi.Txns?.Count ?? 0);
        if (multi.Txns is null)
        {
            return new TxnResult(OpCode.Multi, KeeperError.Ok, Parts: parts);
        }

        var failedAt = multi.Txns.FindIndex(part => part.Type == (int)OpCode.Error);
        for (var i = 0; i < multi.Txns.Count; i++)
        {
            var part = multi.Txns[i];
            parts.Add(failedAt < 0 ? ApplyOne(header, (OpCode)part.Type, TxnCodec.ReadPart(part))
                : part.Type == (int)OpCode.Error ? new TxnResult(OpCode.Error, TxnCodec.ErrorOf(part))
                : new TxnResult(OpCode.Error, i < failedAt ? KeeperError.Ok : KeeperError.RuntimeInconsistency));
        }

        return new TxnResult(OpCode.Multi, KeeperError.Ok, Parts: parts);
    }

    private TxnResult ApplyOne(TxnHeader header, OpCode type, IRecord? txn)
    {
        var (zxid, time) = (header.Zxid, header.Time);
        switch (txn)
        {
            case CreateTxn create:
                var owner = create.Ephemeral ? header.ClientId : 0;
                return Created(type, create.Path, Create(create.Path, Copy(create.Data), create.Acl, owner, create.ParentCVersion, zxid, time));
            case CreateContainerTxn create:
                return Created(type, create.Path, Create(
                    create.Path, Copy(create.Data), create.Acl, EphemeralOwners.Container, create.ParentCVersion, zxid, time));
            case CreateTtlTxn create:
                return Created(type, create.Path, Create(
                    create.Path, Copy(create.Data), create.Acl, EphemeralOwners.Ttl(create.Ttl), create.ParentCVersion, zxid, time));
            case DeleteTxn delete:
                return new TxnResult(type, Delete(delete.Path, zxid), delete.Path);
            case SetDataTxn set:
                return WithStat(type, set.Path, SetData(set.Path, Copy(set.Data), set.Version, zxid, time));
            case SetAclTxn set:
                return WithStat(type, set.Path, SetAcl(set.Path, set.Acl, set.Version));
            case CheckVersionTxn check:
                return new TxnResult(type, KeeperError.Ok, check.Path);
            case CloseSessionTxn close:
                CloseSession(header.ClientId, close.Paths2Delete, zxid);
                return new TxnResult(type, KeeperError.Ok);
            case ErrorTxn error:
                return new TxnResult(OpCode.Error, (KeeperError)error.Err);
            case CreateSessionTxn:
                return new TxnResult(type, KeeperError.Ok);
            case null when type == OpCode.CloseSession:
                CloseSession(header.ClientId, null, zxid);
                return new TxnResult(type, KeeperError.Ok);
            default:
                throw new InvalidOperationException($"No transaction of the type {type} can be applied.");
        }
    }

    private TxnResult Created(OpCode type, string path, KeeperError error) => WithStat(type, path, error);

    private TxnResult WithStat(OpCode type, string path, KeeperError error) =>
        new(type, error, path, error == KeeperError.Ok ? StatOf(_nodes[path]) : null);

    /// <summary>Deletes what the transaction lists, and whatever else the session still owns: logs before 3.6 list nothing.</summary>
    private void CloseSession(long session, List<string>? paths, long zxid)
    {
        foreach (var path in paths ?? [])
        {
            Delete(path, zxid);
        }

        foreach (var path in EphemeralsOf(session).ToArray())
        {
            Delete(path, zxid);
        }
    }
}
