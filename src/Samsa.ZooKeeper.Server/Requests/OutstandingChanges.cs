using Samsa.ZooKeeper.Server.Tree;

namespace Samsa.ZooKeeper.Server.Requests;

/// <summary>
/// Owns what transactions under way will change: the newest record of each path. Whoever holds the server's lock enters. A multi
/// that fails takes its records back.
/// </summary>
internal sealed class OutstandingChanges(DataTree tree)
{
    private readonly Dictionary<string, ChangeRecord> _byPath = new(StringComparer.Ordinal);
    private readonly Queue<ChangeRecord> _inOrder = new();
    private readonly List<(string Path, ChangeRecord? Before)> _undo = [];
    private readonly List<ChangeRecord> _multi = [];
    private bool _inMulti;

    internal int Count => _byPath.Count;

    /// <summary>The records that wait, by path.</summary>
    internal IEnumerable<ChangeRecord> Newest => _byPath.Values;

    /// <summary>The node as it will be; null when it is not there then.</summary>
    internal ChangeRecord? Find(string path)
    {
        if (_byPath.TryGetValue(path, out var record))
        {
            return record.Exists ? record : null;
        }

        return tree.Find(path) is { } node
            ? new ChangeRecord(path, 0, true, node.Stat, node.ChildCount, tree.AclOf(node), node.Data?.Length ?? 0)
            : null;
    }

    internal void Add(ChangeRecord record)
    {
        if (_inMulti)
        {
            _undo.Add((record.Path, _byPath.GetValueOrDefault(record.Path)));
            _multi.Add(record);
        }
        else
        {
            _inOrder.Enqueue(record);
        }

        _byPath[record.Path] = record;
    }

    internal void BeginMulti() => _inMulti = true;

    /// <summary>Ends a multi; what it added stays only if it succeeded.</summary>
    internal void EndMulti(bool succeeded)
    {
        _inMulti = false;
        if (succeeded)
        {
            foreach (var record in _multi)
            {
                _inOrder.Enqueue(record);
            }
        }
        else
        {
            for (var i = _undo.Count - 1; i >= 0; i--)
            {
                var (path, before) = _undo[i];
                if (before is null)
                {
                    _byPath.Remove(path);
                }
                else
                {
                    _byPath[path] = before;
                }
            }
        }

        _undo.Clear();
        _multi.Clear();
    }

    /// <summary>The transactions up to <paramref name="zxid"/> are in the tree.</summary>
    internal void Applied(long zxid)
    {
        while (_inOrder.TryPeek(out var record) && record.Zxid <= zxid)
        {
            _inOrder.Dequeue();
            if (_byPath.TryGetValue(record.Path, out var newest) && ReferenceEquals(newest, record))
            {
                _byPath.Remove(record.Path);
            }
        }
    }
}
