using System.Net;
using System.Net.Sockets;

namespace Samsa.Server;

/// <summary>Addresses to listen on, from what the configuration says.</summary>
internal static class Addresses
{
    /// <summary>The address of a host; every interface for an empty one.</summary>
    /// <exception cref="SocketException">The name is not known.</exception>
    public static async Task<IPAddress> ResolveAsync(string host)
    {
        if (host.Length == 0)
            return Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;
        return IPAddress.TryParse(host, out IPAddress? address) ? address : (await Dns.GetHostAddressesAsync(host))[0];
    }
}
