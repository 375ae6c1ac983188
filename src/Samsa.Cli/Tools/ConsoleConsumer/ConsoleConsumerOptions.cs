using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.ConsoleConsumer.Formatters;
using Samsa.Cli.Tools.Options;
using Samsa.Client.Consumer;

namespace Samsa.Cli.Tools.ConsoleConsumer;

/// <summary>The options of <c>kafka-console-consumer</c>: which go together, and what they say to the consumer and the formatter.</summary>
internal sealed class ConsoleConsumerOptions
{
    private const string Earliest = "earliest";
    private const string Latest = "latest";
    private const string OffsetReset = "auto.offset.reset";
    private const string GroupId = "group.id";
    private const string FormatterDescription =
        "A setting of the formatter, key=value; may come several times:\n print.timestamp=true|false\n print.key=true|false\n print.offset=true|false\n"
        + " print.epoch=true|false\n print.partition=true|false\n print.headers=true|false\n print.value=true|false\n key.separator=<text>\n"
        + " line.separator=<text>\n headers.separator=<text>\n null.literal=<text>\n key.deserializer=<class>\n value.deserializer=<class>\n"
        + " headers.deserializer=<class>";

    private readonly Option<string> _whitelist;
    private readonly Option<string> _consumerProperty;
    private readonly Option<string> _commandProperty;
    private readonly Option<string> _consumerConfig;
    private readonly Option<string> _commandConfig;
    private readonly Option<string> _formatter;
    private readonly Option<string> _property;
    private readonly Option<string> _formatterProperty;
    private readonly Option<string> _formatterConfig;
    private readonly Option _fromBeginning;
    private readonly Option<string> _bootstrapServer;
    private readonly Option<string> _keyDeserializer;
    private readonly Option<string> _valueDeserializer;
    private readonly Option<string> _isolationLevel;
    private readonly Option<string> _group;
    private readonly Option<string> _offset;
    private readonly Option<string> _topic;
    private readonly Option<string> _include;
    private readonly Option<int> _partition;

    public ConsoleConsumerOptions(OptionSet options)
    {
        _topic = options.Text("topic", "topic", "The topic to read.");
        _whitelist = options.Text(
            "whitelist", "Java regex (String)", "DEPRECATED, the same as --include, which goes first.", until: KafkaRelease.V39);
        _include = options.Text("include", "Java regex (String)", "A regular expression; topics whose names match it are read.");
        _partition = options.Integer("partition", "partition", "The only partition to read, from its end on unless --offset says otherwise.");
        _offset = options.Text(
            "offset", "consume offset", "Where to begin in the partition: a number from 0 on, 'earliest', or 'latest' for its end.", Latest);
        _consumerProperty = options.Text("consumer-property", "consumer_prop", "A setting of the consumer, key=value; may come several times.");
        _commandProperty = options.Text(
            "command-property", "consumer_prop", "A setting of the consumer, key=value; may come several times.", since: KafkaRelease.V43);
        _consumerConfig = options.Text("consumer.config", "config file", "A file with settings of the consumer; [consumer-property] goes first.");
        _commandConfig = options.Text(
            "command-config", "config file", "A file with settings of the consumer; [command-property] goes first.", since: KafkaRelease.V43);
        _formatter = options.Text("formatter", "class", "The class that prints records.", FormatterTable.Default);
        _property = options.Text("property", "prop", FormatterDescription);
        _formatterProperty = options.Text("formatter-property", "prop", FormatterDescription, since: KafkaRelease.V43);
        _formatterConfig = options.Text("formatter-config", "config file", "A file with settings of the formatter; [property] goes first.");
        _fromBeginning = options.Flag("from-beginning", "Begins with the oldest records there are, and not with those to come.");
        MaxMessages = options.Integer("max-messages", "num_messages", "Ends after so many records; without it never.");
        TimeoutMs = options.Long("timeout-ms", "timeout_ms", "Ends when no record came for so long, in ms.");
        SkipOnError = options.Flag("skip-message-on-error", "Goes on after a record that cannot be printed.");
        _bootstrapServer = options.Text("bootstrap-server", "server to connect to", "REQUIRED: The brokers to start from.");
        _keyDeserializer = options.Text("key-deserializer", "deserializer for key", "The class that makes text of keys.");
        _valueDeserializer = options.Text("value-deserializer", "deserializer for values", "The class that makes text of values.");
        SystemTestEvents = options.Flag("enable-systest-events", "Prints shutdown_complete at the end, for system tests.");
        _isolationLevel = options.Text(
            "isolation-level", "String", "read_committed leaves out the records of open and aborted transactions.", "read_uncommitted");
        _group = options.Text("group", "consumer group id", "The consumer group. Without it all partitions are read, and no offsets kept.");
        ZooKeeperOption.Declare(options);
    }

