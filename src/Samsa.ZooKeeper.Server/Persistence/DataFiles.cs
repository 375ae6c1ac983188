using System.Globalization;

namespace Samsa.ZooKeeper.Server.Persistence;

/// <summary>The names in a data directory: <c>version-2/log.ZXID</c> and <c>version-2/snapshot.ZXID</c>, the number in hexadecimal.</summary>
internal static class DataFiles
{
    internal const string Version = "version-2";
    internal const string Log = "log";
    internal const string Snapshot = "snapshot";

    /// <summary>What a snapshot is called while it is written. No reader takes it for one.</summary>
    internal const string UnfinishedPrefix = "unfinished-";

    internal static string NameOf(string kind, long zxid) => kind + "." + zxid.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>The files of a kind with their numbers, in rising order. Names with more parts (compressed snapshots) come too.</summary>
    internal static List<NumberedFile> Of(string kind, IEnumerable<string> names)
    {
        var found = new List<NumberedFile>();
        foreach (var name in names)
        {
            var parts = name.Split('.');
            if (parts.Length >= 2 && parts[0] == kind
                && long.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var zxid))
            {
                found.Add(new NumberedFile(zxid, name));
            }
        }

        found.Sort(static (left, right) => left.Zxid.CompareTo(right.Zxid));
        return found;
    }
}
