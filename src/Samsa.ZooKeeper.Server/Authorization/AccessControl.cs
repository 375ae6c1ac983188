using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Authorization;

/// <summary>Judges ACLs: whether they allow something to a client, and whether a client may set them. Immutable; any thread.</summary>
/// <param name="superDigest"><c>zookeeper.DigestAuthenticationProvider.superDigest</c>; null for none.</param>
/// <param name="skip"><c>skipACL=yes</c>: everybody may do everything.</param>
internal sealed class AccessControl(string? superDigest = null, bool skip = false)
{
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
    /// proved. Null when the list is not valid.
    /// </summary>
    internal List<Acl>? Normalize(List<Acl>? acl, IReadOnlyList<AclId> identities)
    {
        if (acl is not { Count: > 0 })
        {
            return null;
        }

        var result = new List<Acl>(acl.Count);
        foreach (var entry in acl)
        {
            if (IsWorld(entry.Id))
            {
                Add(result, entry.Perms, entry.Id);
            }
            else if (entry.Id.Scheme == "auth")
            {
                var proven = false;
                foreach (var identity in identities)
                {
                    if (Find(identity.Scheme) is { IsAuthenticated: true })
                    {
                        proven = true;
                        Add(result, entry.Perms, identity);
                    }
                }

                if (!proven)
                {
                    return null;
                }
            }
            else if (Find(entry.Id.Scheme)?.IsValid(entry.Id.Id) == true)
            {
                Add(result, entry.Perms, entry.Id);
            }
            else
            {
                return null;
            }
        }

        return result;
    }

    private static bool IsWorld(AclId id) => id is { Scheme: "world", Id: "anyone" };

    private static void Add(List<Acl> list, int perms, AclId id)
    {
        foreach (var entry in list)
        {
            if (entry.Perms == perms && entry.Id.Scheme == id.Scheme && entry.Id.Id == id.Id)
            {
                return;
            }
        }

        list.Add(new Acl { Perms = perms, Id = id });
    }
}
