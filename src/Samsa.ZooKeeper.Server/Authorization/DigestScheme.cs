using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Authorization;

/// <summary>
/// <c>digest</c>: user and password; ACLs hold <c>user:base64(SHA-1(user:password))</c>. Whoever has
/// <paramref name="superDigest"/> (<c>zookeeper.DigestAuthenticationProvider.superDigest</c>) may do everything.
/// </summary>
internal sealed class DigestScheme(string? superDigest) : IAuthenticationScheme
{
    public string Name => "digest";

    public bool IsAuthenticated => true;

    public IReadOnlyList<AclId>? Authenticate(ReadOnlySpan<byte> proof, IPAddress client)
    {
        var id = new AclId { Scheme = Name, Id = Digest(Encoding.UTF8.GetString(proof)) };
        return id.Id == superDigest ? [new AclId { Scheme = "super", Id = "" }, id] : [id];
    }

    public bool IsValid(string aclId) => aclId.Split(':').Length == 2;

    public bool Matches(string clientId, string aclId) => clientId == aclId;

    public string UserName(string clientId) => clientId.Split(':')[0];

    /// <summary>What an ACL holds for <c>user:password</c>.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "The scheme is ZooKeeper's: ACLs of every existing tree hold SHA-1.")]
    internal static string Digest(string userAndPassword) =>
        userAndPassword.Split(':', 2)[0] + ":" + Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(userAndPassword)));
}
