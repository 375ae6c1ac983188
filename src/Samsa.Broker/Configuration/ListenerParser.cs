using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Samsa.Broker.Configuration;

/// <summary>
/// Reads <c>listeners</c>, <c>advertised.listeners</c> and <c>listener.security.protocol.map</c> by Kafka's rules. Every error is a
/// <see cref="ConfigException"/> that names the key and what would be right.
/// </summary>
internal static class ListenerParser
{
    private const string ProtocolNames = "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL";

    /// <summary>The protocol of each listener name (in upper case).</summary>
    public static Dictionary<string, SecurityProtocol> ParseProtocolMap(string value)
    {
        var map = new Dictionary<string, SecurityProtocol>(StringComparer.Ordinal);
        foreach (var entry in ConfigKey.SplitList(value))
        {
            var colon = entry.LastIndexOf(':');
            if (colon <= 0)
            {
                throw new ConfigException(BrokerKeys.ListenerSecurityProtocolMap, value, $"'{entry}' is not of the form NAME:PROTOCOL");
            }

            var name = entry[..colon].Trim().ToUpperInvariant();
            if (ParseProtocol(entry[(colon + 1)..].Trim()) is not { } protocol)
            {
                throw new ConfigException(BrokerKeys.ListenerSecurityProtocolMap, value, $"'{entry}' does not end in {ProtocolNames}");
            }

            if (!map.TryAdd(name, protocol))
            {
                throw new ConfigException(BrokerKeys.ListenerSecurityProtocolMap, value, $"{name} is mapped twice");
            }
        }

        return map;
    }

    /// <summary>The protocol with this name, or null.</summary>
    public static SecurityProtocol? ParseProtocol(string name) => name.ToUpperInvariant() switch
    {
        "PLAINTEXT" => SecurityProtocol.Plaintext,
        "SSL" => SecurityProtocol.Ssl,
        "SASL_PLAINTEXT" => SecurityProtocol.SaslPlaintext,
        "SASL_SSL" => SecurityProtocol.SaslSsl,
        _ => null,
    };

    /// <summary>The endpoints of <paramref name="value"/>, with the rule about different ports for addresses that are bound.</summary>
    public static ListenerEndpoint[] ParseListeners(string key, string value, IReadOnlyDictionary<string, SecurityProtocol> protocols, bool bound)
    {
        var endpoints = ConfigKey.SplitList(value).Select(text => ParseEndpoint(key, value, text, protocols)).ToArray();
        if (endpoints.Length == 0)
        {
            throw new ConfigException(key, value, "at least one listener is needed, such as PLAINTEXT://127.0.0.1:9092");
        }

        if (endpoints.GroupBy(endpoint => endpoint.Name).FirstOrDefault(group => group.Count() > 1) is { } name)
        {
            throw new ConfigException(key, value, $"Each listener must have a different name; {name.Key} is there {name.Count()} times");
        }

        foreach (var group in endpoints.Where(endpoint => bound && endpoint.Port != 0).GroupBy(endpoint => endpoint.Port))
        {
            var same = group.ToArray();
            if (same.Length > 1 && !IsDualStackPair(same))
            {
                throw new ConfigException(
                    key, value, $"Each listener must have a different port unless one is an IPv4 and the other an IPv6 address; port {group.Key} is there {same.Length} times");
            }
        }

        return endpoints;
    }

    /// <summary>Parses one <c>NAME://host:port</c>; IPv6 addresses stand in brackets.</summary>
    private static ListenerEndpoint ParseEndpoint(string key, string value, string text, IReadOnlyDictionary<string, SecurityProtocol> protocols)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var colon = text.LastIndexOf(':');
        if (scheme <= 0 || colon < scheme + 3)
        {
            throw new ConfigException(key, value, $"Unable to parse '{text}' as NAME://host:port");
        }

        var name = text[..scheme].Trim().ToUpperInvariant();
        var host = text[(scheme + 3)..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > ushort.MaxValue)
        {
            throw new ConfigException(key, value, $"'{text[(colon + 1)..]}' in '{text}' is not a port (0 to 65535)");
        }

        if (host.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '%')))
        {
            throw new ConfigException(key, value, $"'{host}' in '{text}' is not a host name or address");
        }

        return protocols.TryGetValue(name, out var protocol)
            ? new ListenerEndpoint(name, protocol, host, port)
            : throw new ConfigException(
                key, value, $"No security protocol defined for listener {name}; add {name}:PLAINTEXT to {BrokerKeys.ListenerSecurityProtocolMap}");
    }

    private static bool IsDualStackPair(ListenerEndpoint[] same) =>
        same.Length == 2
        && IPAddress.TryParse(same[0].Host, out var first)
        && IPAddress.TryParse(same[1].Host, out var second)
        && first.AddressFamily != second.AddressFamily
        && first.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
}
