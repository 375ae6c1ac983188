using Microsoft.Extensions.Configuration;
using Samsa.Client.Configuration;

namespace Samsa.Client.Hosting;

/// <summary>Options from a configuration, such as a section of appsettings.json.</summary>
public static class KafkaOptionsConfiguration
{
    /// <summary>
    /// Sets every option that the section names: by the property's name (<c>"Linger": "00:00:00.005"</c>) or by Kafka's key
    /// (<c>"linger.ms": "5"</c>). What the section does not name stays. Without reflection, so that it works ahead-of-time compiled.
    /// </summary>
    /// <remarks>A list of values is one value with commas, as <c>bootstrap.servers</c> takes them.</remarks>
    /// <returns>The same options.</returns>
    /// <exception cref="ClientConfigException">
    /// A name is unknown, and the message names the nearest one; or a value is not of its type. The message names the place in the configuration.
    /// </exception>
    public static TOptions Bind<TOptions>(this TOptions options, IConfiguration section)
        where TOptions : ClientOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(section);
        foreach (var entry in section.GetChildren())
        {
            var value = entry.Value ?? string.Join(',', entry.GetChildren().Select(item => item.Value));
            try
            {
                options.SetByAnyName(entry.Key, value);
            }
            catch (ClientConfigException e)
            {
                throw new ClientConfigException(e.Key, $"{entry.Path}: {e.Message}");
            }
        }

        return options;
    }
}
