using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.ConsumerGroups;

/// <summary>The options of <c>kafka-consumer-groups</c> and which of them go together.</summary>
internal sealed class ConsumerGroupsOptions
{
    private readonly Option _offsets;
    private readonly Option _dryRun;

    public ConsumerGroupsOptions(OptionSet options)
    {
        BootstrapServer = options.Text("bootstrap-server", "server to connect to", "REQUIRED: The brokers to start from, host:port, separated by commas.");
        CommandConfig = options.Text("command-config", "command config property file", "A file with settings of the admin client.");
        Timeout = options.Long("timeout", "timeout (ms)", "How long the cluster may take for each question, in ms.", 5000);
        List = options.Flag("list", "Lists the groups.");
        Describe = options.Flag("describe", "Describes groups: their offsets, or with --members or --state their members or state.");
        Delete = options.Flag("delete", "Deletes groups that have no members, with all their offsets.");
        ResetOffsets = options.Flag("reset-offsets", "Sets the offsets of groups that have no members: of which partitions say --topic, --all-topics or "
            + "--from-file, where to says one of --to-earliest, --to-latest, --to-current, --to-offset, --shift-by, --to-datetime, --by-duration and "
            + "--from-file. With --execute it is done, with --dry-run only shown.");
        DeleteOffsets = options.Flag("delete-offsets", "Deletes offsets of a group: those of --topic.");
        ValidateRegex = options.Text("validate-regex", "regex", "Tells whether a regular expression can be subscribed to.", since: KafkaRelease.V43);
        Group = options.Text("group", "consumer group", "The group; may come several times.");
        AllGroups = options.Flag("all-groups", "All groups.");
        Topic = options.Text("topic", "topic", "A topic, or some of its partitions as topic:0,1,2; may come several times.");
        AllTopics = options.Flag("all-topics", "All topics of which the group has offsets.");
        Members = options.Flag("members", "Describes the members of groups.");
        _offsets = options.Flag("offsets", "Describes the offsets of groups and how far they lag; what --describe does without another word.");
        State = options.Text(
            "state", "state", "With --describe describes the states of groups. With --list prints the states, and lists only groups in one of those "
            + "that are named, separated by commas.", argument: OptionArgument.Optional);
        Type = options.Text(
            "type", "type", "With --list prints the types of groups, classic or consumer, and lists only those that are named.", argument: OptionArgument.Optional);
        Verbose = options.Flag("verbose", "Describes more.");
        _dryRun = options.Flag("dry-run", "Shows what --reset-offsets would do.");
        Execute = options.Flag("execute", "Does what --reset-offsets says.");
        Export = options.Flag("export", "Prints what --reset-offsets would do or does as lines that --from-file reads.");
        ToOffset = options.Long("to-offset", "offset", "Resets to this offset.");
        ToDatetime = options.Text("to-datetime", "datetime", "Resets to the first record with this time or a later one: YYYY-MM-DDTHH:mm:SS.sss, UTC unless a "
            + "zone follows.");
        ByDuration = options.Text("by-duration", "duration", "Resets to the first record of the last so much time: PnDTnHnMnS.");
        ToEarliest = options.Flag("to-earliest", "Resets to the first record.");
        ToLatest = options.Flag("to-latest", "Resets to the end.");
        ToCurrent = options.Flag("to-current", "Resets to where the group is; to the end where it has no offset.");
        ShiftBy = options.Long("shift-by", "number-of-offsets", "Moves by so many offsets, back with a negative number.");
        FromFile = options.Text("from-file", "path to CSV file", "Resets to the offsets in a file with lines topic,partition,offset, or group,topic,partition,offset.");
    }

    public Option<string> BootstrapServer { get; }

    public Option<string> CommandConfig { get; }

    public Option<long> Timeout { get; }

    public Option List { get; }

    public Option Describe { get; }

    public Option Delete { get; }

    public Option ResetOffsets { get; }

    public Option DeleteOffsets { get; }

    public Option<string> ValidateRegex { get; }

    public Option<string> Group { get; }

    public Option AllGroups { get; }

    public Option<string> Topic { get; }

    public Option AllTopics { get; }

    public Option Members { get; }

    public Option<string> State { get; }

    public Option<string> Type { get; }

    public Option Verbose { get; }

    public Option Execute { get; }

    public Option Export { get; }

