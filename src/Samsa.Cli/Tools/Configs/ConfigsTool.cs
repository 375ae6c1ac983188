using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;
using Samsa.Client;

namespace Samsa.Cli.Tools.Configs;

/// <summary><c>kafka-configs</c>: prints and changes the settings of topics, brokers, log levels, subscriptions to metrics, and groups.</summary>
internal sealed class ConfigsTool : AdminTool
{
    private readonly ConfigsOptions _declared;

    public ConfigsTool() => _declared = new ConfigsOptions(Options);

    protected override string Purpose => Release == KafkaRelease.V39
        ? "This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip or client-metrics"
        : "This tool helps to manipulate and describe entity config for a topic, client, user, broker, ip, client-metrics or group";

    protected override Option<string> BootstrapServer => _declared.BootstrapServer;

    protected override Option<string> CommandConfig => _declared.CommandConfig;

    protected override async Task<int> RunAsync(ParsedOptions options, ToolConsole console, CancellationToken cancellation)
    {
        _declared.Check(options, Release);
        var entity = _declared.Entity(options);
        var changes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (options.Value(_declared.AddConfigFile) is { } file)
            ConfigChanges.AddFile(file, changes, Release);
        if (options.Value(_declared.AddConfig) is { } pairs)
            ConfigChanges.AddPairs(pairs, changes, Release);
        var deleted = ConfigChanges.Deleted(options.Values(_declared.DeleteConfig), Release);
        try
        {
            await using var admin = await ConnectAsync(options, console, options.Value(BootstrapServer)!, cancellation);
            var command = new ConfigsCommand(admin, console.Output, Release, cancellation);
            await (options.Has(_declared.Describe)
                ? command.DescribeAsync(entity, options.Has(_declared.All))
                : command.AlterAsync(entity, changes, deleted));
            return 0;
        }
        catch (KafkaException e)
        {
            // Kafka prints the stack of the exception behind this line.
            console.Error($"Error while executing config command with args '{string.Join(' ', options.Arguments)}'");
            throw new ToolException($"{KafkaWords.ExceptionClass(e.ErrorCode)}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }
}
