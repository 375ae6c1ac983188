namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// The names in one folder: as they are seen, as they are on the platter, and every change in between. A rename is one change of
/// two names. Entered under the lock of its <see cref="CrashDisk"/>.
/// </summary>
internal sealed class DiskFolder : DiskNode
{
    private readonly List<Change> _pending = [];
    private Dictionary<string, DiskNode> _durable;

    internal DiskFolder(Dictionary<string, DiskNode> entries)
    {
        Entries = entries;
        _durable = new Dictionary<string, DiskNode>(entries);
    }

    internal Dictionary<string, DiskNode> Entries { get; }

    /// <summary>Gives a name to a node, or takes it away (null). <paramref name="moment"/> orders the changes of all folders.</summary>
    internal void Set(long moment, string name, DiskNode? node) => Add(new Change(moment, name, node, null));

    internal void Rename(long moment, string from, string to) => Add(new Change(moment, to, Entries[from], from));

    internal void Flush()
    {
        _durable = new Dictionary<string, DiskNode>(Entries);
        _pending.Clear();
    }

    /// <summary>
    /// What a power cut may leave of the folder and of everything in it. A journal keeps all changes before <paramref name="moment"/>
    /// and none after; without one each folder keeps its changes up to some moment of its own.
    /// </summary>
    internal DiskFolder Survive(Random? random, bool withoutLoss, long? moment)
    {
        var kept = withoutLoss ? _pending.Count
            : moment is { } journal ? _pending.Count(change => change.Moment < journal)
            : random?.Next(_pending.Count + 1) ?? 0;
        var entries = new Dictionary<string, DiskNode>(_durable);
        for (var i = 0; i < kept; i++)
        {
            Apply(entries, _pending[i]);
        }

        var copies = new Dictionary<string, DiskNode>(entries.Count);
        foreach (var (name, node) in entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            copies[name] = node is DiskFolder folder
                ? folder.Survive(random, withoutLoss, moment)
                : ((DiskFile)node).Survive(random, withoutLoss);
        }

        return new DiskFolder(copies);
    }

    private void Add(in Change change)
    {
        _pending.Add(change);
        Apply(Entries, change);
    }

    private static void Apply(Dictionary<string, DiskNode> entries, in Change change)
    {
        if (change.From is not null)
        {
            entries.Remove(change.From);
        }

        if (change.Node is null)
        {
            entries.Remove(change.Name);
        }
        else
        {
            entries[change.Name] = change.Node;
        }
    }

    private readonly record struct Change(long Moment, string Name, DiskNode? Node, string? From);
}
