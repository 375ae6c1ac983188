using System.Globalization;
using Samsa.Cli.Tools.Options;

namespace Samsa.Cli.Tools.Configs;

/// <summary>The options of <c>kafka-configs</c> and which of them go together.</summary>
internal sealed class ConfigsOptions
{
    private readonly Option<string> _bootstrapController;
    private readonly Option<string> _zooKeeperTls;
    private readonly Option<string> _entityType;
    private readonly Option<string> _entityName;
    private readonly Option _entityDefault;
    private readonly (Option<string> Option, string Type)[] _named;
    private readonly (Option Option, string Type)[] _defaults;

    public ConfigsOptions(OptionSet options)
    {
        options.Text("zookeeper", "urls", "DEPRECATED. The ZooKeeper in which the brokers are looked up.", until: KafkaRelease.V39);
        BootstrapServer = options.Text("bootstrap-server", "server to connect to", "The brokers to start from.");
        _bootstrapController = options.Text("bootstrap-controller", "controller to connect to", "Controllers to start from; not supported by this tool.");
        CommandConfig = options.Text("command-config", "command config property file", "A file with settings of the admin client.");
        Alter = options.Flag("alter", "Changes settings.");
        Describe = options.Flag("describe", "Prints settings.");
        All = options.Flag("all", "Prints also the settings that nobody changed at run time.");
        _entityType = options.Text(
            "entity-type", "String", "Whose settings: topics, clients, users, brokers, broker-loggers, ips, client-metrics or groups.");
        _entityName = options.Text("entity-name", "String", "The name of the topic, the id of the broker, and so on.");
        _entityDefault = options.Flag("entity-default", "What holds for all clients, users, brokers or ips that have nothing of their own.");
        AddConfig = options.Text(
            "add-config", "String", "The settings to change: 'k1=v1,k2=[v1,v2,v2],k3=v3'. Brackets keep together a value with commas. "
            + "docs/configuration.md lists the keys.");
        AddConfigFile = options.Text("add-config-file", "String", "A file with the settings to change.");
        DeleteConfig = options.Text("delete-config", "String", "The settings to set back to their defaults: 'k1,k2'.");
        options.Flag("force", "Has no effect: there are no questions.", until: KafkaRelease.V39);
        var topic = options.Text("topic", "String", "The name of the topic.");
        var client = options.Text("client", "String", "The id of the client.");
        var clientDefaults = options.Flag("client-defaults", "What holds for all clients.");
        var user = options.Text("user", "String", "The name of the user.");
        var userDefaults = options.Flag("user-defaults", "What holds for all users.");
        var broker = options.Text("broker", "String", "The id of the broker.");
        var brokerDefaults = options.Flag("broker-defaults", "What holds for all brokers.");
        var brokerLogger = options.Text("broker-logger", "String", "The id of the broker whose log levels are meant.");
        var ipDefaults = options.Flag("ip-defaults", "What holds for all addresses.");
        var ip = options.Text("ip", "String", "The address.");
        var group = options.Text("group", "String", "The id of the group.", since: KafkaRelease.V43);
        var clientMetrics = options.Text("client-metrics", "String", "The name of the subscription to clients' metrics.", since: KafkaRelease.V43);
        _zooKeeperTls = options.Text(
            "zk-tls-config-file", "ZooKeeper TLS configuration", "A file with TLS settings for ZooKeeper; not served yet.", until: KafkaRelease.V39);
        _named =
        [
            (topic, EntityTypes.Topics), (client, EntityTypes.Clients), (user, EntityTypes.Users), (broker, EntityTypes.Brokers),
            (brokerLogger, EntityTypes.BrokerLoggers), (ip, EntityTypes.Ips), (clientMetrics, EntityTypes.ClientMetrics), (group, EntityTypes.Groups),
        ];
        _defaults =
        [
            (clientDefaults, EntityTypes.Clients), (userDefaults, EntityTypes.Users), (brokerDefaults, EntityTypes.Brokers), (ipDefaults, EntityTypes.Ips),
        ];
    }

    public Option<string> BootstrapServer { get; }

    public Option<string> CommandConfig { get; }

    public Option Alter { get; }

    public Option Describe { get; }

    public Option All { get; }

    public Option<string> AddConfig { get; }

    public Option<string> AddConfigFile { get; }

    public Option<string> DeleteConfig { get; }

    /// <summary>Whose settings the command line means, once <see cref="Check"/> has passed it.</summary>
    /// <exception cref="ToolException">There are more or fewer names than types.</exception>
    public ConfigEntity Entity(ParsedOptions options)
    {
        var types = Types(options);
        var names = Names(options);
        if (options.Has(Alter) && types.Count != names.Count)
            throw new ToolException("An entity name must be specified for every entity type");
        if (names.Count > types.Count)
            throw new ToolException("More entity names specified than entity types");
        return new ConfigEntity(types[0], names.Count == 0 ? null : names[0]);
    }

    /// <summary>Refuses what does not go together, in Kafka's words and order.</summary>
    /// <exception cref="ToolException">Something does not.</exception>
    public void Check(ParsedOptions options, KafkaRelease release)
    {
        if (options.Has(Alter) == options.Has(Describe))
            throw new ToolException("Command must include exactly one action: --describe, --alter", showOptions: true);
        foreach (var option in options.Has(Describe) ? new Option[] { Alter, AddConfig, DeleteConfig } : [Describe])
        {
            if (options.Has(option))
                throw new ToolException($"Option \"[{(options.Has(Describe) ? Describe : Alter).Label}]\" can't be used with option \"[{option.Label}]\"", showOptions: true);
        }

        var types = Types(options);
        CheckServer(options, types, release);
        CheckTypes(options, types, release);
        CheckNames(options, types);
        if (options.Has(Describe))
            CheckDescribe(options, types, release);
        else
            CheckAlter(options, types, release);
        if (types.Any(EntityTypes.IsUnserved))
            throw new ToolException($"quotas and credentials of {string.Join(" and ", types)} are not served yet");
    }

