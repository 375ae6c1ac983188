using System.Globalization;
using Samsa.Client.Configuration;

namespace Samsa.Client.Connections;

/// <summary>Where a broker listens. The host is a name or an IP address without brackets.</summary>
internal readonly record struct BrokerAddress(string Host, int Port)
{
    /// <summary>Reads a list such as <c>a:9092,[::1]:9093</c>; a listener's name before it (<c>PLAINTEXT://</c>) is allowed, as in Kafka.</summary>
    /// <exception cref="ClientConfigException">An entry is no address, or there is none.</exception>
    public static IReadOnlyList<BrokerAddress> ParseList(string list)
    {
        List<BrokerAddress> addresses = [];
        foreach (var entry in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            addresses.Add(TryParse(entry) ?? throw new ClientConfigException(
                "bootstrap.servers", $"'{entry}' in bootstrap.servers is no address; it must be host:port."));
        }

        return addresses.Count > 0
            ? addresses
            : throw new ClientConfigException("bootstrap.servers", "bootstrap.servers is empty; name at least one broker as host:port.");
    }

    public override string ToString() =>
        Host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
            : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static BrokerAddress? TryParse(string entry)
    {
        var scheme = entry.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? entry : entry[(scheme + 3)..];
        var colon = address.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > ushort.MaxValue)
        {
            return null;
        }

        var host = address[..colon];
        if (host is ['[', .. var inner, ']'])
        {
            host = inner;
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            return null;
        }

        return host.Length == 0 ? null : new BrokerAddress(host, port);
    }
}
