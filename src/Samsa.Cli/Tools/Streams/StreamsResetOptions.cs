using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Streams;

/// <summary>The options of <c>kafka-streams-application-reset</c> and which of them go together.</summary>
internal sealed class StreamsResetOptions
{
    public StreamsResetOptions(OptionSet options)
    {
        ApplicationId = options.Text("application-id", "id", "The application's id (application.id), which is the name of its group.", required: true);
        BootstrapServer = options.Text("bootstrap-server", "server to connect to", "The brokers to start from, host:port, separated by commas.", "localhost:9092");
        BootstrapServers = options.Text("bootstrap-servers", "urls", "DEPRECATED, the same as --bootstrap-server, which goes first.", until: KafkaRelease.V39);
        InputTopics = options.Text("input-topics", "list", "Topics that the application reads, separated by commas: offsets go to the first record, or where another option says.");
        IntermediateTopics = options.Text("intermediate-topics", "list", "DEPRECATED. Topics through which the application sends records, separated by commas: offsets go to the end.");
        InternalTopics = options.Text(
            "internal-topics", "list", "The internal topics to delete, separated by commas; without it all that have the form of internal topics of the application.");
        ToOffset = options.Long("to-offset", "", "Resets to this offset.");
        ToDatetime = options.Text("to-datetime", "", "Resets to the first record with this time or a later one: YYYY-MM-DDTHH:mm:SS.sss, UTC unless a zone follows.");
        ByDuration = options.Text("by-duration", "urls", "Resets to the first record of the last so much time: PnDTnHnMnS.");
        ToEarliest = options.Flag("to-earliest", "Resets to the first record.");
        ToLatest = options.Flag("to-latest", "Resets to the end.");
        FromFile = options.Text("from-file", "urls", "Resets to the offsets in a file with lines topic,partition,offset.");
        ShiftBy = options.Long("shift-by", "number-of-offsets", "Moves by so many offsets, back with a negative number.");
        CommandConfig = options.Text("command-config", "file name", "A file with settings of the admin client.", since: KafkaRelease.V43);
        ConfigFile = options.Text("config-file", "file name", "A file with settings of the admin client.");
        Force = options.Flag("force", "Removes members that are still in the group first.");
        DryRun = options.Flag("dry-run", "Shows what would be done.");
    }

    public Option<string> ApplicationId { get; }

    public Option<string> BootstrapServer { get; }

    public Option<string> BootstrapServers { get; }

    public Option<string> InputTopics { get; }

    public Option<string> IntermediateTopics { get; }

    public Option<string> InternalTopics { get; }

    public Option<long> ToOffset { get; }

    public Option<string> ToDatetime { get; }

    public Option<string> ByDuration { get; }

    public Option ToEarliest { get; }

    public Option ToLatest { get; }

    public Option<string> FromFile { get; }

    public Option<long> ShiftBy { get; }

    public Option<string> CommandConfig { get; }

    public Option<string> ConfigFile { get; }

    public Option Force { get; }

    public Option DryRun { get; }

    /// <summary>The topics of an option that may come several times.</summary>
    public static IReadOnlyList<string> Topics(ParsedOptions options, Option<string> option) =>
        [.. options.Values(option).SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries)).Distinct(StringComparer.Ordinal)];

    /// <summary>Refuses what does not go together, in Kafka's words.</summary>
    /// <exception cref="ToolException">Something does not.</exception>
    public void Check(ParsedOptions options)
    {
        Option[] scenarios = [ToOffset, ToDatetime, ByDuration, ToEarliest, ToLatest, FromFile, ShiftBy];
        foreach (var scenario in scenarios)
        {
            foreach (var other in scenarios)
            {
                if (scenario != other && options.Has(scenario) && options.Has(other))
                    throw new ToolException($"Option \"[{scenario.Label}]\" can't be used with option \"[{other.Label}]\"", showOptions: true);
            }
        }

        if (options.Has(CommandConfig) && options.Has(ConfigFile))
            throw new ToolException($"Option \"[{CommandConfig.Label}]\" can't be used with option \"[{ConfigFile.Label}]\"", showOptions: true);
    }
}