    /// <summary>The number of records to end after; -1 without it.</summary>
    public Option<int> MaxMessages { get; }

    /// <summary>The longest wait for a record, in ms.</summary>
    public Option<long> TimeoutMs { get; }

    /// <summary>Whether a record that cannot be printed is passed over.</summary>
    public Option SkipOnError { get; }

    /// <summary>Whether the end is printed.</summary>
    public Option SystemTestEvents { get; }

    /// <summary>Refuses what is missing or does not go together, in Kafka's words and order.</summary>
    /// <exception cref="ToolException">Something is wrong.</exception>
    public void Check(ParsedOptions options, KafkaRelease release)
    {
        if (!options.Has(_bootstrapServer))
            throw new ToolException("Missing required argument \"[bootstrap-server]\"", showOptions: true);
        bool byPattern = options.Has(_include) || options.Has(_whitelist);
        if (options.Has(_topic) == byPattern)
        {
            throw new ToolException(
                release == KafkaRelease.V43 ? "Exactly one of the following arguments is required: [topic], [include]"
                : "Exactly one of --include/--topic is required. "
                    + (options.Has(_whitelist) ? "--whitelist is DEPRECATED use --include instead; ignored if --include specified." : ""),
                showOptions: true);
        }

        if (options.Has(_partition))
        {
            Refuse(!options.Has(_topic), "The topic is required when partition is specified.");
            Refuse(options.Has(_fromBeginning) && options.Has(_offset), "Options from-beginning and offset cannot be specified together.");
        }
        else
        {
            Refuse(options.Has(_offset), "The partition is required when offset is specified.");
        }

        NotBoth(_consumerProperty, _commandProperty);
        NotBoth(_consumerConfig, _commandConfig);
        NotBoth(_property, _formatterProperty);

        void NotBoth(Option one, Option other) =>
            Refuse(options.Has(one) && options.Has(other), $"Options --{one.Name} and --{other.Name} cannot be specified together.");
    }

    /// <summary>The warnings of 4.3 about the names of 3.9, in its words.</summary>
    public IEnumerable<string> Warnings(ParsedOptions options)
    {
        (Option Old, Option New)[] renamed = [(_consumerProperty, _commandProperty), (_consumerConfig, _commandConfig), (_property, _formatterProperty)];
        foreach (var (old, name) in renamed)
        {
            if (options.Has(old))
                yield return $"Option --{old.Name} is deprecated and will be removed in a future version. Use --{name.Name} instead.";
        }
    }

