using System.Globalization;
using Samsa.Cli.Tools.Arguments;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client;
using Samsa.Client.Configuration;
using Samsa.Client.Consumer;

namespace Samsa.Cli.Tools.Verifiable;

/// <summary>
/// <c>kafka-verifiable-consumer</c>: reads a topic in a group and prints a JSON line for everything that happens to it, for scripts that watch several
/// of them. A signal ends it: it leaves the group first.
/// </summary>
internal sealed class VerifiableConsumerTool : ArgumentTool
{
    private VerifiableConsumerArguments _declared = null!;

    protected override bool IsHelpfulWhenBare => true;

    protected override ArgumentSet DeclareFor(KafkaRelease release) => (_declared = new VerifiableConsumerArguments(release)).Set;

    protected override async Task<int> RunAsync(ParsedArguments arguments, ToolConsole console, CancellationToken cancellation)
    {
        var lines = new VerifiableLine(console.Output, TimeProvider.System);
        bool isAsked = false;
        try
        {
            var settings = Settings(arguments, console);
            await using var consumer = new KafkaConsumer(settings);
            lines.Write("startup_complete");
            var reader = new VerifiableReader(
                consumer, lines, arguments.Value(_declared.Count)!.Value, settings.MaxPollRecords, arguments.Has(_declared.Verbose), settings.EnableAutoCommit);
            try
            {
                await reader.RunAsync(arguments.Value(_declared.Topic)!, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                isAsked = true;
                if (Release == KafkaRelease.V43)
                    lines.Write("shutdown_requested");
            }
        }
        catch (Exception e) when (e is KafkaException or ClientConfigException)
        {
            throw new ToolException(e.Message);
        }

        lines.Write("shutdown_complete");

        // 4.3 says it from the hook that runs when the process ends.
        if (Release == KafkaRelease.V43 && !isAsked)
            lines.Write("shutdown_requested");
        return 0;
    }

    private ConsumerOptions Settings(ParsedArguments arguments, ToolConsole console)
    {
        if (arguments.Has(_declared.ConfigFile) && arguments.Has(_declared.CommandConfigFile))
            throw new ArgumentMistake(Arguments, "Options --consumer.config and --command-config are mutually exclusive.");
        if (arguments.Has(_declared.ConfigFile) && Release == KafkaRelease.V43)
            console.Output.WriteLine("Option --consumer.config has been deprecated and will be removed in a future version. Use --command-config instead.");
        var settings = new ConsumerOptions { LoggerFactory = new ClientLog(console.Error) };
        if ((arguments.Value(_declared.CommandConfigFile) ?? arguments.Value(_declared.ConfigFile)) is { } file)
            ClientProperties.Apply(settings, PropertiesFile.Read(file), file, console);
        string protocol = arguments.Value(_declared.GroupProtocol)!;
        settings.Set("group.protocol", protocol.ToLowerInvariant());
        if (arguments.Value(_declared.RemoteAssignor) is { } assignor)
            settings.Set("group.remote.assignor", assignor);
        if (protocol.Equals("classic", StringComparison.OrdinalIgnoreCase))
        {
            settings.Set("session.timeout.ms", arguments.Value(_declared.SessionTimeout)!.Value.ToString(CultureInfo.InvariantCulture));
            settings.Set("partition.assignment.strategy", arguments.Value(_declared.Strategy) ?? "org.apache.kafka.clients.consumer.RangeAssignor");
        }

        if (arguments.Value(_declared.InstanceId) is { } instance)
            settings.Set("group.instance.id", instance);
        settings.Set("auto.offset.reset", arguments.Value(_declared.ResetPolicy)!);
        settings.GroupId = arguments.Value(_declared.GroupId)!;
        settings.EnableAutoCommit = arguments.Has(_declared.AutoCommit);
        settings.EnableAutoOffsetStore = false;
        settings.BootstrapServers = (arguments.Value(_declared.Server) ?? arguments.Value(_declared.BrokerList))!;
        return settings;
    }
}
