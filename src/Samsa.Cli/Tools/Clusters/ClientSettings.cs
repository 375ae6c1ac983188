using Samsa.Client.Configuration;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>The settings of a client as a command line gives them: a file, then pairs of key and value, of which the later one wins.</summary>
internal static class ClientSettings
{
    /// <summary>Reads the file, if there is one, and the pairs.</summary>
    /// <exception cref="ToolException">The file cannot be read.</exception>
    public static Dictionary<string, string> Read(string? file, IEnumerable<string> pairs)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (file is not null)
        {
            foreach (var (key, value) in PropertiesFile.Read(file))
                settings[key] = value;
        }

        foreach (string pair in pairs)
        {
            // A key alone has an empty value.
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            settings[equals < 0 ? pair : pair[..equals]] = equals < 0 ? "" : pair[(equals + 1)..];
        }

        return settings;
    }

    /// <summary>Gives a client its settings. As with Kafka's own clients, what it does not know is named and left out.</summary>
    /// <param name="options">The client's options.</param>
    /// <param name="settings">Values by Kafka's keys.</param>
    /// <param name="client">What the client is: "producer".</param>
    /// <param name="console">Where unknown keys are named.</param>
    /// <exception cref="ClientConfigException">A value is wrong.</exception>
    public static void Apply(ClientOptions options, IEnumerable<KeyValuePair<string, string>> settings, string client, ToolConsole console)
    {
        foreach (var (key, value) in settings)
        {
            if (options.Knows(key))
                options.Set(key, value);
            else
                console.Error($"WARN '{key}' is no setting of the {client}; it is left out");
        }
    }
}
