using Samsa.Protocol.Wire;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Authorization;
using Samsa.ZooKeeper.Server.Tree;
using Samsa.ZooKeeper.Server.Watches;
using Samsa.ZooKeeper.Wire;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// Answers what changes nothing, from the tree as it is. No IO; whoever holds the server's lock enters. Answers hold on to arrays
/// of data, which nobody changes in place, and to copies of everything else.
/// </summary>
internal sealed class ReadExecutor(DataTree tree, WatchTable watches, AccessControl access)
{
    // One request of a megabyte could ask for a large node fifty thousand times. Clients take answers of jute.maxbuffer, a megabyte.
    private const long MostOfMultiRead = 16 * 1024 * 1024;

    /// <summary>The body of the answer; null for a bare header.</summary>
    /// <exception cref="KeeperException">The request fails.</exception>
    /// <exception cref="ProtocolViolationException">The body of the request is not what its type says.</exception>
    internal IRecord? Execute(ClientRequest request)
    {
        var body = request.Body;
        var connection = request.Connection;
        switch (request.Type)
        {
            case OpCode.Ping:
                return null;
            case OpCode.Exists:
                return Exists(Jute.Read<ExistsRequest>(body), connection);
            case OpCode.GetData:
                return GetData(Jute.Read<GetDataRequest>(body), connection);
            case OpCode.GetAcl:
                return GetAcl(Jute.Read<GetAclRequest>(body).Path, connection);
            case OpCode.GetChildren:
                var plain = Jute.Read<GetChildrenRequest>(body);
                return new GetChildrenResponse { Children = Children(plain.Path, plain.Watch, connection).Names };
            case OpCode.GetChildren2:
                var full = Jute.Read<GetChildrenRequest>(body);
                var (names, node) = Children(full.Path, full.Watch, connection);
                return new GetChildren2Response { Children = names, Stat = tree.StatOf(node) };
            case OpCode.GetAllChildrenNumber:
                var counted = Jute.Read<GetAllChildrenNumberRequest>(body).Path;
                Readable(counted, connection);
                return new GetAllChildrenNumberResponse { TotalNumber = tree.CountBelow(counted) };
            case OpCode.GetEphemerals:
                return GetEphemerals(body, request.SessionId);
            case OpCode.SetWatches:
                var old = Jute.Read<SetWatches>(body);
                Resume(old.RelativeZxid, old.DataWatches, old.ExistWatches, old.ChildWatches, connection);
                return null;
            case OpCode.SetWatches2:
                var all = Jute.Read<SetWatches2>(body);
                Resume(all.RelativeZxid, all.DataWatches, all.ExistWatches, all.ChildWatches, connection);
                AddAll(all.PersistentWatches, WatchKinds.Persistent, connection);
                AddAll(all.PersistentRecursiveWatches, WatchKinds.PersistentRecursive, connection);
                return null;
            case OpCode.AddWatch:
                var added = Jute.Read<AddWatchRequest>(body);
                watches.Add(added.Path, connection, added.Mode switch
                {
                    0 => WatchKinds.Persistent,
                    1 => WatchKinds.PersistentRecursive,
                    _ => throw new ProtocolViolationException($"There is no mode {added.Mode} of a watch."),
                });
                return new ErrorResponse();
            case OpCode.CheckWatches:
                var asked = Jute.Read<CheckWatchesRequest>(body);
                return (watches.Find(asked.Path, connection) & KindsOf(asked.Type)) != 0 ? null : throw new KeeperException(KeeperError.NoWatcher);
            case OpCode.RemoveWatches:
                var removed = Jute.Read<RemoveWatchesRequest>(body);
                return watches.Remove(removed.Path, connection, RemovedBy(removed.Type)) ? null : throw new KeeperException(KeeperError.NoWatcher);
            case OpCode.WhoAmI:
                return WhoAmI(connection);
            case OpCode.MultiRead:
                return MultiRead(body, connection);
            default:
                throw new KeeperException(KeeperError.Unimplemented);
        }
    }

