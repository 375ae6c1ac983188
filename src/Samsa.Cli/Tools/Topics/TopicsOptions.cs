using Samsa.Cli.Tools.Clusters;
using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Topics;

/// <summary>The options of <c>kafka-topics</c> and which of them go together.</summary>
internal sealed class TopicsOptions
{
    private const string OnlyForConfigs =
        " (the kafka-configs CLI supports altering topic configs with a --bootstrap-server option)";


    public TopicsOptions(OptionSet options)
    {
        BootstrapServer = options.Text("bootstrap-server", "server to connect to", "REQUIRED: The brokers to start from, host:port, separated by commas.");
        ZooKeeperOption.Declare(options);
        CommandConfig = options.Text("command-config", "command config property file", "A file with settings of the admin client.");
        List = options.Flag("list", "Lists the topics.");
        Create = options.Flag("create", "Creates a topic.");
        Delete = options.Flag("delete", "Deletes topics.");
        Alter = options.Flag("alter", "Gives topics more partitions. Their settings are changed with kafka-configs.");
        Describe = options.Flag("describe", "Describes topics and their partitions.");
        Topic = options.Text(
            "topic", "topic", "The topic; for all actions but --create a regular expression that matches the whole name, such as \"test\\.topic\".");
        TopicId = options.Text("topic-id", "topic-id", "The topic to describe, by its id.");
        Config = options.Text(
            "config", "name=value", "A setting of the topic that is created; may come several times. docs/configuration.md lists the keys.");
        DeleteConfig = options.Text("delete-config", "name", "Not supported with --bootstrap-server; use kafka-configs.");
        Partitions = options.Integer(
            "partitions", "# of partitions", "The number of partitions to create, or to grow to. Growing changes which partition a key "
            + "belongs to. Without it, what the cluster is configured for.");
        ReplicationFactor = options.Integer(
            "replication-factor", "replication factor", "The number of replicas of each partition. Without it, what the cluster is configured for.");
        ReplicaAssignment = options.Text(
            "replica-assignment", "broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : "
            + "broker_id_for_part2_replica2 , ...", "The brokers of each partition.");
        UnderReplicated = options.Flag("under-replicated-partitions", "Describes only partitions with replicas out of sync.");
        Unavailable = options.Flag("unavailable-partitions", "Describes only partitions without a leader that is up.");
        UnderMinIsr = options.Flag("under-min-isr-partitions", "Describes only partitions with fewer replicas in sync than min.insync.replicas.");
        AtMinIsr = options.Flag("at-min-isr-partitions", "Describes only partitions with just min.insync.replicas replicas in sync.");
        WithOverrides = options.Flag("topics-with-overrides", "Describes only topics with settings of their own.");
        IfExists = options.Flag("if-exists", "Does nothing when the topic to alter, delete or describe does not exist.");
        IfNotExists = options.Flag("if-not-exists", "Does nothing when the topic to create exists.");
        ExcludeInternal = options.Flag("exclude-internal", "Leaves out the topics that the cluster made for itself.");
        PageSize = options.Integer(
            "partition-size-limit-per-response", "maximum number of partitions in one response.", "The most partitions that a broker tells of in one answer.");
    }

    public Option<string> BootstrapServer { get; }

    public Option<string> CommandConfig { get; }

    public Option List { get; }

    public Option Create { get; }

    public Option Delete { get; }

    public Option Alter { get; }

    public Option Describe { get; }

    public Option<string> Topic { get; }

    public Option<string> TopicId { get; }

    public Option<string> Config { get; }

    public Option<string> DeleteConfig { get; }

    public Option<int> Partitions { get; }

    public Option<int> ReplicationFactor { get; }

    public Option<string> ReplicaAssignment { get; }

    public Option UnderReplicated { get; }

    public Option Unavailable { get; }

    public Option UnderMinIsr { get; }

    public Option AtMinIsr { get; }

    public Option WithOverrides { get; }

    public Option IfExists { get; }

    public Option IfNotExists { get; }

    public Option ExcludeInternal { get; }

    public Option<int> PageSize { get; }

    /// <summary>True when partitions are chosen by their state; the lines of topics are left out then.</summary>
    public bool ChoosesPartitions(ParsedOptions options) =>
        options.Has(UnderReplicated) || options.Has(Unavailable) || options.Has(UnderMinIsr) || options.Has(AtMinIsr);

    /// <summary>Refuses what does not go together, in Kafka's words and order.</summary>
    /// <exception cref="ToolException">Something does not.</exception>
    public void Check(ParsedOptions options)
    {
        Option[] actions = [Alter, Create, Describe, List, Delete];
        if (actions.Count(options.Has) != 1)
            throw new ToolException("Command must include exactly one action: --list, --describe, --create, --alter or --delete", showOptions: true);
        if (!options.Has(BootstrapServer))
            throw new ToolException("--bootstrap-server must be specified");
        if (!options.Has(List) && !options.Has(Describe))
            Require(options, Topic);
        if (options.Has(Describe) && options.Has(IfExists) && !options.Has(Topic) && !options.Has(TopicId))
            throw new ToolException("--topic or --topic-id is required to describe a topic", showOptions: true);
        if (options.Has(Alter))
        {
            if (options.Has(Config))
            {
                throw new ToolException(
                    $"Option combination \"[[bootstrap-server], [config]]\" can't be used with option \"[alter]\"{OnlyForConfigs}", showOptions: true);
            }

            Require(options, Partitions);
        }

        if (options.Has(DeleteConfig) && options.Has(Alter))
            Refuse(DeleteConfig, BootstrapServer);
        Only(Config, Alter, Create);
        Only(DeleteConfig, Alter);
        Only(Partitions, Alter, Create);
        Only(ReplicationFactor, Create);
        Only(ReplicaAssignment, Create, Alter);
        if (options.Has(Create))
            Exclude(ReplicaAssignment, Partitions, ReplicationFactor);
        foreach (var filter in new[] { UnderReplicated, UnderMinIsr, AtMinIsr, Unavailable })
        {
            Only(filter, Describe);
            Exclude(filter, WithOverrides);
        }

        Only(WithOverrides, Describe);
        Only(IfExists, Alter, Delete, Describe);
        Only(IfNotExists, Create);
        Only(ExcludeInternal, List, Describe);

        void Only(Option option, params ReadOnlySpan<Option> allowed)
        {
            foreach (var action in actions)
            {
                if (options.Has(option) && options.Has(action) && !allowed.Contains(action))
                    Refuse(option, action);
            }
        }

        void Exclude(Option option, params ReadOnlySpan<Option> others)
        {
            foreach (var other in others)
            {
                if (options.Has(option) && options.Has(other))
                    Refuse(option, other);
            }
        }
    }

    private static void Require(ParsedOptions options, Option option)
    {
        if (!options.Has(option))
            throw new ToolException($"Missing required argument \"[{option.Label}]\"", showOptions: true);
    }

    private static void Refuse(Option option, Option other) =>
        throw new ToolException($"Option \"[{option.Label}]\" can't be used with option \"[{other.Label}]\"", showOptions: true);
}
