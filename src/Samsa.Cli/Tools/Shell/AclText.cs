using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;

namespace Samsa.Cli.Tools.Shell;

/// <summary>Permissions as the shell reads and prints them: <c>scheme:id:cdrwa</c>, several with commas.</summary>
internal static class AclText
{
    private static readonly (char Letter, AclPermissions Permission)[] Letters =
    [
        ('c', AclPermissions.Create), ('d', AclPermissions.Delete), ('r', AclPermissions.Read), ('w', AclPermissions.Write),
        ('a', AclPermissions.Admin),
    ];

    /// <summary>Reads a list; what is none of it is said and left out, as Apache's shell does.</summary>
    /// <exception cref="ShellException">Nothing is left.</exception>
    public static List<Acl> Parse(string text, Action<string> complain)
    {
        var list = new List<Acl>();
        foreach (string entry in text.Split(','))
        {
            int first = entry.IndexOf(':', StringComparison.Ordinal);
            int last = entry.LastIndexOf(':');
            if (first < 0 || first == last)
            {
                complain($"{entry} does not have the form scheme:id:perm");
                continue;
            }

            list.Add(Acls.Entry(Permissions(entry[(last + 1)..], complain), entry[..first], entry[(first + 1)..last]));
        }

        return list.Count > 0 ? list : throw new ShellException("Acl is not valid : null");
    }

    /// <summary>An entry in the two lines of <c>getAcl</c>.</summary>
    public static string Of(Acl entry) => $"'{entry.Id.Scheme},'{entry.Id.Id}\n: {Of((AclPermissions)entry.Perms)}";

    private static string Of(AclPermissions permissions) =>
        string.Concat(Letters.Where(letter => permissions.HasFlag(letter.Permission)).Select(letter => letter.Letter));

    private static AclPermissions Permissions(string text, Action<string> complain)
    {
        var permissions = AclPermissions.None;
        foreach (char letter in text)
        {
            if (Array.Find(Letters, known => known.Letter == letter) is { Permission: not AclPermissions.None } known)
                permissions |= known.Permission;
            else
                complain($"Unknown perm type: {letter}");
        }

        return permissions;
    }
}