    public Option<long> ToOffset { get; }

    public Option<string> ToDatetime { get; }

    public Option<string> ByDuration { get; }

    public Option ToEarliest { get; }

    public Option ToLatest { get; }

    public Option ToCurrent { get; }

    public Option<long> ShiftBy { get; }

    public Option<string> FromFile { get; }

    /// <summary>The groups that are named, each once.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<string> values) => [.. values.Distinct(StringComparer.Ordinal)];

    /// <summary>Refuses what does not go together, in Kafka's words and order.</summary>
    /// <exception cref="ToolException">Something does not.</exception>
    public void Check(ParsedOptions options, KafkaRelease release, Action<string> warn)
    {
        if (!options.Has(BootstrapServer))
            throw Wrong("Missing required argument \"[bootstrap-server]\"");
        if (options.Has(Describe))
            CheckDescribe(options, release);
        if (options.Has(Delete))
        {
            RequireGroups(options, Delete);
            if (options.Has(Topic))
                throw Wrong("The consumer does not support topic-specific offset deletion from a consumer group.");
        }

        if (options.Has(DeleteOffsets) && !(options.Has(Group) && options.Has(Topic)))
        {
            // 3.9 names the wrong ones.
            throw Wrong("Option [delete-offsets] takes the following options: " + (release == KafkaRelease.V39 ? "[all-groups], [group]" : "[topic], [group]"));
        }

        if (options.Has(ResetOffsets))
            CheckReset(options, release, warn);
        Exclude(options, Group, AllGroups);
        Option[] actions = [List, Describe, Delete, ResetOffsets, DeleteOffsets, ValidateRegex];
        Exclude(options, Group, List);
        Exclude(options, Topic, List, Describe);
        if (actions.Count(options.Has) != 1)
        {
            throw Wrong("Command must include exactly one action: --list, --describe, --delete, --reset-offsets, --delete-offsets"
                + (release == KafkaRelease.V43 ? ", --validate-regex" : ""));
        }
    }

    private static ToolException Wrong(string message) => new(message, showOptions: true);

    private static void Exclude(ParsedOptions options, Option option, params ReadOnlySpan<Option> others)
    {
        foreach (var other in others)
        {
            if (option != other && options.Has(option) && options.Has(other))
                throw Wrong($"Option \"[{option.Label}]\" can't be used with option \"[{other.Label}]\"");
        }
    }

    private void CheckDescribe(ParsedOptions options, KafkaRelease release)
    {
        // 3.9 names the wrong ones.
        if (!options.Has(Group) && !options.Has(AllGroups))
        {
            throw Wrong("Option [describe] takes one of these options: " + (release == KafkaRelease.V39
                ? "[reset-offsets], [describe], [delete], [list]"
                : "[group], [all-groups]"));
        }

        Option[] views = [Members, _offsets, State];
        if (views.Count(options.Has) > 1)
            throw Wrong("Option [describe] takes at most one of these options: [members], [offsets], [state]");
        if (options.HasArgument(State))
            throw Wrong("Option [describe] does not take a value for [state]");
    }

    private void CheckReset(ParsedOptions options, KafkaRelease release, Action<string> warn)
    {
        if (options.Has(_dryRun) && options.Has(Execute))
            throw Wrong("Option [reset-offsets] only accepts one of [execute] and [dry-run]");
        if (!options.Has(_dryRun) && !options.Has(Execute))
        {
            warn("WARN: No action will be performed as the --execute option is missing." + (release == KafkaRelease.V39
                ? "In a future major release, the default behavior of this command will be to prompt the user before executing the reset rather than doing a dry run."
                : " In version 5.0, this command will require either --dry-run or --execute to be specified.")
                + " You should add the --dry-run option explicitly if you are scripting this command and want to keep the current default behavior without prompting.");
        }

        RequireGroups(options, ResetOffsets);
        Option[] scenarios = [ToOffset, ToDatetime, ByDuration, ToEarliest, ToLatest, ToCurrent, ShiftBy, FromFile];
        foreach (var scenario in scenarios)
            Exclude(options, scenario, scenarios);
    }

    private void RequireGroups(ParsedOptions options, Option action)
    {
        if (!options.Has(Group) && !options.Has(AllGroups))
            throw Wrong($"Option [{action.Label}] takes one of these options: [all-groups], [group]");
    }
}
