using System.Globalization;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Authorization;
using Samsa.ZooKeeper.Server.Tree;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// The first stage of a write: judges it by the tree as it will be (<see cref="OutstandingChanges"/>) and turns it into a
/// transaction, or into the record of its failure. No IO; whoever holds the server's lock enters. The order of the checks is
/// Apache ZooKeeper's, because it decides which error a client sees.
/// </summary>
internal sealed class RequestPreparer(DataTree tree, OutstandingChanges changes, AccessControl access, ServerOptions options)
{
    /// <summary>Judges one write of a client.</summary>
    /// <returns>The type of the transaction and its record; of a failure the error.</returns>
    internal (OpCode Type, IRecord Txn) Prepare(ClientRequest request, long zxid, long time)
    {
        try
        {
            if (request.Type == OpCode.Multi)
            {
                return (OpCode.Multi, PrepareMulti(request, zxid, time));
            }

            var operation = new WireReader(request.Body);
            return PrepareOne(request.Type, ref operation, request, zxid, time);
        }
        catch (KeeperException failure)
        {
            return (OpCode.Error, new ErrorTxn { Err = (int)failure.Error });
        }
        catch (ProtocolViolationException)
        {
            return (OpCode.Error, new ErrorTxn { Err = (int)KeeperError.MarshallingError });
        }
    }

    /// <summary>The end of a session: its ephemeral nodes go, those under way too.</summary>
    internal CloseSessionTxn PrepareClose(long sessionId, long zxid)
    {
        var paths = new SortedSet<string>(tree.EphemeralsOf(sessionId), StringComparer.Ordinal);
        foreach (var change in changes.Newest)
        {
            if (change.Exists && change.Stat.EphemeralOwner == sessionId)
            {
                paths.Add(change.Path);
            }
            else
            {
                // Deleted, or made anew by somebody else.
                paths.Remove(change.Path);
            }
        }

        foreach (var path in paths)
        {
            Delete(path, zxid);
        }

        return new CloseSessionTxn { Paths2Delete = [.. paths] };
    }

    /// <summary>
    /// The deletion of a container that lost its last child, or of a TTL node whose time is over at <paramref name="time"/>; null when it is
    /// to stay, also because of what is under way.
    /// </summary>
    internal DeleteTxn? PrepareCleanup(string path, long zxid, long time)
    {
        if (changes.Find(path) is not { ChildCount: 0 } node)
        {
            return null;
        }

        var owner = node.Stat.EphemeralOwner;
        var isDue = owner == EphemeralOwners.Container
            ? node.Stat.Cversion > 0
            : EphemeralOwners.IsTtl(owner, options.ExtendedTypesEnabled) && time - node.Stat.Mtime > EphemeralOwners.TtlOf(owner);
        if (!isDue)
        {
            return null;
        }

        Delete(path, zxid);
        return new DeleteTxn { Path = path };
    }

    private MultiTxn PrepareMulti(ClientRequest request, long zxid, long time)
    {
        var reader = new WireReader(request.Body);
        var txns = new List<Txn>();
        var failed = false;
        var isRead = false;
        changes.BeginMulti();
        try
        {
            while (Jute.Read<MultiHeader>(ref reader) is { Done: false } header)
            {
                var type = (OpCode)header.Type;
                OperationReader.Demand(type);
                if (failed)
                {
                    // What stands behind a failure is read over, and says so.
                    OperationReader.Skip(type, ref reader);
                    txns.Add(Failure(KeeperError.RuntimeInconsistency));
                    continue;
                }

                var start = reader.Position;
                try
                {
                    var (kind, txn) = PrepareOne(type, ref reader, request, zxid, time);
                    txns.Add(new Txn { Type = (int)kind, Data = Jute.ToBytes(txn) });
                }
                catch (KeeperException failure)
                {
                    failed = true;
                    txns.Add(Failure(failure.Error));
                    reader = new WireReader(request.Body);
                    reader.ReadSlice(start);
                    OperationReader.Skip(type, ref reader);
                }
            }

            isRead = true;
        }
        finally
        {
            // Whatever happened: nothing of a multi that is not whole may stay.
            changes.EndMulti(isRead && !failed);
        }

        return new MultiTxn { Txns = txns };
    }

    private static Txn Failure(KeeperError error) =>
        new() { Type = (int)OpCode.Error, Data = Jute.ToBytes(new ErrorTxn { Err = (int)error }) };

