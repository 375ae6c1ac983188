using System.Net;
using System.Net.Sockets;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Admin;
using Samsa.Client.Configuration;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>A tool that asks a cluster by way of the admin client.</summary>
internal abstract class AdminTool : OptionTool
{
    /// <summary>Where the cluster is; declared by the tool, whose help table has its own words.</summary>
    protected abstract Option<string> BootstrapServer { get; }

    /// <summary>The file with the client's settings.</summary>
    protected abstract Option<string> CommandConfig { get; }

    /// <summary>Makes the client that the command line describes. Nothing is connected yet, but a name that no server has is refused.</summary>
    /// <exception cref="ToolException">The address or a setting is wrong, or the file cannot be read.</exception>
    protected async Task<KafkaAdmin> ConnectAsync(ParsedOptions options, ToolConsole console, string servers, CancellationToken cancellation)
    {
        var settings = new AdminOptions { BootstrapServers = servers, ClientId = "samsa-tool" };
        try
        {
            if (options.Value(CommandConfig) is { } file)
                Apply(settings, PropertiesFile.Read(file), file, console);
            settings.BootstrapServers = servers;
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
