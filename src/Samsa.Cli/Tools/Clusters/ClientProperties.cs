using Samsa.Client.Configuration;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>
/// Gives a client of a tool its settings, as Kafka's own clients take them: what they do not know is named and left out, what has a
/// wrong value ends the tool.
/// </summary>
internal static class ClientProperties
{
    /// <summary>Applies settings by Kafka's names for them.</summary>
    /// <param name="settings">Takes them.</param>
    /// <param name="properties">The settings.</param>
    /// <param name="source">Where they come from, for the message about one that is not known.</param>
    /// <param name="console">Where that is said.</param>
    /// <exception cref="ToolException">A value is none.</exception>
    public static void Apply(
        ClientOptions settings, IEnumerable<KeyValuePair<string, string>> properties, string source, ToolConsole console)
    {
        foreach (var (key, value) in properties)
        {
            if (!settings.Knows(key))
            {
                console.Error($"WARN {source}: '{key}' is no setting of the client; it is left out");
                continue;
            }

            try
            {
                settings.Set(key, value);
            }
            catch (ClientConfigException e)
            {
                throw new ToolException(e.Message);
            }
        }
    }

    /// <summary>Reads <c>key=value</c> as command lines have them; a value may have more of the signs.</summary>
    /// <exception cref="ToolException">There is no sign.</exception>
    public static KeyValuePair<string, string> Pair(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? KeyValuePair.Create(text[..equals], text[(equals + 1)..])
            : throw new ToolException($"Invalid property: {text}");
    }
}
