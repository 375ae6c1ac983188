using System.Globalization;
using System.Text;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Tree;

/// <summary>
/// Owns the lists of ACLs that nodes use, each once, under the numbers that snapshots write. Numbers rise in the order of the
/// transactions that brought a list, as in Apache ZooKeeper: a snapshot taken while the tree changed may have nodes with
/// numbers that only the transactions after it explain. Whoever holds the server's lock enters.
/// </summary>
internal sealed class AclCache
{
    /// <summary>The number of the ACL that every snapshot leaves out: the world may do everything.</summary>
    internal const long OpenUnsafe = -1;

    /// <summary>
    /// What a node of a snapshot gets instead of a number that the snapshot does not explain; the log does. Kept, such a number
    /// could become that of another list while the log is replayed.
    /// </summary>
    internal const long Unknown = long.MinValue;

    /// <summary>The world may do everything.</summary>
    internal static readonly List<Acl> OpenAcl = [World(AclPermissions.All)];

    private readonly Dictionary<long, Entry> _byNumber = [];
    private readonly Dictionary<string, long> _byContent = new(StringComparer.Ordinal);
    private long _lastNumber;

    // Nearly all nodes have the list of the node before.
    private Entry? _lastUsed;
    private long _lastUsedNumber;

    internal int Count => _byNumber.Count;

    internal static Acl World(AclPermissions permissions) =>
        new() { Perms = (int)permissions, Id = new AclId { Scheme = "world", Id = "anyone" } };

    /// <summary>The list under a number; null when it is not known (see above).</summary>
    internal List<Acl>? Find(long number) =>
        number == OpenUnsafe ? OpenAcl : _byNumber.TryGetValue(number, out var entry) ? entry.Acl : null;

    /// <summary>The number of a list, whose use it counts.</summary>
    internal long Use(List<Acl>? acl)
    {
        if (acl is null)
        {
            return OpenUnsafe;
        }

        if (_lastUsed is { Uses: > 0 } same && AreSame(same.Acl, acl))
        {
            same.Uses++;
            return _lastUsedNumber;
        }

        var content = ContentOf(acl);
        if (!_byContent.TryGetValue(content, out var number))
        {
            if (_byNumber.TryGetValue(_lastNumber, out var last) && last.Uses <= 0)
            {
                _byNumber.Remove(_lastNumber);
                _byContent.Remove(last.Content);
            }

            number = ++_lastNumber;
            _byContent.Add(content, number);
            _byNumber.Add(number, new Entry(acl, content));
        }

        (_lastUsed, _lastUsedNumber) = (_byNumber[number], number);
        _lastUsed.Uses++;
        return number;
    }

    /// <summary>Counts the use of a number read from a snapshot; returns the number to use from now on.</summary>
    internal long UseNumber(long number)
    {
        if (number == OpenUnsafe)
        {
            return number;
        }

        if (!_byNumber.TryGetValue(number, out var entry))
        {
            return Unknown;
        }

        entry.Uses++;
        return number;
    }

    /// <summary>
    /// Counts one use less; a list that nobody uses is forgotten, but for the last one: a snapshot must tell the highest number
    /// that was given, or the server that reads it counts on from a lower one.
    /// </summary>
    internal void Release(long number)
    {
        if (number != OpenUnsafe && _byNumber.TryGetValue(number, out var entry) && --entry.Uses <= 0 && number != _lastNumber)
        {
            _byNumber.Remove(number);
            _byContent.Remove(entry.Content);
        }
    }

    /// <summary>Puts a list where a snapshot says it is.</summary>
    internal void Restore(long number, List<Acl> acl)
    {
        var entry = new Entry(acl, ContentOf(acl));
        _lastUsed = null;
        _byNumber[number] = entry;
        _byContent[entry.Content] = number;
        _lastNumber = Math.Max(_lastNumber, number);
    }

    /// <summary>Forgets lists that a snapshot had and no node of it uses.</summary>
    internal void ForgetUnused()
    {
        foreach (var (number, entry) in _byNumber)
        {
            if (entry.Uses <= 0 && number != _lastNumber)
            {
                _byNumber.Remove(number);
                _byContent.Remove(entry.Content);
            }
        }
    }

    /// <summary>All lists with their numbers, in the order of these.</summary>
    internal List<NumberedAcl> All()
    {
        var all = new List<NumberedAcl>(_byNumber.Count);
        foreach (var (number, entry) in _byNumber)
        {
            all.Add(new NumberedAcl(number, entry.Acl));
        }

        all.Sort(static (left, right) => left.Number.CompareTo(right.Number));
        return all;
    }

    private static bool AreSame(List<Acl> left, List<Acl> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (left[i].Perms != right[i].Perms || left[i].Id.Id != right[i].Id.Id || left[i].Id.Scheme != right[i].Id.Scheme)
            {
                return false;
            }
        }

        return true;
    }

    private static string ContentOf(List<Acl> acl)
    {
        var text = new StringBuilder();
        foreach (var entry in acl)
        {
            // Lengths before the parts: no scheme or id can look like the border between them.
            text.Append(CultureInfo.InvariantCulture, $"{entry.Perms},{entry.Id.Scheme.Length},{entry.Id.Scheme},{entry.Id.Id.Length},{entry.Id.Id};");
        }

        return text.ToString();
    }

    private sealed class Entry(List<Acl> acl, string content)
    {
        internal List<Acl> Acl { get; } = acl;

        internal string Content { get; } = content;

        internal int Uses { get; set; }
    }
}