    private static void Refuse(bool isWrong, string message)
    {
        if (isWrong)
            throw new ToolException(message);
    }

    private List<string> Types(ParsedOptions options) =>
    [
        .. options.Values(_entityType),
        .. _named.Where(n => options.Has(n.Option)).Select(n => n.Type),
        .. _defaults.Where(d => options.Has(d.Option)).Select(d => d.Type),
    ];

    /// <summary>The names; "" for what holds for all.</summary>
    private List<string> Names(ParsedOptions options) =>
    [
        .. options.Values(_entityName),
        .. options.Has(_entityDefault) ? [""] : (string[])[],
        .. _named.Where(n => options.Has(n.Option)).Select(n => options.Value(n.Option)!),
        .. _defaults.Where(d => options.Has(d.Option)).Select(_ => ""),
    ];

    private void CheckServer(ParsedOptions options, List<string> types, KafkaRelease release)
    {
        bool hasServer = options.Has(BootstrapServer) || options.Has(_bootstrapController);
        Refuse(!hasServer && release == KafkaRelease.V43, "Either --bootstrap-server or --bootstrap-controller must be specified.");
        var allowed = hasServer ? EntityTypes.Of(release) : EntityTypes.WithoutServer;
        Refuse(types.Count != types.Distinct().Count(), $"Duplicate entity type(s) specified: {types.FirstOrDefault(t => types.Count(o => o == t) > 1)}");
        foreach (string type in types)
        {
            Refuse(
                !allowed.Contains(type, StringComparer.Ordinal) && !(hasServer && type == EntityTypes.Groups),
                $"Invalid entity type {type}, the entity type must be one of {string.Join(", ", allowed)} with a "
                + $"{(hasServer ? "--bootstrap-server or --bootstrap-controller" : "--zookeeper")} argument");
        }
    }

    private void CheckTypes(ParsedOptions options, List<string> types, KafkaRelease release)
    {
        Refuse(types.Count == 0, "At least one entity type must be specified");
        Refuse(
            types.Count > 1 && types.Exists(t => t is not (EntityTypes.Users or EntityTypes.Clients)),
            $"Only '{EntityTypes.Users}' and '{EntityTypes.Clients}' entity types may be specified together");
        Refuse(
            (options.Has(_entityName) || options.Has(_entityType) || options.Has(_entityDefault))
            && (_named.Any(n => options.Has(n.Option)) || _defaults.Any(d => options.Has(d.Option))),
            "--entity-{type,name,default} should not be used in conjunction with specific entity flags");
        bool server = options.Has(BootstrapServer);
        bool controller = options.Has(_bootstrapController);
        Refuse(!server && !controller, "One of the required --bootstrap-server, --boostrap-controller, or --zookeeper arguments must be specified");
        Refuse(server && controller, release == KafkaRelease.V39
            ? "Only one of --bootstrap-server, --boostrap-controller, and --zookeeper can be specified"
            : "Only one of --bootstrap-server or --bootstrap-controller can be specified");
        Refuse(controller, "--bootstrap-controller is not supported: this client speaks to brokers; name one with --bootstrap-server");
        Refuse(options.Has(_zooKeeperTls), "Only the --zookeeper option can be used with the --zk-tls-config-file option.");
    }

    private void CheckNames(ParsedOptions options, List<string> types)
    {
        if (!types.Exists(t => t is EntityTypes.Brokers or EntityTypes.BrokerLoggers))
            return;
        foreach (string name in Names(options).Where(n => n.Length > 0))
        {
            Refuse(
                !int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
                $"The entity name for {types[0]} must be a valid integer broker id, but it is: {name}");
        }
    }

    private void CheckDescribe(ParsedOptions options, List<string> types, KafkaRelease release)
    {
        string of = string.Join(",", types);
        bool mayBeDefault = types.Exists(t => t is EntityTypes.Users or EntityTypes.Clients or EntityTypes.Brokers or EntityTypes.Ips);
        Refuse(options.Has(_entityDefault) && !mayBeDefault && release == KafkaRelease.V43, $"--entity-default must not be specified with --describe of {of}");
        Refuse(
            types.Contains(EntityTypes.BrokerLoggers) && !Names(options).Exists(n => n.Length > 0),
            $"{(release == KafkaRelease.V39 ? "an" : "An")} entity name must be specified with --describe of {of}");
    }

    private void CheckAlter(ParsedOptions options, List<string> types, KafkaRelease release)
    {
        var names = Names(options);
        string article = release == KafkaRelease.V39 ? "an" : "An";
        if (types.Exists(t => t is EntityTypes.Users or EntityTypes.Clients or EntityTypes.Brokers or EntityTypes.Ips))
            Refuse(names.Count == 0, $"{article} entity-name or default entity must be specified with --alter of users, clients, brokers or ips");
        else
            Refuse(!names.Exists(n => n.Length > 0), $"{article} entity name must be specified with --alter of {string.Join(",", types)}");
        Refuse(options.Has(AddConfig) && options.Has(AddConfigFile), "Only one of --add-config or --add-config-file must be specified");
        Refuse(
            !options.Has(AddConfig) && !options.Has(AddConfigFile) && !options.Has(DeleteConfig),
            "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter");
    }
}