    private (OpCode Type, IRecord Txn) PrepareOne(OpCode type, ref WireReader reader, ClientRequest request, long zxid, long time)
    {
        switch (type)
        {
            case OpCode.Create or OpCode.Create2 or OpCode.CreateContainer:
                var create = Jute.Read<CreateRequest>(ref reader);
                return Create(type, create.Path, create.Data, create.Acl, create.Flags, -1, request, zxid, time);
            case OpCode.CreateTtl:
                var ttl = Jute.Read<CreateTtlRequest>(ref reader);
                return Create(type, ttl.Path, ttl.Data, ttl.Acl, ttl.Flags, ttl.Ttl, request, zxid, time);
            case OpCode.Delete:
                return (type, PrepareDelete(Jute.Read<DeleteRequest>(ref reader), request, zxid));
            case OpCode.DeleteContainer:
                return (type, PrepareDeleteContainer(Jute.Read<DeleteContainerRequest>(ref reader).Path, zxid));
            case OpCode.SetData:
                return (type, PrepareSetData(Jute.Read<SetDataRequest>(ref reader), request, zxid, time));
            case OpCode.SetAcl:
                return (type, PrepareSetAcl(Jute.Read<SetAclRequest>(ref reader), request, zxid));
            case OpCode.Check:
                var check = Jute.Read<CheckVersionRequest>(ref reader);
                Valid(check.Path);
                var checkedNode = Node(check.Path);
                Demand(checkedNode.Acl, AclPermissions.Read, request);
                return (type, new CheckVersionTxn { Path = check.Path, Version = NextVersion(checkedNode.Stat.Version, check.Version) });
            case OpCode.Reconfig:
                throw new KeeperException(KeeperError.ReconfigDisabled);
            default:
                throw new KeeperException(KeeperError.Unimplemented);
        }
    }

    private (OpCode Type, IRecord Txn) Create(
        OpCode type, string path, ReadOnlyMemory<byte>? data, List<Acl>? acl, int flags, long ttl, ClientRequest request, long zxid, long time)
    {
        if (flags is < (int)CreateMode.Persistent or > (int)CreateMode.PersistentSequentialWithTtl)
        {
            throw new KeeperException(KeeperError.BadArguments);
        }

        var mode = (CreateMode)flags;
        var hasTtl = mode is CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl;
        if (hasTtl && !options.ExtendedTypesEnabled)
        {
            throw new KeeperException(KeeperError.Unimplemented);
        }

        var ttlFits = hasTtl ? ttl is > 0 and <= EphemeralOwners.MaxTtl : ttl < 0;
        var slash = path.LastIndexOf('/');
        if (!ttlFits || slash < 0 || path.Contains('\0', StringComparison.Ordinal))
        {
            throw new KeeperException(KeeperError.BadArguments);
        }

        var list = access.Normalize(acl, request.Connection.Identities) ?? throw new KeeperException(KeeperError.InvalidAcl);
        var parent = Node(NodePath.ParentOf(path));
        Demand(parent.Acl, AclPermissions.Create, request);
        if (mode is CreateMode.PersistentSequential or CreateMode.EphemeralSequential or CreateMode.PersistentSequentialWithTtl)
        {
            // Ten digits as Java's %010d writes them, the sign of a counter that wrapped included.
            path += parent.Stat.Cversion.ToString(parent.Stat.Cversion < 0 ? "D9" : "D10", CultureInfo.InvariantCulture);
        }

        Valid(path);
        if (changes.Find(path) is not null)
        {
            throw new KeeperException(KeeperError.NodeExists);
        }

        if (EphemeralOwners.IsSession(parent.Stat.EphemeralOwner, options.ExtendedTypesEnabled))
        {
            throw new KeeperException(KeeperError.NoChildrenForEphemerals);
        }

        CheckQuota(path, 1, data?.Length ?? 0);
        var cversion = unchecked(parent.Stat.Cversion + 1);
        var ephemeral = mode is CreateMode.Ephemeral or CreateMode.EphemeralSequential;
        var owner = mode == CreateMode.Container ? EphemeralOwners.Container
            : hasTtl ? EphemeralOwners.Ttl(ttl)
            : ephemeral ? request.SessionId : 0;
        changes.Add(parent with { Zxid = zxid, ChildCount = parent.ChildCount + 1, Stat = parent.Stat with { Cversion = cversion, Pzxid = zxid } });
        changes.Add(new ChangeRecord(path, zxid, true, NodeStat.Created(zxid, time, owner), 0, list, data?.Length ?? 0));
        return mode == CreateMode.Container
            ? (OpCode.CreateContainer, new CreateContainerTxn { Path = path, Data = data, Acl = list, ParentCVersion = cversion })
            : hasTtl
            ? (OpCode.CreateTtl, new CreateTtlTxn { Path = path, Data = data, Acl = list, ParentCVersion = cversion, Ttl = ttl })
            : (type == OpCode.Create ? OpCode.Create : OpCode.Create2,
                new CreateTxn { Path = path, Data = data, Acl = list, Ephemeral = ephemeral, ParentCVersion = cversion });
    }

