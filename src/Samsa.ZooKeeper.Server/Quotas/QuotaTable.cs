using Samsa.ZooKeeper.Server.Tree;

namespace Samsa.ZooKeeper.Server.Quotas;

/// <summary>
/// Owns the list of paths with a quota, and keeps their counters: <c>/zookeeper/quota/PATH/zookeeper_limits</c> says how much may
/// be below PATH, <c>zookeeper_stats</c> beside it how much is. The counters are data that the server writes without a
/// transaction, as in Apache ZooKeeper; after a start they are counted anew. Whoever holds the server's lock enters.
/// </summary>
internal sealed class QuotaTable(DataTree tree)
{
    private const string LimitsName = "zookeeper_limits";
    private const string StatsName = "zookeeper_stats";
    private const string Below = NodePath.Quota + "/";

    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    /// <summary>Is told when a change takes a path over one of its soft limits: what is there, and what should be. Called under the lock.</summary>
    internal Action<string, QuotaLimits, QuotaLimits>? SoftLimitPassed { get; set; }

    /// <summary>The paths with a quota.</summary>
    internal IReadOnlyCollection<string> Paths => _paths;

    /// <summary>The nearest path with a quota, at or above <paramref name="path"/>; null when there is none.</summary>
    internal string? Find(string path)
    {
        if (_paths.Count == 0)
        {
            return null;
        }

        for (var at = path; at.Length > 1; at = NodePath.ParentOf(at))
        {
            if (_paths.Contains(at))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>What may be below a path with a quota, and what is.</summary>
    internal (QuotaLimits Limits, QuotaLimits Used)? Read(string quotaPath)
    {
        var limits = QuotaLimits.Parse(tree.Find(NodePath.Quota + quotaPath + "/" + LimitsName)?.Data);
        var used = QuotaLimits.Parse(tree.Find(NodePath.Quota + quotaPath + "/" + StatsName)?.Data);
        return limits is { } known && used is { } counted ? (known, counted) : null;
    }

    /// <summary>True when nodes and bytes more at <paramref name="path"/> would pass a hard limit.</summary>
    internal bool WouldExceed(string path, long nodes, long bytes)
    {
        if (Find(path) is not { } quotaPath || Read(quotaPath) is not { } quota)
        {
            return false;
        }

        var (limits, used) = quota;
        return (limits.CountHardLimit > -1 && nodes > 0 && used.Count + nodes > limits.CountHardLimit)
            || (limits.BytesHardLimit > -1 && bytes > 0 && used.Bytes + bytes > limits.BytesHardLimit);
    }

    internal void OnCreated(string path, byte[]? data)
    {
        if (path.StartsWith(Below, StringComparison.Ordinal))
        {
            Learn(path);
        }

        Count(path, 1, data?.Length ?? 0);
    }

    internal void OnDeleted(string path, byte[]? data)
    {
        if (path.StartsWith(Below, StringComparison.Ordinal) && NodePath.NameOf(path) == LimitsName)
        {
            _paths.Remove(PathOf(path));
        }

        Count(path, -1, -(data?.Length ?? 0));
    }

    internal void OnDataSet(string path, byte[]? before, byte[]? after) => Count(path, 0, (after?.Length ?? 0) - (before?.Length ?? 0));

    /// <summary>Finds the quotas and counts anew, after a snapshot and a log were read.</summary>
    internal void Rebuild()
    {
        _paths.Clear();
        foreach (var path in tree.Nodes.Keys.Where(path => path.StartsWith(Below, StringComparison.Ordinal)).ToArray())
        {
            Learn(path);
        }
    }

    private static string PathOf(string quotaNode) => NodePath.ParentOf(quotaNode)[NodePath.Quota.Length..];

    private void Learn(string path)
    {
        var name = NodePath.NameOf(path);
        if (name is not (LimitsName or StatsName) || PathOf(path) is not { Length: > 0 } quotaPath)
        {
            return;
        }

        if (name == LimitsName)
        {
            _paths.Add(quotaPath);
        }

        // The two nodes come in any order; what was there before the later one is counted then.
        if (tree.Find(NodePath.Quota + quotaPath + "/" + StatsName) is { } counter)
        {
            var (nodes, bytes) = Measure(quotaPath);
            tree.ReplaceData(counter, new QuotaLimits(nodes, bytes).ToStatText());
        }
    }

    // Without recursion: a path may be as deep as a client likes.
    private (long Nodes, long Bytes) Measure(string path)
    {
        long nodes = 0, bytes = 0;
        var open = new Stack<string>([path]);
        while (open.TryPop(out var next))
        {
            if (tree.Find(next) is not { } node)
            {
                continue;
            }

            nodes++;
            bytes += node.Data?.Length ?? 0;
            foreach (var child in node.ChildPaths ?? [])
            {
                open.Push(child);
            }
        }

        return (nodes, bytes);
    }

    private void Count(string path, long nodes, long bytes)
    {
        if (Find(path) is { } quotaPath
            && tree.Find(NodePath.Quota + quotaPath + "/" + StatsName) is { } counter
            && QuotaLimits.Parse(counter.Data) is { } used)
        {
            var now = new QuotaLimits(used.Count + nodes, used.Bytes + bytes);
            tree.ReplaceData(counter, now.ToStatText());
            if (SoftLimitPassed is not null && Read(quotaPath) is { Limits: var limits }
                && ((used.Count <= limits.Count && limits.Count < now.Count && limits.Count > -1)
                    || (used.Bytes <= limits.Bytes && limits.Bytes < now.Bytes && limits.Bytes > -1)))
            {
                SoftLimitPassed(quotaPath, now, limits);
            }
        }
    }
}
