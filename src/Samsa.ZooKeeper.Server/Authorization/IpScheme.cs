using System.Globalization;
using System.Net;
using Samsa.ZooKeeper.Records;

namespace Samsa.ZooKeeper.Server.Authorization;

/// <summary><c>ip</c>: the address of the client; ACLs hold an address, or one with the number of bits that count (<c>10.0.0.0/8</c>).</summary>
internal sealed class IpScheme : IAuthenticationScheme
{
    public string Name => "ip";

    public bool IsAuthenticated => false;

    public IReadOnlyList<AclId>? Authenticate(ReadOnlySpan<byte> proof, IPAddress client) => [IdOf(client)];

    public bool IsValid(string aclId) => TryParse(aclId, out _, out _);

    public bool Matches(string clientId, string aclId)
    {
        if (!TryParse(aclId, out var wanted, out var bits) || !IPAddress.TryParse(clientId, out var client))
        {
            return false;
        }

        var (left, right) = (wanted.GetAddressBytes(), client.GetAddressBytes());
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length && bits > 0; i++, bits -= 8)
        {
            var mask = bits >= 8 ? 0xFF : 0xFF << (8 - bits);
            if (((left[i] ^ right[i]) & mask & 0xFF) != 0)
            {
                return false;
            }
        }

        return true;
    }

    public string UserName(string clientId) => clientId;

    internal static AclId IdOf(IPAddress client) =>
        new() { Scheme = "ip", Id = (client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client).ToString() };

    private static bool TryParse(string aclId, out IPAddress address, out int bits)
    {
        var parts = aclId.Split('/', 2);
        bits = 0;

        // IPAddress reads "1" and "1.2" too, which mean nothing here.
        if (!IPAddress.TryParse(parts[0], out address!) || (!parts[0].Contains(':', StringComparison.Ordinal) && parts[0].Split('.').Length != 4))
        {
            return false;
        }

        bits = address.GetAddressBytes().Length * 8;
        return parts.Length == 1
            || (int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var given) && given <= bits && (bits = given) >= 0);
    }
}
