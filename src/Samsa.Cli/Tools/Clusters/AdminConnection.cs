using System.Net;
using System.Net.Sockets;
using Samsa.Client.Admin;
using Samsa.Client.Configuration;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>Makes the admin client of a tool.</summary>
internal static class AdminConnection
{
    /// <summary>Makes the client. Nothing is connected yet, but names that no server has are refused.</summary>
    /// <param name="servers">Where the cluster is.</param>
    /// <param name="settingsFile">A file with the client's settings; null for none.</param>
    /// <param name="console">Where settings that the client does not know are named.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="adjust">What the tool changes in the settings of the file; null for nothing.</param>
    /// <exception cref="ToolException">The address or a setting is wrong, or the file cannot be read.</exception>
    public static async Task<KafkaAdmin> OpenAsync(
        string servers, string? settingsFile, ToolConsole console, CancellationToken cancellation, Action<AdminOptions>? adjust = null)
    {
        var settings = new AdminOptions { ClientId = "samsa-tool" };
        try
        {
            if (settingsFile is not null)
                Apply(settings, PropertiesFile.Read(settingsFile), settingsFile, console);
            settings.BootstrapServers = servers;
            adjust?.Invoke(settings);
            var admin = new KafkaAdmin(settings);
            await ResolveAsync(servers, cancellation);
            return admin;
        }
        catch (ClientConfigException e)
        {
            throw new ToolException($"Failed to create new KafkaAdminClient: {e.Message}");
        }
    }

    // As Kafka's own clients: what they do not know is named and left out, what has a wrong value ends the tool.
    private static void Apply(AdminOptions settings, IReadOnlyDictionary<string, string> properties, string file, ToolConsole console)
    {
        foreach (var (key, value) in properties)
        {
            if (settings.Knows(key))
                settings.Set(key, value);
            else
                console.Error($"WARN {file}: '{key}' is no setting of the admin client; it is left out");
        }
    }

    private static async Task ResolveAsync(string servers, CancellationToken cancellation)
    {
        string[] hosts = [.. servers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(HostOf)];
        foreach (string host in hosts)
        {
            try
            {
                if ((await Dns.GetHostAddressesAsync(host, cancellation)).Length > 0)
                    return;
            }
            catch (SocketException)
            {
                // The next one may be known; that none is, is said below.
            }
        }

        throw new ToolException($"Failed to create new KafkaAdminClient: none of the names {string.Join(", ", hosts)} can be resolved");
    }

    private static string HostOf(string server)
    {
        int scheme = server.IndexOf("://", StringComparison.Ordinal);
        string address = scheme < 0 ? server : server[(scheme + 3)..];
        return address[..address.LastIndexOf(':')].Trim('[', ']');
    }
}
