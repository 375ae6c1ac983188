using System.Globalization;
using System.Net;

namespace Samsa.ZooKeeper.Server.Configuration;

/// <summary>Reads values by their keys, and remembers which were asked for.</summary>
internal sealed class ValueReader(IReadOnlyDictionary<string, string> values)
{
    // What an ensemble needs, and what says nothing when a server stands alone.
    private static readonly string[] Meaningless = ["initLimit", "syncLimit", "standaloneEnabled", "metricsProvider.exportJvmInfo"];

    private readonly HashSet<string> _read = new(Meaningless, StringComparer.Ordinal);

    internal string? Text(string key)
    {
        _read.Add(key);
        return values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;
    }

    internal int Number(string key, int otherwise, int lowest, int highest = int.MaxValue)
    {
        if (Text(key) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= lowest && value <= highest
            ? value
            : throw new ZooKeeperConfigException(string.Create(CultureInfo.InvariantCulture, $"{key}={text} is not a number from {lowest} to {highest}."));
    }

    internal bool Flag(string key, bool otherwise) => Text(key)?.ToUpperInvariant() switch
    {
        null => otherwise,
        "TRUE" or "YES" => true,
        "FALSE" or "NO" => false,
        var text => throw new ZooKeeperConfigException($"{key}={text} is neither true (yes) nor false (no)."),
    };

    internal IReadOnlyList<string> List(string key, string otherwise) =>
        (Text(key) ?? otherwise).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal IPAddress Address(string key)
    {
        if (Text(key) is not { } text || text is "0.0.0.0" or "::")
        {
            return IPAddress.IPv6Any;
        }

        return text == "localhost" ? IPAddress.Loopback
            : IPAddress.TryParse(text, out var address) ? address
            : throw new ZooKeeperConfigException($"{key}={text} is not an address.");
    }

    /// <summary>The keys that nobody asked for. Members of an ensemble are an error, not a thing to leave out.</summary>
    internal IReadOnlyList<string> Unread()
    {
        var unread = new List<string>();
        foreach (var key in values.Keys)
        {
            if (key.StartsWith("server.", StringComparison.Ordinal) || key == "dynamicConfigFile")
            {
                throw new ZooKeeperConfigException($"{key}: this server stands alone; ensembles are not supported yet.");
            }

            if (key is "secureClientPort" or "ssl.clientAuth" or "authProvider.1" or "snapshot.compression.method")
            {
                throw new ZooKeeperConfigException($"{key} is not supported yet.");
            }

            if (!_read.Contains(key))
            {
                unread.Add(key);
            }
        }

        return unread;
    }
}
