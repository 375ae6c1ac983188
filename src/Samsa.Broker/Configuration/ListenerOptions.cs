using System.Net;

namespace Samsa.Broker.Configuration;

/// <summary>The keys of the listeners, checked against each other.</summary>
internal sealed class ListenerOptions
{
    public ListenerOptions(ConfigValues values)
    {
        var protocols = ListenerParser.ParseProtocolMap(values.Get(BrokerKeys.ListenerSecurityProtocolMap) ?? "");
        Listeners = ListenerParser.ParseListeners(
            BrokerKeys.Listeners, values.Get(BrokerKeys.Listeners) ?? "", protocols, bound: true);
        Advertised = ReadAdvertised(values, protocols, Listeners);
        InterBrokerName = ReadInterBrokerName(values, protocols, Advertised);
        foreach (var listener in Listeners)
        {
            if (listener.SecurityProtocol != SecurityProtocol.Plaintext)
            {
                throw new ConfigException(
                    $"Listener {listener.Name} asks for {ProtocolName(listener.SecurityProtocol)}: Samsa serves only PLAINTEXT so far; "
                    + $"change {BrokerKeys.Listeners} or {BrokerKeys.ListenerSecurityProtocolMap}");
            }
        }
    }

    public ListenerEndpoint[] Listeners { get; }

    public ListenerEndpoint[] Advertised { get; }

    public string InterBrokerName { get; }

    private static ListenerEndpoint[] ReadAdvertised(
        ConfigValues values, IReadOnlyDictionary<string, SecurityProtocol> protocols, ListenerEndpoint[] listeners)
    {
        var text = values.Get(BrokerKeys.AdvertisedListeners);
        if (string.IsNullOrEmpty(text))
        {
            return [.. listeners.Select(listener => IsWildcard(listener.Host) ? listener with { Host = Dns.GetHostName() } : listener)];
        }

        var advertised = ListenerParser.ParseListeners(BrokerKeys.AdvertisedListeners, text, protocols, bound: false);
        foreach (var endpoint in advertised)
        {
            if (endpoint.Host is "0.0.0.0")
            {
                throw new ConfigException(BrokerKeys.AdvertisedListeners, text, "0.0.0.0 is no address that a client can reach; name a routable one");
            }

            if (!listeners.Any(listener => listener.Name == endpoint.Name))
            {
                throw new ConfigException(
                    BrokerKeys.AdvertisedListeners, text,
                    $"{endpoint.Name} is not in {BrokerKeys.Listeners}, which has {string.Join(", ", listeners.Select(listener => listener.Name))}");
            }
        }

        return [.. advertised.Select(endpoint => endpoint.Host.Length == 0 ? endpoint with { Host = Dns.GetHostName() } : endpoint)];
    }

    private static string ReadInterBrokerName(
        ConfigValues values, Dictionary<string, SecurityProtocol> protocols, ListenerEndpoint[] advertised)
    {
        var name = values.Get(BrokerKeys.InterBrokerListenerName)?.ToUpperInvariant();
        if (name == null)
        {
            var protocol = ListenerParser.ParseProtocol(values.Get(BrokerKeys.SecurityInterBrokerProtocol)!);
            // A single node talks to nobody: any listener will do when none has the protocol's own name.
            return advertised.FirstOrDefault(endpoint => endpoint.Name == ProtocolName(protocol!.Value))?.Name ?? advertised[0].Name;
        }

        if (values.SourceOf(BrokerKeys.SecurityInterBrokerProtocol) != ConfigSource.Default)
        {
            throw new ConfigException(
                $"Only one of {BrokerKeys.InterBrokerListenerName} and {BrokerKeys.SecurityInterBrokerProtocol} should be set.");
        }

        if (!protocols.ContainsKey(name))
        {
            throw new ConfigException(
                BrokerKeys.InterBrokerListenerName, name, $"the listener is not in {BrokerKeys.ListenerSecurityProtocolMap}");
        }

        return advertised.Any(endpoint => endpoint.Name == name)
            ? name
            : throw new ConfigException(
                BrokerKeys.InterBrokerListenerName, name,
                $"the listener must be one of the advertised: {string.Join(", ", advertised.Select(endpoint => endpoint.Name))}");
    }

    private static bool IsWildcard(string host) => host is "" or "0.0.0.0" or "::";

    private static string ProtocolName(SecurityProtocol protocol) => protocol switch
    {
        SecurityProtocol.Plaintext => "PLAINTEXT",
        SecurityProtocol.Ssl => "SSL",
        SecurityProtocol.SaslPlaintext => "SASL_PLAINTEXT",
        _ => "SASL_SSL",
    };
}
