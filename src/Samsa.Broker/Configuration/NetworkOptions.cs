using System.Globalization;

namespace Samsa.Broker.Configuration;

/// <summary>The keys of sockets and connections. Sizes are bytes, times milliseconds.</summary>
public sealed class NetworkOptions
{
    internal NetworkOptions(ConfigValues values)
    {
        MaxRequestBytes = values.GetInt(BrokerKeys.SocketRequestMaxBytes);
        IoThreads = values.GetInt(BrokerKeys.NumIoThreads);
        SendBufferBytes = values.GetInt(BrokerKeys.SocketSendBufferBytes);
        ReceiveBufferBytes = values.GetInt(BrokerKeys.SocketReceiveBufferBytes);
        ListenBacklog = values.GetInt(BrokerKeys.SocketListenBacklogSize);
        MaxConnections = values.GetInt(BrokerKeys.MaxConnections);
        MaxConnectionsPerIp = values.GetInt(BrokerKeys.MaxConnectionsPerIp);
        MaxConnectionsPerIpOverrides = ParseOverrides(values.Get(BrokerKeys.MaxConnectionsPerIpOverrides) ?? "");
        MaxIdleMs = values.GetLong(BrokerKeys.ConnectionsMaxIdleMs);
    }

    /// <summary><c>socket.request.max.bytes</c>: a larger request closes the connection.</summary>
    public int MaxRequestBytes { get; }

    /// <summary><c>num.io.threads</c>.</summary>
    public int IoThreads { get; }

    /// <summary><c>socket.send.buffer.bytes</c>; -1 leaves it to the system.</summary>
    public int SendBufferBytes { get; }

    /// <summary><c>socket.receive.buffer.bytes</c>; -1 leaves it to the system.</summary>
    public int ReceiveBufferBytes { get; }

    /// <summary><c>socket.listen.backlog.size</c>.</summary>
    public int ListenBacklog { get; }

    /// <summary><c>max.connections</c>.</summary>
    public int MaxConnections { get; }

    /// <summary><c>max.connections.per.ip</c>.</summary>
    public int MaxConnectionsPerIp { get; }

    /// <summary><c>max.connections.per.ip.overrides</c>: limits of single addresses or host names.</summary>
    public IReadOnlyDictionary<string, int> MaxConnectionsPerIpOverrides { get; }

    /// <summary><c>connections.max.idle.ms</c>; below zero never closes.</summary>
    public long MaxIdleMs { get; }

    private static Dictionary<string, int> ParseOverrides(string value)
    {
        var overrides = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in ConfigKey.SplitList(value))
        {
            var colon = entry.LastIndexOf(':');
            if (colon <= 0 || !int.TryParse(entry.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            {
                throw new ConfigException(BrokerKeys.MaxConnectionsPerIpOverrides, value, $"'{entry}' is not of the form address:count");
            }

            overrides[entry[..colon].Trim()] = limit;
        }

        return overrides;
    }
}
