using System.Globalization;
using Samsa.Broker.Metadata.Znodes;
using Samsa.ZooKeeper;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// A tree of nodes in memory, with versions, ephemeral and sequential nodes, multis and watches that tell once, as ZooKeeper has
/// them; and a log of the transactions, as the reference pages of Kafka's tree show it.
/// Owns the nodes, which outlive the stores that are made for it (<see cref="Connect"/>): a store is one session. One thread at a time, except where a store
/// is called: those take turns. Never fails unless <see cref="Fault"/> says so.
/// </summary>
internal sealed class MemoryZnodes(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Node> _nodes = new(StringComparer.Ordinal) { ["/"] = new Node(null, 0, 0, 0) };
    private readonly List<Store> _stores = [];
    private TaskCompletionSource _reachable = Done();
    private long _zxid;
    private long _sessions;

    /// <summary>The transactions, failed ones with their error at the end.</summary>
    public List<string> Log { get; } = [];

    /// <summary>Asked before each transaction of a round; true loses the round's connection before that transaction.</summary>
    public Func<ZnodeWrite, bool>? Fault { get; set; }

    /// <summary>Asked after each transaction; true loses the round's connection after it, so that nobody hears what came of it.</summary>
    public Func<ZnodeWrite, bool>? LostAnswer { get; set; }

    /// <summary>A lost transaction does not keep the later ones of its round from being executed, as when the client connects again meanwhile.</summary>
    public bool GoesOnAfterLoss { get; set; }

    /// <summary>False: nobody has a connection, until it is true again. Sessions go on.</summary>
    public bool IsReachable
    {
        get => _reachable.Task.IsCompleted;
        set
        {
            if (value)
            {
                _reachable.TrySetResult();
            }
            else
            {
                _reachable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Asked before each transaction of a round; anything but Ok is the server's answer.</summary>
    public Func<ZnodeWrite, KeeperError>? Refuse { get; set; }

    /// <summary>Paths with data, as text; null data as <c>null</c>.</summary>
    public IReadOnlyDictionary<string, string> Tree
    {
        get
        {
            lock (_lock)
            {
                return _nodes.ToDictionary(
                    static pair => pair.Key, static pair => pair.Value.Data == null ? "null" : System.Text.Encoding.UTF8.GetString(pair.Value.Data));
            }
        }
    }

    /// <summary>A connection for one broker.</summary>
    public IZnodeStore Connect()
    {
        var store = new Store(this);
        lock (_lock)
        {
            _stores.Add(store);
        }

        return store;
    }

    /// <summary>A connection for one broker, after <see cref="Kill"/>.</summary>
    public IZnodeStore ConnectAlone()
    {
        Kill();
        return Connect();
    }

    /// <summary>Somebody else's transaction.</summary>
    public KeeperError Do(params ZnodeOperation[] operations)
    {
        List<Action> events = [];
        KeeperError error;
        lock (_lock)
        {
            error = Apply(new ZnodeWrite(operations), 0, events);
        }

        Tell(events);
        return error;
    }

    /// <summary>The same tree, without sessions and with a life of its own.</summary>
    public MemoryZnodes Copy()
    {
        lock (_lock)
        {
            var copy = new MemoryZnodes(time) { _zxid = _zxid, _sessions = _sessions };
            foreach (var (path, node) in _nodes)
            {
                copy._nodes[path] = node.Copy();
            }

            copy.EndAll();
            return copy;
        }
    }

    /// <summary>Everybody who is connected dies, and hears nothing any more; their sessions are over.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            _stores.Clear();
            EndAll();
        }
    }

    /// <summary>Ends the session of every store; each gets a new one.</summary>
    public void ExpireSessions()
    {
        foreach (var store in _stores.ToArray())
        {
            store.Renew();
        }
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }

    private static void Tell(List<Action> events)
    {
        foreach (var tell in events)
        {
            tell();
        }
    }

    private static string ParentOf(string path) => path.LastIndexOf('/') is > 0 and var slash ? path[..slash] : "/";

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private IEnumerable<string> ChildrenOf(string path) =>
        _nodes.Keys.Where(other => other != "/" && ParentOf(other) == path);

    private KeeperError Apply(ZnodeWrite write, long session, List<Action> events)
    {
        var zxid = ++_zxid;
        var created = new HashSet<string>(StringComparer.Ordinal);
        var before = write.Operations.Select(operation => Check(operation, created)).FirstOrDefault(static error => error != KeeperError.Ok);
        write.Error = before;
        if (before != KeeperError.Ok)
        {
            Log.Add($"{Text(write, "")}  ({before})");
            return before;
        }

        foreach (var operation in write.Operations)
        {
            Do(operation, write, session, zxid, events);
        }

        var last = write.Operations[^1];
        Log.Add(last.Kind switch
        {
            ZnodeOperationKind.Set => Text(write, string.Create(CultureInfo.InvariantCulture, $" -> v{write.Version}")),
            ZnodeOperationKind.CreateSequential => Text(write, "").Replace(last.Path, write.CreatedPath, StringComparison.Ordinal),
            _ => Text(write, ""),
        });
        return KeeperError.Ok;
    }

    private static string Text(ZnodeWrite write, string end) => write.Operations.Count == 1
        ? write.Operations[0] + end
        : $"multi{{ {string.Join(" ; ", write.Operations)}{end} }}";

    private KeeperError Check(ZnodeOperation operation, HashSet<string> created)
    {
        var node = _nodes.GetValueOrDefault(operation.Path);
        switch (operation.Kind)
        {
            case ZnodeOperationKind.Create or ZnodeOperationKind.CreateEphemeral or ZnodeOperationKind.CreateSequential:
                created.Add(operation.Path);
                return node != null ? KeeperError.NodeExists : _nodes.ContainsKey(ParentOf(operation.Path)) ? KeeperError.Ok : KeeperError.NoNode;
            case ZnodeOperationKind.Delete when node != null && ChildrenOf(operation.Path).Any():
                return KeeperError.NotEmpty;
            default:
                return node == null
                    ? created.Contains(operation.Path) ? KeeperError.Ok : KeeperError.NoNode
                    : operation.Version >= 0 && operation.Version != node.Version ? KeeperError.BadVersion : KeeperError.Ok;
        }
    }

    private void Do(ZnodeOperation operation, ZnodeWrite write, long session, long zxid, List<Action> events)
    {
        var path = operation.Path;
        switch (operation.Kind)
        {
            case ZnodeOperationKind.Create or ZnodeOperationKind.CreateEphemeral or ZnodeOperationKind.CreateSequential:
                if (operation.Kind == ZnodeOperationKind.CreateSequential)
                {
                    path += _nodes[ParentOf(path)].Created.ToString("D10", CultureInfo.InvariantCulture);
                }

                _nodes[ParentOf(path)].Created++;
                var owner = operation.Kind == ZnodeOperationKind.CreateEphemeral ? session : 0;
                _nodes[path] = new Node(operation.Data, zxid, time.GetUtcNow().ToUnixTimeMilliseconds(), owner);
                write.CreatedPath = path;
                Fire(path, data: true, events);
                Fire(ParentOf(path), data: false, events);
                break;
            case ZnodeOperationKind.Set:
                var node = _nodes[path];
                node.Data = operation.Data;
                write.Version = ++node.Version;
                write.Czxid = node.Czxid;
                Fire(path, data: true, events);
                break;
            case ZnodeOperationKind.Delete:
                _nodes.Remove(path);
                Fire(path, data: true, events);
                Fire(path, data: false, events);
                Fire(ParentOf(path), data: false, events);
                break;
        }
    }

    private void Fire(string path, bool data, List<Action> events)
    {
        foreach (var store in _stores)
        {
            if ((data ? store.DataWatches : store.ChildWatches).Remove(path))
            {
                events.Add(() => store.Listener?.OnChanged(path));
            }
        }
    }

    private void Read(ZnodeRead read, Store store)
    {
        var node = _nodes.GetValueOrDefault(read.Path);
        read.Error = node == null ? KeeperError.NoNode : KeeperError.Ok;
        if (read.Watches && (node != null || !read.WantsChildren))
        {
            (read.WantsChildren ? store.ChildWatches : store.DataWatches).Add(read.Path);
        }

        if (node == null)
        {
            return;
        }

        read.Data = node.Data;
        read.Children = read.WantsChildren ? [.. ChildrenOf(read.Path).Select(NameOf)] : [];
        (read.Version, read.Czxid, read.CreatedAt, read.EphemeralOwner) = (node.Version, node.Czxid, node.CreatedAt, node.Owner);
    }

    private void EndAll()
    {
        List<Action> nobodyHears = [];
        foreach (var session in _nodes.Values.Select(static node => node.Owner).Where(static owner => owner != 0).Distinct().ToArray())
        {
            End(session, nobodyHears);
        }
    }

    private void End(long session, List<Action> events)
    {
        foreach (var path in _nodes.Where(pair => pair.Value.Owner == session).Select(static pair => pair.Key).ToArray())
        {
            Do(ZnodeOperation.Delete(path), new ZnodeWrite([]), session, ++_zxid, events);
            Log.Add($"session closed: {path}");
        }
    }

    private sealed class Node(byte[]? data, long czxid, long createdAt, long owner)
    {
        public byte[]? Data { get; set; } = data;

        public long Czxid { get; } = czxid;

        public long CreatedAt { get; } = createdAt;

        public long Owner { get; } = owner;

        public int Version { get; set; }

        public int Created { get; set; }

        public Node Copy() => new(Data, Czxid, CreatedAt, Owner) { Version = Version, Created = Created };
    }

    private sealed class Store(MemoryZnodes tree) : IZnodeStore
    {
        private long _session;

        public HashSet<string> DataWatches { get; } = new(StringComparer.Ordinal);

        public HashSet<string> ChildWatches { get; } = new(StringComparer.Ordinal);

        public IZnodeListener? Listener { get; private set; }

        public void Start(IZnodeListener listener)
        {
            Listener = listener;
            _session = Interlocked.Increment(ref tree._sessions);
            listener.OnConnected(_session);
        }

        public Task WaitConnectedAsync() => tree._reachable.Task;

        public Task ExecuteAsync(ZnodeRound round)
        {
            if (!tree.IsReachable)
            {
                round.IsLost = true;
                return Task.CompletedTask;
            }

            List<Action> events = [];
            lock (tree._lock)
            {
                foreach (var write in round.Writes)
                {
                    if (tree.Fault?.Invoke(write) == true)
                    {
                        round.IsLost = true;
                        if (tree.GoesOnAfterLoss)
                        {
                            continue;
                        }

                        break;
                    }

                    if (tree.Refuse?.Invoke(write) is { } refused and not KeeperError.Ok)
                    {
                        write.Error = refused;
                        continue;
                    }

                    tree.Apply(write, _session, events);
                    if (tree.LostAnswer?.Invoke(write) == true)
                    {
                        round.IsLost = true;
                        break;
                    }
                }

                foreach (var read in round.IsLost ? [] : round.Reads)
                {
                    tree.Read(read, this);
                }
            }

            Tell(events);
            return Task.CompletedTask;
        }

        public void Renew()
        {
            List<Action> events = [];
            lock (tree._lock)
            {
                DataWatches.Clear();
                ChildWatches.Clear();
                tree.End(_session, events);
                _session = Interlocked.Increment(ref tree._sessions);
            }

            Tell(events);
            Listener?.OnConnected(_session);
        }

        public ValueTask DisposeAsync()
        {
            List<Action> events = [];
            lock (tree._lock)
            {
                tree._stores.Remove(this);
                tree.End(_session, events);
            }

            Tell(events);
            return default;
        }
    }
}
