using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Tree;

namespace Samsa.ZooKeeper.Server.Watches;

/// <summary>
/// Owns all watches, and turns changes of the tree into events. Whoever holds the server's lock enters: an event is handed to
/// its connection while the change is made, so it stands before every answer that shows the change. A watcher hears of each
/// change once, whatever it has there.
/// </summary>
internal sealed class WatchTable : ITreeObserver
{
    // The kinds as numbers: a dictionary of an enumeration of our own would be compiled anew with every start.
    private readonly Dictionary<string, Dictionary<IWatcher, int>> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<IWatcher, HashSet<string>> _byWatcher = [];
    private readonly List<IWatcher> _told = [];
    private int _recursive;

    /// <summary>The number of watches; a path that one connection watches in two ways counts twice.</summary>
    internal int Count { get; private set; }

    internal int PathCount => _byPath.Count;

    internal int WatcherCount => _byWatcher.Count;

    internal IEnumerable<(string Path, IEnumerable<IWatcher> Watchers)> ByPath =>
        _byPath.Select(entry => (entry.Key, (IEnumerable<IWatcher>)entry.Value.Keys));

    internal IEnumerable<(IWatcher Watcher, IReadOnlyCollection<string> Paths)> ByWatcher =>
        _byWatcher.Select(entry => (entry.Key, (IReadOnlyCollection<string>)entry.Value));

    internal void Add(string path, IWatcher watcher, WatchKinds kind)
    {
        if (!_byPath.TryGetValue(path, out var watchers))
        {
            _byPath.Add(path, watchers = []);
        }

        var before = (WatchKinds)watchers.GetValueOrDefault(watcher);
        if ((before & kind) != 0)
        {
            return;
        }

        watchers[watcher] = (int)(before | kind);
        Count++;
        _recursive += kind == WatchKinds.PersistentRecursive ? 1 : 0;
        if (!_byWatcher.TryGetValue(watcher, out var paths))
        {
            _byWatcher.Add(watcher, paths = new(StringComparer.Ordinal));
        }

        paths.Add(path);
    }

    /// <summary>The watches of a connection on a path.</summary>
    internal WatchKinds Find(string path, IWatcher watcher) =>
        _byPath.TryGetValue(path, out var watchers) ? (WatchKinds)watchers.GetValueOrDefault(watcher) : WatchKinds.None;

    /// <summary>Takes watches away; false when none of <paramref name="kinds"/> was there.</summary>
    internal bool Remove(string path, IWatcher watcher, WatchKinds kinds)
    {
        var present = Find(path, watcher) & kinds;
        if (present == WatchKinds.None)
        {
            return false;
        }

        Drop(path, _byPath[path], watcher, present);
        return true;
    }

    /// <summary>Forgets a connection.</summary>
    internal void RemoveAll(IWatcher watcher)
    {
        if (_byWatcher.TryGetValue(watcher, out var paths))
        {
            foreach (var path in paths.ToArray())
            {
                Drop(path, _byPath[path], watcher, Find(path, watcher));
            }
        }
    }

    /// <inheritdoc/>
    public void OnChange(WatchEventType type, string path, long zxid, List<Acl> acl)
    {
        if (_byPath.Count == 0)
        {
            return;
        }

        _told.Clear();
        if (_byPath.TryGetValue(path, out var watchers))
        {
            var reached = type switch
            {
                WatchEventType.NodeChildrenChanged => WatchKinds.Children | WatchKinds.Persistent,
                WatchEventType.NodeDeleted =>
                    WatchKinds.Data | WatchKinds.Children | WatchKinds.Persistent | WatchKinds.PersistentRecursive,
                _ => WatchKinds.Data | WatchKinds.Persistent | WatchKinds.PersistentRecursive,
            };
            foreach (var (watcher, kinds) in watchers)
            {
                if (((WatchKinds)kinds & reached) != 0)
                {
                    _told.Add(watcher);
                }
            }

            foreach (var watcher in _told)
            {
                Drop(path, watchers, watcher, (WatchKinds)watchers[watcher] & reached & (WatchKinds.Data | WatchKinds.Children));
            }
        }

        if (_recursive > 0 && type != WatchEventType.NodeChildrenChanged)
        {
            AddRecursive(path);
        }

        foreach (var watcher in _told)
        {
            watcher.OnEvent(type, path, zxid, acl);
        }
    }

    private void AddRecursive(string path)
    {
        while (path.Length > 1)
        {
            path = NodePath.ParentOf(path);
            if (!_byPath.TryGetValue(path, out var watchers))
            {
                continue;
            }

            foreach (var (watcher, kinds) in watchers)
            {
                if (((WatchKinds)kinds & WatchKinds.PersistentRecursive) != 0 && !_told.Contains(watcher))
                {
                    _told.Add(watcher);
                }
            }
        }
    }

    private void Drop(string path, Dictionary<IWatcher, int> watchers, IWatcher watcher, WatchKinds kinds)
    {
        if (kinds == WatchKinds.None)
        {
            return;
        }

        Count -= System.Numerics.BitOperations.PopCount((uint)kinds);
        _recursive -= (kinds & WatchKinds.PersistentRecursive) != 0 ? 1 : 0;
        var left = (WatchKinds)watchers[watcher] & ~kinds;
        if (left != WatchKinds.None)
        {
            watchers[watcher] = (int)left;
            return;
        }

        watchers.Remove(watcher);
        if (watchers.Count == 0)
        {
            _byPath.Remove(path);
        }

        var paths = _byWatcher[watcher];
        paths.Remove(path);
        if (paths.Count == 0)
        {
            _byWatcher.Remove(watcher);
        }
    }
}