    private static WatchKinds KindsOf(int type) => (WatcherType)type switch
    {
        WatcherType.Children => WatchKinds.Children | WatchKinds.Persistent | WatchKinds.PersistentRecursive,
        WatcherType.Data => WatchKinds.Data | WatchKinds.Persistent | WatchKinds.PersistentRecursive,
        _ => RemovedBy(type),
    };

    /// <summary>
    /// A plain watch and one that stays are not each other's (as from Apache 3.9 on): clients forget the plain one alone, and would wait for the
    /// other for ever.
    /// </summary>
    private static WatchKinds RemovedBy(int type) => (WatcherType)type switch
    {
        WatcherType.Children => WatchKinds.Children,
        WatcherType.Data => WatchKinds.Data,
        WatcherType.Any => WatchKinds.Data | WatchKinds.Children | WatchKinds.Persistent | WatchKinds.PersistentRecursive,
        WatcherType.Persistent => WatchKinds.Persistent,
        WatcherType.PersistentRecursive => WatchKinds.PersistentRecursive,
        _ => throw new ProtocolViolationException($"There is no type {type} of watches."),
    };

    private ExistsResponse Exists(ExistsRequest request, IClientConnection connection)
    {
        if (!NodePath.IsValid(request.Path))
        {
            throw new KeeperException(KeeperError.BadArguments);
        }

        // Since CVE-2024-23944 whether a node exists is its readers' business too.
        var node = tree.Find(request.Path);
        if (node is not null && !access.Allows(tree.AclOf(node), AclPermissions.Read, connection.Identities))
        {
            throw new KeeperException(KeeperError.NoAuth);
        }

        // Also without a node: whoever asks for a missing one wants to hear when it comes.
        if (request.Watch)
        {
            watches.Add(request.Path, connection, WatchKinds.Data);
        }

        return new ExistsResponse { Stat = tree.StatOf(node ?? throw new KeeperException(KeeperError.NoNode)) };
    }

    private GetDataResponse GetData(GetDataRequest request, IClientConnection connection)
    {
        var node = Readable(request.Path, connection);
        if (request.Watch)
        {
            watches.Add(request.Path, connection, WatchKinds.Data);
        }

        return new GetDataResponse { Data = node.Data is { } data ? data : default(ReadOnlyMemory<byte>?), Stat = tree.StatOf(node) };
    }

    private (List<string> Names, DataNode Node) Children(string path, bool watch, IClientConnection connection)
    {
        var node = Readable(path, connection);
        if (watch)
        {
            watches.Add(path, connection, WatchKinds.Children);
        }

        return (node.ChildNames(), node);
    }

    private GetAclResponse GetAcl(string path, IClientConnection connection)
    {
        var node = Find(path);
        var acl = tree.AclOf(node);
        if (!access.Allows(acl, AclPermissions.Read | AclPermissions.Admin, connection.Identities))
        {
            throw new KeeperException(KeeperError.NoAuth);
        }

        if (!access.Allows(acl, AclPermissions.Admin, connection.Identities))
        {
            // Whoever may not administrate does not see the digests of passwords.
            acl = acl.ConvertAll(entry => entry.Id.Scheme == "digest"
                ? new Acl { Perms = entry.Perms, Id = new AclId { Scheme = "digest", Id = entry.Id.Id.Split(':')[0] + ":x" } }
                : entry);
        }

        return new GetAclResponse { Acl = acl, Stat = tree.StatOf(node) };
    }

    private GetEphemeralsResponse GetEphemerals(ReadOnlyMemory<byte> body, long sessionId)
    {
        var prefix = Jute.Read<GetEphemeralsRequest>(body).PrefixPath;
        var found = new List<string>();
        foreach (var path in tree.EphemeralsOf(sessionId))
        {
            if (prefix is "" or "/" || path.StartsWith(prefix, StringComparison.Ordinal))
            {
                found.Add(path);
            }
        }

        return new GetEphemeralsResponse { Ephemerals = found };
    }

