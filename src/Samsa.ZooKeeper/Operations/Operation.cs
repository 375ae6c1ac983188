using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Watches;

namespace Samsa.ZooKeeper.Operations;

/// <summary>
/// What a client asks of a server. Made by the functions here, run by <see cref="ZooKeeperClient"/>, alone or as part of a multi.
/// Immutable; the bytes that it was given must not change until it is answered.
/// </summary>
public abstract class Operation
{
    private protected Operation(OpCode type, string? path, Func<Chroot, IRecord> request, WatchRegistration registration, INodeWatcher? watcher)
    {
        (Type, Path, Request, Watcher) = (type, path, request, watcher);
        Registration = watcher is null ? WatchRegistration.None : registration;
    }

    /// <summary>What is sent.</summary>
    public OpCode Type { get; }

    /// <summary>The node, without the chroot; null where there is none.</summary>
    public string? Path { get; }

    /// <summary>Makes the request for a client with a root.</summary>
    internal Func<Chroot, IRecord> Request { get; }

    internal WatchRegistration Registration { get; }

    internal INodeWatcher? Watcher { get; }

    /// <summary>Makes a node.</summary>
    /// <param name="path">Its path; a number is put behind that of a sequential node.</param>
    /// <param name="data">Its data.</param>
    /// <param name="mode">What kind of node.</param>
    /// <param name="acl">Who may do what; <see cref="Acls.OpenUnsafe"/> unless given.</param>
    /// <param name="ttl">For how long a node of one of the TTL modes lives without changes and children.</param>
    /// <param name="withStat">The answer tells the state of the node too; servers before 3.5 do not know that.</param>
    public static Operation<CreatedNode> Create(
        string path,
        ReadOnlyMemory<byte>? data = null,
        CreateMode mode = CreateMode.Persistent,
        IReadOnlyList<Acl>? acl = null,
        TimeSpan? ttl = null,
        bool withStat = false)
    {
        Check(path);
        List<Acl> list = [.. acl ?? Acls.OpenUnsafe];
        if (mode is CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl)
        {
            var milliseconds = (long)(ttl ?? throw new ArgumentException("A node of this mode needs a time to live.", nameof(ttl))).TotalMilliseconds;
            return new(OpCode.CreateTtl, path, chroot => new CreateTtlRequest
            {
                Path = chroot.ToServer(path),
                Data = data,
                Acl = list,
                Flags = (int)mode,
                Ttl = milliseconds,
            }, Answers.CreatedWithStat);
        }

        if (ttl is not null)
        {
            throw new ArgumentException("Only nodes of the TTL modes have a time to live.", nameof(ttl));
        }

        var type = mode == CreateMode.Container ? OpCode.CreateContainer : withStat ? OpCode.Create2 : OpCode.Create;
        return new(
            type,
            path,
            chroot => new CreateRequest { Path = chroot.ToServer(path), Data = data, Acl = list, Flags = (int)mode },
            type == OpCode.Create ? Answers.Created : Answers.CreatedWithStat);
    }

    /// <summary>Deletes a node without children, if its data version is <paramref name="version"/> (-1 for any).</summary>
    public static Operation<None> Delete(string path, int version = -1) => new(
        OpCode.Delete, Check(path), chroot => new DeleteRequest { Path = chroot.ToServer(path), Version = version }, Answers.Nothing);

    /// <summary>The state of a node; null where it is not there. The watcher hears of data and existence, once.</summary>
    public static Operation<Stat?> Exists(string path, INodeWatcher? watcher = null) => new(
        OpCode.Exists,
        Check(path),
        chroot => new ExistsRequest { Path = chroot.ToServer(path), Watch = watcher is not null },
        Answers.Exists,
        WatchRegistration.Exists,
        watcher)
    { NoNodeIsNull = true };

    /// <summary>Data and state of a node. The watcher hears of a change, once.</summary>
    public static Operation<NodeData> GetData(string path, INodeWatcher? watcher = null) => new(
        OpCode.GetData,
        Check(path),
        chroot => new GetDataRequest { Path = chroot.ToServer(path), Watch = watcher is not null },
        Answers.Data,
        WatchRegistration.Data,
        watcher);

    /// <summary>The members of the ensemble, which are data of a node outside of every chroot.</summary>
    public static Operation<NodeData> GetConfig(INodeWatcher? watcher = null) => new(
        OpCode.GetData,
        null,
        _ => new GetDataRequest { Path = "/zookeeper/config", Watch = watcher is not null },
        Answers.Data,
        WatchRegistration.Data,
        watcher);

    /// <summary>Replaces the data of a node, if their version is <paramref name="version"/> (-1 for any).</summary>
    public static Operation<Stat> SetData(string path, ReadOnlyMemory<byte>? data, int version = -1) => new(
        OpCode.SetData,
        Check(path),
        chroot => new SetDataRequest { Path = chroot.ToServer(path), Data = data, Version = version },
        Answers.DataSet);

    /// <summary>The children of a node. The watcher hears of a change of the list, once.</summary>
    public static Operation<IReadOnlyList<string>> GetChildren(string path, INodeWatcher? watcher = null) => new(
        OpCode.GetChildren,
        Check(path),
        chroot => new GetChildrenRequest { Path = chroot.ToServer(path), Watch = watcher is not null },
        Answers.Names,
        WatchRegistration.Children,
        watcher);