    /// <summary>What the command line says to the consumer, by Kafka's keys.</summary>
    /// <exception cref="ToolException">A file cannot be read, or two places contradict each other.</exception>
    public Dictionary<string, string> ConsumerSettings(ParsedOptions options)
    {
        var settings = ClientSettings.Read(
            options.Value(_consumerConfig) ?? options.Value(_commandConfig), [.. options.Values(_consumerProperty), .. options.Values(_commandProperty)]);
        CheckGroup(options);
        if (!settings.TryGetValue(OffsetReset, out string? reset))
            settings[OffsetReset] = options.Has(_fromBeginning) ? Earliest : Latest;
        else if (options.Has(_fromBeginning) && reset != Earliest)
            throw new ToolException($"Can't simultaneously specify --from-beginning and '{OffsetReset}={reset}', please remove one option");
        settings["bootstrap.servers"] = options.Value(_bootstrapServer)!;
        settings.TryAdd("client.id", "console-consumer");
        if (options.Has(_group))
            settings[GroupId] = options.Value(_group)!;
        else if (!options.Has(_partition) && settings.TryAdd(GroupId, OwnGroup.NewName()))
            settings.TryAdd("enable.auto.commit", "false");
        if (options.Has(_isolationLevel))
            settings["isolation.level"] = options.Value(_isolationLevel)!;
        else
            settings.TryAdd("isolation.level", _isolationLevel.Default!);
        return settings;
    }

    /// <summary>Which partitions are read, and from where.</summary>
    /// <param name="options">The command line.</param>
    /// <exception cref="ToolException">The place or the pattern is none.</exception>
    public IPartitionChoice Partitions(ParsedOptions options) => PartitionChoices.Of(
        NamedGroups(options).Count > 0,
        options.Value(_topic),
        options.Value(_include) ?? options.Value(_whitelist),
        options.Has(_partition) ? options.Value(_partition) : null,
        Offset(options));

    /// <summary>Makes the formatter.</summary>
    /// <exception cref="ToolException">There is no such formatter, a file cannot be read, or a setting is wrong.</exception>
    public IMessageFormatter Formatter(ParsedOptions options, ToolConsole console, KafkaRelease release)
    {
        var settings = ClientSettings.Read(options.Value(_formatterConfig), []);
        if (options.Value(_keyDeserializer) is { Length: > 0 } keys)
            settings["key.deserializer"] = keys;
        if (options.Value(_valueDeserializer) is { Length: > 0 } values)
            settings["value.deserializer"] = values;
        foreach (var (key, value) in ClientSettings.Read(null, [.. options.Values(_property), .. options.Values(_formatterProperty)]))
            settings[key] = value;
        return FormatterTable.Create(options.Value(_formatter)!, settings, console, release);
    }

    private static void Refuse(bool isWrong, string message)
    {
        if (isWrong)
            throw new ToolException(message, showOptions: true);
    }

    private long Offset(ParsedOptions options)
    {
        if (!options.Has(_offset))
            return options.Has(_fromBeginning) ? TopicPartitionOffset.Beginning : TopicPartitionOffset.End;
        string text = options.Value(_offset)!;
        return text.Equals(Earliest, StringComparison.OrdinalIgnoreCase) ? TopicPartitionOffset.Beginning
            : text.Equals(Latest, StringComparison.OrdinalIgnoreCase) ? TopicPartitionOffset.End
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long offset) && offset >= 0 ? offset
            : throw new ToolException(
                $"The provided offset value '{text}' is incorrect. Valid values are 'earliest', 'latest', or a non-negative long.", showOptions: true);
    }

    private List<string> NamedGroups(ParsedOptions options)
    {
        List<string> groups = [];
        if (options.Has(_group))
            groups.Add(options.Value(_group)!);
        if (ClientSettings.Read(options.Value(_consumerConfig) ?? options.Value(_commandConfig), []).TryGetValue(GroupId, out string? inFile))
            groups.Add(inFile);
        if (ClientSettings.Read(null, [.. options.Values(_consumerProperty), .. options.Values(_commandProperty)]).TryGetValue(GroupId, out string? inProperty))
            groups.Add(inProperty);
        return [.. JavaHashOrder.Of([.. groups.Distinct(StringComparer.Ordinal)], g => g)];
    }

    private void CheckGroup(ParsedOptions options)
    {
        var groups = NamedGroups(options);
        Refuse(
            groups.Count > 1,
            "The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. "
            + $"Detected group ids: {string.Join(", ", groups.Select(g => $"'{g}'"))}");
        Refuse(groups.Count > 0 && options.Has(_partition), "Options group and partition cannot be specified together.");
    }
}
