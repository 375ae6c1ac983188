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

    // Apache ZooKeeper keeps watches of data and watches of children apart, and one that stays in both; operators are told of the former.
    private const WatchKinds OfData = WatchKinds.Data | WatchKinds.Persistent | WatchKinds.PersistentRecursive;
    private const WatchKinds OfChildren = WatchKinds.Children | WatchKinds.Persistent | WatchKinds.PersistentRecursive;

    /// <summary>The number of watches of data and of children, so that one that stays counts twice.</summary>
    internal int Count { get; private set; }

    /// <summary>The paths whose data is watched, and by whom.</summary>
    internal IEnumerable<(string Path, List<IWatcher> Watchers)> DataByPath
    {
        get
        {
            foreach (var (path, watchers) in _byPath)
            {
                if (watchers.Where(entry => ((WatchKinds)entry.Value & OfData) != 0).Select(entry => entry.Key).ToList() is { Count: > 0 } ofData)
                {
                    yield return (path, ofData);
                }
            }
        }
    }

    /// <summary>The connections that watch data, and of which paths.</summary>
    internal IEnumerable<(IWatcher Watcher, List<string> Paths)> DataByWatcher
    {
        get
        {
            foreach (var (watcher, paths) in _byWatcher)
            {
                if (paths.Where(path => ((WatchKinds)_byPath[path][watcher] & OfData) != 0).ToList() is { Count: > 0 } ofData)
                {
                    yield return (watcher, ofData);
                }
            }
        }
    }

    /// <summary>The same as numbers.</summary>
    internal (int Connections, int Paths, int Watches) DataSummary =>
        (DataByWatcher.Count(), DataByPath.Count(), DataByPath.Sum(entry => entry.Watchers.Count));

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
        Count += Weight(before | kind) - Weight(before);
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

    private static int Weight(WatchKinds kinds) => ((kinds & OfData) != 0 ? 1 : 0) + ((kinds & OfChildren) != 0 ? 1 : 0);

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

        _recursive -= (kinds & WatchKinds.PersistentRecursive) != 0 ? 1 : 0;
        var left = (WatchKinds)watchers[watcher] & ~kinds;
        Count += Weight(left) - Weight((WatchKinds)watchers[watcher]);
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
