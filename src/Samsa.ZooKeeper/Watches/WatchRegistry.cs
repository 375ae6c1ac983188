using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Watches;

/// <summary>
/// Owns the client's watches, by the server's paths. Any thread adds and removes; one loop at a time delivers. Lives as long as the
/// client; the end of a session empties it.
/// </summary>
internal sealed class WatchRegistry(Chroot chroot, Action<WatchedEvent, Exception> onFailure)
{
    // Apache ZooKeeper's client sends lists of at most 128 KB in one frame.
    private const int LongestList = 128 * 1024;

    private static readonly WatchRegistration[] Kinds =
    [
        WatchRegistration.Data, WatchRegistration.Exists, WatchRegistration.Children, WatchRegistration.Persistent,
        WatchRegistration.PersistentRecursive,
    ];

    private readonly Lock _lock = new();
    private readonly Dictionary<WatchRegistration, Dictionary<string, HashSet<INodeWatcher>>> _byKind =
        Kinds.ToDictionary(static kind => kind, static _ => new Dictionary<string, HashSet<INodeWatcher>>(StringComparer.Ordinal));
    private readonly HashSet<INodeWatcher> _ofSession = [];

    internal void Add(WatchRegistration kind, string path, INodeWatcher watcher)
    {
        lock (_lock)
        {
            var byPath = _byKind[kind];
            if (!byPath.TryGetValue(path, out var watchers))
            {
                byPath.Add(path, watchers = []);
            }

            watchers.Add(watcher);
        }
    }

    /// <summary>Adds a watcher of the session's state alone. It outlives sessions.</summary>
    internal void AddSessionWatcher(INodeWatcher watcher)
    {
        lock (_lock)
        {
            _ofSession.Add(watcher);
        }
    }

    internal void RemoveSessionWatcher(INodeWatcher watcher)
    {
        lock (_lock)
        {
            _ofSession.Remove(watcher);
        }
    }

    /// <summary>The server told of a change.</summary>
    internal void Deliver(WatchEventType type, string path)
    {
        var told = new HashSet<INodeWatcher>();
        lock (_lock)
        {
            switch (type)
            {
                case WatchEventType.NodeChildrenChanged:
                    Take(WatchRegistration.Children, path, told);
                    break;
                case WatchEventType.NodeDeleted:
                    Take(WatchRegistration.Data, path, told);
                    Take(WatchRegistration.Exists, path, told);
                    Take(WatchRegistration.Children, path, told);
                    break;
                default:
                    Take(WatchRegistration.Data, path, told);
                    Take(WatchRegistration.Exists, path, told);
                    break;
            }

            Collect(WatchRegistration.Persistent, path, told);
            if (type != WatchEventType.NodeChildrenChanged && _byKind[WatchRegistration.PersistentRecursive].Count > 0)
            {
                CollectRecursive(path, told);
            }
        }

        Tell(told, new WatchedEvent(type, KeeperState.SyncConnected, chroot.ToClient(path)));
    }

    /// <summary>Tells everybody that the session's state changed. After the end of the session there are no more watches.</summary>
    internal void Deliver(KeeperState state)
    {
        var change = new WatchedEvent(WatchEventType.None, state, null);
        HashSet<INodeWatcher> told;
        lock (_lock)
        {
            told = [.. _ofSession];
            foreach (var byPath in _byKind.Values)
            {
                foreach (var watchers in byPath.Values)
                {
                    told.UnionWith(watchers);
                }

                if (change.IsLast)
                {
                    byPath.Clear();
                }
            }
        }

        Tell(told, change);
    }

    /// <summary>True when a watch of the type is there.</summary>
    internal bool Contains(string path, WatcherType type)
    {
        lock (_lock)
        {
            return Array.Exists(KindsOf(type), kind => _byKind[kind].ContainsKey(path));
        }
    }

    /// <summary>Removes all watches of the type from a path, and tells their watchers so.</summary>
    internal void Remove(string path, WatcherType type, KeeperState state)
    {
        foreach (var kind in KindsOf(type))
        {
            var told = new HashSet<INodeWatcher>();
            lock (_lock)
            {
                Take(kind, path, told);
            }

            var removed = kind switch
            {
                WatchRegistration.Children => WatchEventType.ChildWatchRemoved,
                WatchRegistration.Data or WatchRegistration.Exists => WatchEventType.DataWatchRemoved,
                _ => WatchEventType.PersistentWatchRemoved,
            };
            Tell(told, new WatchedEvent(removed, state, chroot.ToClient(path)));
        }
    }

