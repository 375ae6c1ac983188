using Samsa.Cli.Tools.Options;
using Samsa.Client.Admin;

namespace Samsa.Cli.Tools.Clusters;

/// <summary>A tool with Kafka's usual options that asks a cluster by way of the admin client.</summary>
internal abstract class AdminTool : OptionTool
{
    /// <summary>Where the cluster is; declared by the tool, whose help table has its own words.</summary>
    protected abstract Option<string> BootstrapServer { get; }

    /// <summary>The file with the client's settings.</summary>
    protected abstract Option<string> CommandConfig { get; }

    /// <summary>Makes the client that the command line describes, for the cluster at <paramref name="servers"/>.</summary>
    /// <param name="options">What the command line says.</param>
    /// <param name="console">Where settings that the client does not know are named.</param>
    /// <param name="servers">Where the cluster is.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="adjust">What options of the tool change in the settings of the file; null for nothing.</param>
    /// <exception cref="ToolException">The address or a setting is wrong, or the file cannot be read.</exception>
    protected Task<KafkaAdmin> ConnectAsync(
        ParsedOptions options, ToolConsole console, string servers, CancellationToken cancellation, Action<AdminOptions>? adjust = null) =>
        AdminConnection.OpenAsync(servers, options.Value(CommandConfig), console, cancellation, adjust);
}