    /// <summary>The children of a node and its state. The watcher hears of a change of the list, once.</summary>
    public static Operation<NodeChildren> GetChildren2(string path, INodeWatcher? watcher = null) => new(
        OpCode.GetChildren2,
        Check(path),
        chroot => new GetChildrenRequest { Path = chroot.ToServer(path), Watch = watcher is not null },
        Answers.Children,
        WatchRegistration.Children,
        watcher);

    /// <summary>Waits until the server has applied everything that the ensemble agreed on before.</summary>
    public static Operation<None> Sync(string path) => new(
        OpCode.Sync, Check(path), chroot => new SyncRequest { Path = chroot.ToServer(path) }, Answers.Nothing);

    /// <summary>Demands that the data version of a node is <paramref name="version"/> (-1 for any). Only part of a multi.</summary>
    public static Operation<None> CheckVersion(string path, int version) => new(
        OpCode.Check, Check(path), chroot => new CheckVersionRequest { Path = chroot.ToServer(path), Version = version }, Answers.Nothing);

    /// <summary>The permissions of a node.</summary>
    public static Operation<NodeAcl> GetAcl(string path) => new(
        OpCode.GetAcl, Check(path), chroot => new GetAclRequest { Path = chroot.ToServer(path) }, Answers.Acl);

    /// <summary>Replaces the permissions of a node, if their version is <paramref name="version"/> (-1 for any).</summary>
    public static Operation<Stat> SetAcl(string path, IReadOnlyList<Acl> acl, int version = -1)
    {
        List<Acl> list = [.. acl];
        return new(
            OpCode.SetAcl,
            Check(path),
            chroot => new SetAclRequest { Path = chroot.ToServer(path), Acl = list, Version = version },
            Answers.AclSet);
    }

    /// <summary>The ephemeral nodes of the session whose paths begin with a path.</summary>
    public static Operation<IReadOnlyList<string>> GetEphemerals(string prefix = "/") => new(
        OpCode.GetEphemerals,
        Check(prefix),
        chroot => new GetEphemeralsRequest { PrefixPath = chroot.ToServer(prefix) },
        Answers.Ephemerals);

    /// <summary>The number of all nodes below a node.</summary>
    public static Operation<int> GetAllChildrenNumber(string path) => new(
        OpCode.GetAllChildrenNumber,
        Check(path),
        chroot => new GetAllChildrenNumberRequest { Path = chroot.ToServer(path) },
        Answers.Number);

    /// <summary>The identities of the connection, as the server knows them.</summary>
    public static Operation<IReadOnlyList<ClientInfo>> WhoAmI() => new(OpCode.WhoAmI, null, _ => Empty.Instance, Answers.Identities);

    /// <summary>
    /// Several changes, all or none: of creates, deletes, data that are set and versions that are demanded. Where it fails, the
    /// result tells which of them did.
    /// </summary>
    public static Operation<MultiResult> Multi(params IReadOnlyList<Operation> parts)
    {
        foreach (var part in parts)
        {
            if (part.Type is not (OpCode.Create or OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl or OpCode.Delete
                or OpCode.SetData or OpCode.Check))
            {
                throw new ArgumentException($"{part.Type} cannot be part of a multi.", nameof(parts));
            }
        }

        return new(OpCode.Multi, null, chroot => new MultiRequest(parts, chroot), Answers.Multi(parts));
    }

    /// <summary>Several reads (of data and of children) of one moment. Each of them fails for itself.</summary>
    public static Operation<IReadOnlyList<OperationResult>> MultiRead(params IReadOnlyList<Operation> parts)
    {
        foreach (var part in parts)
        {
            if (part.Type is not (OpCode.GetData or OpCode.GetChildren) || part.Watcher is not null)
            {
                throw new ArgumentException($"{part.Type} cannot be part of a multiRead, nor can a watch.", nameof(parts));
            }
        }

        return new(OpCode.MultiRead, null, chroot => new MultiRequest(parts, chroot), Answers.MultiRead(parts));
    }

    /// <summary>Sets a persistent watch.</summary>
    public static Operation<None> AddWatch(string path, AddWatchMode mode, INodeWatcher watcher) => new(
        OpCode.AddWatch,
        Check(path),
        chroot => new AddWatchRequest { Path = chroot.ToServer(path), Mode = (int)mode },
        Answers.Nothing,
        mode == AddWatchMode.Persistent ? WatchRegistration.Persistent : WatchRegistration.PersistentRecursive,
        watcher);

    /// <summary>Takes this client's watches of a node away from the server. <see cref="ZooKeeperClient.RemoveWatchesAsync"/> does the whole of it.</summary>
    internal static Operation<None> RemoveWatches(string path, WatcherType type) => new(
        OpCode.RemoveWatches,
        Check(path),
        chroot => new RemoveWatchesRequest { Path = chroot.ToServer(path), Type = (int)type },
        Answers.Nothing);

    /// <summary>The end of the session.</summary>
    internal static Operation<None> CloseSession() => new(OpCode.CloseSession, null, _ => Empty.Instance, Answers.Nothing);

    private static string Check(string path) => path.StartsWith('/')
        ? path
        : throw new ArgumentException("Path must start with / character", nameof(path));
}
