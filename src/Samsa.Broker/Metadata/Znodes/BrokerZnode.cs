using System.Globalization;
using Samsa.Broker.Configuration;

namespace Samsa.Broker.Metadata.Znodes;

/// <summary><c>/brokers/ids/N</c>: a live broker. Version 5 is written (Kafka 2.7 to 3.9), 1 to 5 are read.</summary>
internal static class BrokerZnode
{
    private const int Version = 5;

    /// <summary>The node of a broker that registers at <paramref name="timestamp"/> (ms since 1970).</summary>
    public static byte[] Encode(BrokerImage broker, long timestamp) => ZnodeJson.Write(writer =>
    {
        writer.WriteStartObject("features");
        writer.WriteEndObject();
        writer.WriteStartObject("listener_security_protocol_map");
        foreach (var endpoint in broker.Endpoints)
        {
            writer.WriteString(endpoint.Name, NameOf(endpoint.SecurityProtocol));
        }

        writer.WriteEndObject();
        writer.WriteStartArray("endpoints");
        foreach (var endpoint in broker.Endpoints)
        {
            writer.WriteStringValue(endpoint.ToString());
        }

        writer.WriteEndArray();
        if (broker.Rack != null)
        {
            writer.WriteString("rack", broker.Rack);
        }

        // Host and port are for clients of Kafka 0.8, which knew no listeners.
        var plain = broker.Endpoints.FirstOrDefault(static endpoint => endpoint.SecurityProtocol == SecurityProtocol.Plaintext);
        writer.WriteNumber("jmx_port", -1);
        writer.WriteNumber("port", plain?.Port ?? -1);
        writer.WriteString("host", plain?.Host);
        writer.WriteNumber("version", Version);
        writer.WriteString("timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
    });

    /// <summary>The broker that a node announces; <paramref name="epoch"/> is the node's czxid.</summary>
    /// <exception cref="ZnodeFormatException">It is no such node.</exception>
    public static BrokerImage Decode(int id, long epoch, ReadOnlyMemory<byte> data) => ZnodeJson.Read(ZnodePaths.Broker(id), data, root =>
    {
        var endpoints = new List<ListenerEndpoint>();
        var protocols = ZnodeJson.Texts(root, "listener_security_protocol_map");
        if (ZnodeJson.Int32(root, "version") == 1 || !root.TryGetProperty("endpoints", out var written))
        {
            endpoints.Add(new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, ZnodeJson.Text(root, "host") ?? "", ZnodeJson.Int32(root, "port")));
        }
        else
        {
            foreach (var endpoint in written.EnumerateArray())
            {
                endpoints.Add(ParseEndpoint(endpoint.GetString() ?? "", protocols));
            }
        }

        return new BrokerImage(id, ZnodeJson.Text(root, "rack"), endpoints, epoch);
    });

    private static ListenerEndpoint ParseEndpoint(string text, Dictionary<string, string> protocols)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var colon = text.LastIndexOf(':');
        if (scheme <= 0 || colon <= scheme
            || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw new FormatException($"'{text}' is no endpoint");
        }

        var name = text[..scheme].ToUpperInvariant();
        var host = text[(scheme + 3)..colon].Trim('[', ']');

        // Before version 4 a listener was named after its protocol.
        return new ListenerEndpoint(name, ProtocolOf(protocols.GetValueOrDefault(name, name)), host, port);
    }

    private static string NameOf(SecurityProtocol protocol) => protocol switch
    {
        SecurityProtocol.Plaintext => "PLAINTEXT",
        SecurityProtocol.Ssl => "SSL",
        SecurityProtocol.SaslPlaintext => "SASL_PLAINTEXT",
        SecurityProtocol.SaslSsl => "SASL_SSL",
        _ => throw new ArgumentOutOfRangeException(nameof(protocol)),
    };

    private static SecurityProtocol ProtocolOf(string name) => name switch
    {
        "PLAINTEXT" => SecurityProtocol.Plaintext,
        "SSL" => SecurityProtocol.Ssl,
        "SASL_PLAINTEXT" => SecurityProtocol.SaslPlaintext,
        "SASL_SSL" => SecurityProtocol.SaslSsl,
        _ => throw new FormatException($"'{name}' is no security protocol"),
    };
}