    /// <summary>Removes one watcher from a path.</summary>
    /// <returns>True when it was there, and no watch is left on the path.</returns>
    internal bool Remove(string path, INodeWatcher watcher)
    {
        lock (_lock)
        {
            var wasThere = false;
            var left = false;
            foreach (var byPath in _byKind.Values)
            {
                if (byPath.TryGetValue(path, out var watchers))
                {
                    wasThere |= watchers.Remove(watcher);
                    left |= watchers.Count > 0;
                    if (watchers.Count == 0)
                    {
                        byPath.Remove(path);
                    }
                }
            }

            return wasThere && !left;
        }
    }

    /// <summary>The requests that set all watches again on a new connection.</summary>
    /// <param name="lastZxid">What the client has seen: the server tells at once what changed after it.</param>
    internal List<(OpCode Type, IRecord Request)> ToSetAgain(long lastZxid)
    {
        var requests = new List<(OpCode, IRecord)>();
        lock (_lock)
        {
            var lists = new SetWatches2();
            var length = 0;
            foreach (var kind in Kinds)
            {
                foreach (var path in _byKind[kind].Keys)
                {
                    if (length > 0 && length + path.Length > LongestList)
                    {
                        requests.Add(ToRequest(lists, lastZxid));
                        (lists, length) = (new SetWatches2(), 0);
                    }

                    ListOf(lists, kind).Add(path);
                    length += path.Length + sizeof(int);
                }
            }

            if (length > 0)
            {
                requests.Add(ToRequest(lists, lastZxid));
            }
        }

        return requests;
    }

    private static (OpCode Type, IRecord Request) ToRequest(SetWatches2 lists, long lastZxid)
    {
        lists.RelativeZxid = lastZxid;
        lists.DataWatches ??= [];
        lists.ExistWatches ??= [];
        lists.ChildWatches ??= [];
        if (lists.PersistentWatches is not null || lists.PersistentRecursiveWatches is not null)
        {
            lists.PersistentWatches ??= [];
            lists.PersistentRecursiveWatches ??= [];
            return (OpCode.SetWatches2, lists);
        }

        // Servers before 3.6 know only this one.
        return (OpCode.SetWatches, new SetWatches
        {
            RelativeZxid = lastZxid,
            DataWatches = lists.DataWatches,
            ExistWatches = lists.ExistWatches,
            ChildWatches = lists.ChildWatches,
        });
    }

    private static List<string> ListOf(SetWatches2 lists, WatchRegistration kind) => kind switch
    {
        WatchRegistration.Data => lists.DataWatches ??= [],
        WatchRegistration.Exists => lists.ExistWatches ??= [],
        WatchRegistration.Children => lists.ChildWatches ??= [],
        WatchRegistration.Persistent => lists.PersistentWatches ??= [],
        _ => lists.PersistentRecursiveWatches ??= [],
    };

    private static WatchRegistration[] KindsOf(WatcherType type) => type switch
    {
        WatcherType.Children => [WatchRegistration.Children],
        WatcherType.Data => [WatchRegistration.Data, WatchRegistration.Exists],
        WatcherType.Persistent => [WatchRegistration.Persistent],
        WatcherType.PersistentRecursive => [WatchRegistration.PersistentRecursive],
        _ => Kinds,
    };

    private void Take(WatchRegistration kind, string path, HashSet<INodeWatcher> told)
    {
        if (_byKind[kind].Remove(path, out var watchers))
        {
            told.UnionWith(watchers);
        }
    }

    private void Collect(WatchRegistration kind, string path, HashSet<INodeWatcher> told)
    {
        if (_byKind[kind].TryGetValue(path, out var watchers))
        {
            told.UnionWith(watchers);
        }
    }

    private void CollectRecursive(string path, HashSet<INodeWatcher> told)
    {
        while (true)
        {
            Collect(WatchRegistration.PersistentRecursive, path, told);
            if (path.Length <= 1)
            {
                return;
            }

            var slash = path.LastIndexOf('/');
            path = slash <= 0 ? "/" : path[..slash];
        }
    }

    private void Tell(HashSet<INodeWatcher> told, WatchedEvent change)
    {
        foreach (var watcher in told)
        {
            try
            {
                watcher.OnEvent(change);
            }
            catch (Exception failure)
            {
                // A bug of a watcher is not one of the session, on which others depend.
                onFailure(change, failure);
            }
        }
    }
}
