using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper;

/// <summary>The operations by name; each throws a <see cref="KeeperException"/> where <see cref="TryAsync"/> has a value.</summary>
public sealed partial class ZooKeeperClient
{
    /// <summary>Makes a node; see <see cref="Operation.Create"/>. Returns its path, with the number of a sequential node.</summary>
    public async Task<string> CreateAsync(
        string path,
        ReadOnlyMemory<byte>? data = null,
        CreateMode mode = CreateMode.Persistent,
        IReadOnlyList<Acl>? acl = null,
        TimeSpan? ttl = null,
        CancellationToken cancellation = default) =>
        (await RunAsync(Operation.Create(path, data, mode, acl, ttl), cancellation).ConfigureAwait(false)).Path;

    /// <summary>Makes a node, and tells its state too.</summary>
    public Task<CreatedNode> Create2Async(
        string path,
        ReadOnlyMemory<byte>? data = null,
        CreateMode mode = CreateMode.Persistent,
        IReadOnlyList<Acl>? acl = null,
        TimeSpan? ttl = null,
        CancellationToken cancellation = default) =>
        RunAsync(Operation.Create(path, data, mode, acl, ttl, withStat: true), cancellation);

    /// <summary>Deletes a node without children.</summary>
    public Task DeleteAsync(string path, int version = -1, CancellationToken cancellation = default) =>
        RunAsync(Operation.Delete(path, version), cancellation);

    /// <summary>The state of a node; null where it is not there.</summary>
    public Task<Stat?> ExistsAsync(string path, CancellationToken cancellation = default) =>
        RunAsync(Operation.Exists(path), cancellation);

    /// <summary>Data and state of a node.</summary>
    public Task<NodeData> GetDataAsync(string path, CancellationToken cancellation = default) =>
        RunAsync(Operation.GetData(path), cancellation);

    /// <summary>Replaces the data of a node; returns its state.</summary>
    public Task<Stat> SetDataAsync(string path, ReadOnlyMemory<byte>? data, int version = -1, CancellationToken cancellation = default) =>
        RunAsync(Operation.SetData(path, data, version), cancellation);

    /// <summary>The names of a node's children, in no order.</summary>
    public Task<IReadOnlyList<string>> GetChildrenAsync(string path, CancellationToken cancellation = default) =>
        RunAsync(Operation.GetChildren(path), cancellation);

    /// <summary>The names of a node's children and its state.</summary>
    public Task<NodeChildren> GetChildren2Async(string path, CancellationToken cancellation = default) =>
        RunAsync(Operation.GetChildren2(path), cancellation);

    /// <summary>Waits until the server has applied everything that the ensemble agreed on before.</summary>
    public Task SyncAsync(string path = "/", CancellationToken cancellation = default) => RunAsync(Operation.Sync(path), cancellation);

    /// <summary>The permissions of a node.</summary>
    public Task<NodeAcl> GetAclAsync(string path, CancellationToken cancellation = default) =>
        RunAsync(Operation.GetAcl(path), cancellation);

    /// <summary>Replaces the permissions of a node; returns its state.</summary>
    public Task<Stat> SetAclAsync(string path, IReadOnlyList<Acl> acl, int version = -1, CancellationToken cancellation = default) =>
        RunAsync(Operation.SetAcl(path, acl, version), cancellation);

    /// <summary>Several changes, all or none. The exception tells the first error; <see cref="TryAsync"/> those of all parts.</summary>
    public Task<MultiResult> MultiAsync(IReadOnlyList<Operation> parts, CancellationToken cancellation = default) =>
        RunAsync(Operation.Multi(parts), cancellation);

    /// <summary>Several reads of one moment, each of which fails for itself.</summary>
    public Task<IReadOnlyList<OperationResult>> MultiReadAsync(IReadOnlyList<Operation> parts, CancellationToken cancellation = default) =>
        RunAsync(Operation.MultiRead(parts), cancellation);

    /// <summary>The ephemeral nodes of the session whose paths begin with a path.</summary>
    public Task<IReadOnlyList<string>> GetEphemeralsAsync(string prefix = "/", CancellationToken cancellation = default) =>
        RunAsync(Operation.GetEphemerals(prefix), cancellation);

    /// <summary>The number of all nodes below a node.</summary>
    public Task<int> GetAllChildrenNumberAsync(string path, CancellationToken cancellation = default) =>
        RunAsync(Operation.GetAllChildrenNumber(path), cancellation);

    /// <summary>The identities of the connection, as the server knows them.</summary>
    public Task<IReadOnlyList<ClientInfo>> WhoAmIAsync(CancellationToken cancellation = default) =>
        RunAsync(Operation.WhoAmI(), cancellation);
}
