using System.Net;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Authorization;

/// <summary>A way to prove who one is, and to compare that with an entry of an ACL. Immutable.</summary>
internal interface IAuthenticationScheme
{
    string Name { get; }

    /// <summary>True when the identity was proven, so that <c>auth</c> in an ACL stands for it.</summary>
    bool IsAuthenticated { get; }

    /// <summary>The identities that a client gets for what it sent; null when it proves nothing.</summary>
    IReadOnlyList<AclId>? Authenticate(ReadOnlySpan<byte> proof, IPAddress client);

    /// <summary>True when an ACL may have this id.</summary>
    bool IsValid(string aclId);

    /// <summary>True when the id of an ACL means this client.</summary>
    bool Matches(string clientId, string aclId);

    /// <summary>The name that whoAmI tells for an id.</summary>
    string UserName(string clientId);
}
