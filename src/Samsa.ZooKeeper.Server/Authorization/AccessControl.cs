using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Authorization;

/// <summary>Judges ACLs: whether they allow something to a client, and whether a client may set them. Immutable; any thread.</summary>
/// <param name="superDigest"><c>zookeeper.DigestAuthenticationProvider.superDigest</c>; null for none.</param>
/// <param name="skip"><c>skipACL=yes</c>: everybody may do everything.</param>
internal sealed class AccessControl(string? superDigest = null, bool skip = false)
{
    // Up to so many entries are compared one by one.
    private const int Few = 16;

    // More than a request of a megabyte can name: only "auth" for many identities, many times, comes to that.
    private const int MostEntries = 64 * 1024;

    private readonly IAuthenticationScheme[] _schemes = [new DigestScheme(superDigest), new IpScheme()];

    internal IAuthenticationScheme? Find(string scheme) => Array.Find(_schemes, candidate => candidate.Name == scheme);

    /// <summary>True when one of the identities may do what one of the bits of <paramref name="wanted"/> stands for.</summary>
    internal bool Allows(List<Acl> acl, AclPermissions wanted, IReadOnlyList<AclId> identities)
    {
        if (skip || acl.Count == 0)
        {
            return true;
        }

        foreach (var identity in identities)
        {
            if (identity.Scheme == "super")
            {
                return true;
            }
        }

        foreach (var entry in acl)
        {
            if ((entry.Perms & (int)wanted) == 0)
            {
                continue;
            }

            if (IsWorld(entry.Id))
            {
                return true;
            }

            var scheme = Find(entry.Id.Scheme);
            foreach (var identity in identities)
            {
                if (scheme is not null && identity.Scheme == scheme.Name && scheme.Matches(identity.Id, entry.Id.Id))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// The list that is stored for what a client sent: doubles gone, <c>auth</c> replaced by the identities that the client
    /// proved. Null when the list is not valid. In time that grows with the list alone: it is made with the lock held.
    /// </summary>
    internal List<Acl>? Normalize(List<Acl>? acl, IReadOnlyList<AclId> identities)
    {
        if (acl is not { Count: > 0 })
        {
            return null;
        }

        var result = new List<Acl>(acl.Count);
        HashSet<(int Perms, string Scheme, string Id)>? seen = null;
        foreach (var entry in acl)
        {
            if (result.Count > MostEntries)
            {
                return null;
            }

            if (IsWorld(entry.Id))
            {
                Add(result, ref seen, entry.Perms, entry.Id);
            }
            else if (entry.Id.Scheme == "auth")
            {
                var proven = false;
                foreach (var identity in identities)
                {
                    if (Find(identity.Scheme) is { IsAuthenticated: true })
                    {
                        proven = true;
                        Add(result, ref seen, entry.Perms, identity);
                    }
                }

                if (!proven)
                {
                    return null;
                }
            }
            else if (Find(entry.Id.Scheme)?.IsValid(entry.Id.Id) == true)
            {
                Add(result, ref seen, entry.Perms, entry.Id);
            }
            else
            {
                return null;
            }
        }

        return result;
    }

    private static bool IsWorld(AclId id) => id is { Scheme: "world", Id: "anyone" };

    private static void Add(List<Acl> list, ref HashSet<(int Perms, string Scheme, string Id)>? seen, int perms, AclId id)
    {
        if (list.Count < Few)
        {
            foreach (var entry in list)
            {
                if (entry.Perms == perms && entry.Id.Scheme == id.Scheme && entry.Id.Id == id.Id)
                {
                    return;
                }
            }
        }
        else
        {
            seen ??= [.. list.Select(static entry => (entry.Perms, entry.Id.Scheme, entry.Id.Id))];
            if (!seen.Add((perms, id.Scheme, id.Id)))
            {
                return;
            }
        }

        list.Add(new Acl { Perms = perms, Id = id });
    }
}