    private DeleteTxn PrepareDelete(DeleteRequest delete, ClientRequest request, long zxid)
    {
        if (delete.Path.LastIndexOf('/') < 0 || delete.Path.Contains('\0', StringComparison.Ordinal) || NodePath.IsSpecial(delete.Path))
        {
            throw new KeeperException(KeeperError.BadArguments);
        }

        var parent = Node(NodePath.ParentOf(delete.Path));
        var node = Node(delete.Path);
        Demand(parent.Acl, AclPermissions.Delete, request);
        NextVersion(node.Stat.Version, delete.Version);
        if (node.ChildCount > 0)
        {
            throw new KeeperException(KeeperError.NotEmpty);
        }

        Delete(delete.Path, zxid);
        return new DeleteTxn { Path = delete.Path };
    }

    private DeleteTxn PrepareDeleteContainer(string path, long zxid)
    {
        if (path.LastIndexOf('/') < 0 || NodePath.IsSpecial(path))
        {
            throw new KeeperException(KeeperError.BadArguments);
        }

        var node = Node(path);
        if (node.ChildCount > 0)
        {
            throw new KeeperException(KeeperError.NotEmpty);
        }

        if (node.Stat.EphemeralOwner == 0 || EphemeralOwners.IsSession(node.Stat.EphemeralOwner, options.ExtendedTypesEnabled))
        {
            throw new KeeperException(KeeperError.BadVersion);
        }

        Delete(path, zxid);
        return new DeleteTxn { Path = path };
    }

    private SetDataTxn PrepareSetData(SetDataRequest set, ClientRequest request, long zxid, long time)
    {
        Valid(set.Path);
        var node = Node(set.Path);
        Demand(node.Acl, AclPermissions.Write, request);
        CheckQuota(set.Path, 0, (set.Data?.Length ?? 0) - node.DataLength);
        var version = NextVersion(node.Stat.Version, set.Version);
        changes.Add(node with
        {
            Zxid = zxid,
            DataLength = set.Data?.Length ?? 0,
            Stat = node.Stat with { Version = version, Mzxid = zxid, Mtime = time },
        });
        return new SetDataTxn { Path = set.Path, Data = set.Data, Version = version };
    }

    private SetAclTxn PrepareSetAcl(SetAclRequest set, ClientRequest request, long zxid)
    {
        Valid(set.Path);
        var list = access.Normalize(set.Acl, request.Connection.Identities) ?? throw new KeeperException(KeeperError.InvalidAcl);
        var node = Node(set.Path);
        Demand(node.Acl, AclPermissions.Admin, request);
        var version = NextVersion(node.Stat.Aversion, set.Version);
        changes.Add(node with { Zxid = zxid, Acl = list, Stat = node.Stat with { Aversion = version } });
        return new SetAclTxn { Path = set.Path, Acl = list, Version = version };
    }

    private void Delete(string path, long zxid)
    {
        if (changes.Find(NodePath.ParentOf(path)) is { } parent)
        {
            changes.Add(parent with { Zxid = zxid, ChildCount = parent.ChildCount - 1, Stat = parent.Stat with { Pzxid = zxid } });
        }

        changes.Add(new ChangeRecord(path, zxid, false, default, 0, [], 0));
    }

    private ChangeRecord Node(string path) => changes.Find(path) ?? throw new KeeperException(KeeperError.NoNode);

    private void Demand(List<Acl> acl, AclPermissions wanted, ClientRequest request)
    {
        if (!access.Allows(acl, wanted, request.Connection.Identities))
        {
            throw new KeeperException(KeeperError.NoAuth);
        }
    }

    private void CheckQuota(string path, long nodes, long bytes)
    {
        if (options.EnforceQuota && tree.Quotas.WouldExceed(path, nodes, bytes))
        {
            throw new KeeperException(KeeperError.QuotaExceeded);
        }
    }

    private static void Valid(string path)
    {
        if (!NodePath.IsValid(path))
        {
            throw new KeeperException(KeeperError.BadArguments);
        }
    }

    /// <summary>The version after a change; -1 is left out when the counter wraps, because requests say "any" with it.</summary>
    private static int NextVersion(int current, int expected)
    {
        if (expected != -1 && expected != current)
        {
            throw new KeeperException(KeeperError.BadVersion);
        }

        var next = unchecked(current + 1);
        return next == -1 ? 0 : next;
    }
}