    private WhoAmIResponse WhoAmI(IClientConnection connection)
    {
        var response = new WhoAmIResponse();
        foreach (var identity in connection.Identities)
        {
            var user = access.Find(identity.Scheme)?.UserName(identity.Id) ?? identity.Id;
            response.ClientInfo.Add(new ClientInfo { AuthScheme = identity.Scheme, User = user });
        }

        return response;
    }

    private MultiResponse MultiRead(ReadOnlyMemory<byte> body, IClientConnection connection)
    {
        var reader = new WireReader(body);
        var response = new MultiResponse();
        long size = 0;
        while (Jute.Read<MultiHeader>(ref reader) is { Done: false } header)
        {
            var type = (OpCode)header.Type;
            var (path, watch) = type switch
            {
                OpCode.GetData => Of(Jute.Read<GetDataRequest>(ref reader)),
                OpCode.GetChildren => Of(Jute.Read<GetChildrenRequest>(ref reader)),
                _ => throw new ProtocolViolationException($"A multiRead cannot have an operation of the type {(int)type}."),
            };
            try
            {
                IRecord part = type == OpCode.GetData
                    ? GetData(new GetDataRequest { Path = path, Watch = watch }, connection)
                    : new GetChildrenResponse { Children = Children(path, watch, connection).Names };
                size += AnswerSize.Of(part);
                response.Add(type, part);
            }
            catch (KeeperException failure)
            {
                response.AddError(failure.Error);
            }

            if (size > MostOfMultiRead)
            {
                throw new KeeperException(KeeperError.MarshallingError);
            }
        }

        return response;

        static (string Path, bool Watch) Of(IRecord request) => request switch
        {
            GetDataRequest data => (data.Path, data.Watch),
            GetChildrenRequest children => (children.Path, children.Watch),
            _ => throw new InvalidOperationException(),
        };
    }

    /// <summary>Sets watches again; what happened since the client saw <paramref name="zxid"/> is told at once.</summary>
    private void Resume(long zxid, List<string>? data, List<string>? exists, List<string>? children, IClientConnection connection)
    {
        foreach (var path in data ?? [])
        {
            var node = tree.Find(path);
            if (node is null || node.Stat.Mzxid > zxid)
            {
                Tell(node is null ? WatchEventType.NodeDeleted : WatchEventType.NodeDataChanged, path, node, connection);
            }
            else
            {
                watches.Add(path, connection, WatchKinds.Data);
            }
        }

        foreach (var path in exists ?? [])
        {
            if (tree.Find(path) is { } node)
            {
                Tell(WatchEventType.NodeCreated, path, node, connection);
            }
            else
            {
                watches.Add(path, connection, WatchKinds.Data);
            }
        }

        foreach (var path in children ?? [])
        {
            var node = tree.Find(path);
            if (node is null || node.Stat.Pzxid > zxid)
            {
                Tell(node is null ? WatchEventType.NodeDeleted : WatchEventType.NodeChildrenChanged, path, node, connection);
            }
            else
            {
                watches.Add(path, connection, WatchKinds.Children);
            }
        }
    }

    private void Tell(WatchEventType type, string path, DataNode? node, IClientConnection connection) =>
        connection.OnEvent(type, path, tree.LastProcessedZxid, node is null ? AclCache.OpenAcl : tree.AclOf(node));

    private void AddAll(List<string>? paths, WatchKinds kind, IClientConnection connection)
    {
        foreach (var path in paths ?? [])
        {
            watches.Add(path, connection, kind);
        }
    }

    private DataNode Find(string path) => tree.Find(path) ?? throw new KeeperException(KeeperError.NoNode);

    private DataNode Readable(string path, IClientConnection connection)
    {
        var node = Find(path);
        return access.Allows(tree.AclOf(node), AclPermissions.Read, connection.Identities)
            ? node
            : throw new KeeperException(KeeperError.NoAuth);
    }
}
