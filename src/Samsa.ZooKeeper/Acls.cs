using System.Security.Cryptography;
using System.Text;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper;

/// <summary>The lists of permissions that are used most. Shared; nobody changes them.</summary>
public static class Acls
{
    /// <summary>Everybody may do everything.</summary>
    public static IReadOnlyList<Acl> OpenUnsafe { get; } = [Entry(AclPermissions.All, "world", "anyone")];

    /// <summary>Everybody may read.</summary>
    public static IReadOnlyList<Acl> ReadUnsafe { get; } = [Entry(AclPermissions.Read, "world", "anyone")];

    /// <summary>The identities that the client proved may do everything.</summary>
    public static IReadOnlyList<Acl> CreatorAll { get; } = [Entry(AclPermissions.All, "auth", "")];

    /// <summary>One entry.</summary>
    public static Acl Entry(AclPermissions permissions, string scheme, string id) =>
        new() { Perms = (int)permissions, Id = new AclId { Scheme = scheme, Id = id } };

    /// <summary>The id that the scheme <c>digest</c> gives to a user: <c>user:base64(SHA-1(user:password))</c>.</summary>
    public static string DigestId(string user, string password)
    {
#pragma warning disable CA5350 // the scheme's own function
        var hash = SHA1.HashData(Encoding.UTF8.GetBytes($"{user}:{password}"));
#pragma warning restore CA5350
        return $"{user}:{Convert.ToBase64String(hash)}";
    }
}
