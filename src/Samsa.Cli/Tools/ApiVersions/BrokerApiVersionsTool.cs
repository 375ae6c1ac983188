using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Cli.Tools.ApiVersions;

/// <summary><c>kafka-broker-api-versions</c>: prints what each broker serves, and the newest version that we could use of it.</summary>
internal sealed class BrokerApiVersionsTool : AdminTool
{
    // Between brokers and controllers only; the tools of Kafka do not list them.
    private static readonly short[] Hidden39 = [52, 53, 54, 59, 62, 63, 70, 73, 82];
    private static readonly short[] Hidden43 = [4, 5, 6, 7, 56, 58, 67, .. Hidden39];

    public BrokerApiVersionsTool()
    {
        BootstrapServer = Options.Text("bootstrap-server", "server(s) to use for bootstrapping", "REQUIRED: The brokers to start from.");
        CommandConfig = Options.Text("command-config", "command config property file", "A file with settings of the admin client.");
    }

    protected override string Purpose => "This tool helps to retrieve broker version information.";

    protected override Option<string> BootstrapServer { get; }

    protected override Option<string> CommandConfig { get; }

    private short NewestKey => Release == KafkaRelease.V39 ? (short)87 : (short)92;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        Require(options, BootstrapServer);
        try
        {
            await using var admin = await ConnectAsync(options, console, options.Value(BootstrapServer)!, cancellation);
            foreach (var broker in await admin.DescribeApiVersionsAsync(cancellation))
                await PrintAsync(broker, console.Output);
            return 0;
        }
        catch (KafkaException e)
        {
            throw new ToolException(e.Message);
        }
    }

    private async Task PrintAsync(BrokerApiVersions broker, TextWriter output)
    {
        var (id, host, port, rack, isFenced) = broker.Broker;
        string fenced = Release == KafkaRelease.V39 ? "" : $" isFenced: {(isFenced ? "true" : "false")}";
        await output.WriteAsync($"{host}:{port} (id: {id} rack: {rack ?? "null"}{fenced}) -> ");
        if (!broker.Succeeded)
        {
            await output.WriteLineAsync($"ERROR: {KafkaWords.ExceptionClass(broker.Error)}: {KafkaWords.Message(broker)}");
            return;
        }

        var served = broker.Apis.ToDictionary(a => a.ApiKey);
        short[] hidden = Release == KafkaRelease.V39 ? Hidden39 : Hidden43;
        var listed = MessageRegistry.Apis.Select(a => (short)a.Key).Where(k => k <= NewestKey && !hidden.Contains(k));
        var lines = listed.Union(served.Keys).Order().Select(key => "\t" + Line(key, served.GetValueOrDefault(key)));
        await output.WriteLineAsync($"(\n{string.Join(",\n", lines)}\n)");
    }

    private string Line(short key, ApiVersionRange? served)
    {
        var known = MessageRegistry.Request((ApiKey)key);
        string name = known is null ? "UNKNOWN"
            : key == (short)ApiKey.ListConfigResources && Release == KafkaRelease.V39 ? "ListClientMetricsResources"
            : ((ApiKey)key).ToString();
        if (served is null)
            return $"{name}({key}): UNSUPPORTED";
        string range = served.Lowest == served.Highest ? $"{served.Lowest}" : $"{served.Lowest} to {served.Highest}";
        string usable = known is null ? ""
            : served.Lowest > known.HighestVersion ? " [unusable: node too new]"
            : served.Highest < known.LowestVersion ? " [unusable: node too old]"
            : $" [usable: {Math.Min(served.Highest, known.HighestVersion)}]";
        return $"{name}({key}): {range}{usable}";
    }
}
