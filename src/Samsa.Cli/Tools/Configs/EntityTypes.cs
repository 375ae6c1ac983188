using Samsa.Client.Admin;

namespace Samsa.Cli.Tools.Configs;

/// <summary>The words of <c>--entity-type</c>.</summary>
internal static class EntityTypes
{
    public const string Topics = "topics";
    public const string Brokers = "brokers";
    public const string BrokerLoggers = "broker-loggers";
    public const string ClientMetrics = "client-metrics";
    public const string Groups = "groups";
    public const string Users = "users";
    public const string Clients = "clients";
    public const string Ips = "ips";

    private static readonly string[] Of39 = [Topics, Clients, Users, Brokers, Ips, BrokerLoggers, ClientMetrics];
    private static readonly string[] Of43 = [Topics, Clients, Users, Brokers, Ips, ClientMetrics, Groups, BrokerLoggers];
    private static readonly string[] OfZooKeeper = [Users, Brokers];
    private static readonly string[] Unserved = [Users, Clients, Ips];

    /// <summary>Those that a release has, in the order in which it lists them.</summary>
    public static IReadOnlyList<string> Of(KafkaRelease release) => release == KafkaRelease.V39 ? Of39 : Of43;

    /// <summary>Those that 3.9 takes without the address of a broker.</summary>
    public static IReadOnlyList<string> WithoutServer => OfZooKeeper;

    /// <summary>True for quotas and credentials, which are asked for by other requests than configurations.</summary>
    public static bool IsUnserved(string type) => Unserved.Contains(type, StringComparer.Ordinal);

    /// <summary>The kind of resource that the type is.</summary>
    public static ConfigResourceType ResourceType(string type) => type switch
    {
        Topics => ConfigResourceType.Topic,
        Brokers => ConfigResourceType.Broker,
        BrokerLoggers => ConfigResourceType.BrokerLogger,
        ClientMetrics => ConfigResourceType.ClientMetrics,
        Groups => ConfigResourceType.Group,
        _ => ConfigResourceType.Unknown,
    };

    /// <summary>The source of the settings that are shown without <c>--all</c>; null when all are.</summary>
    public static ConfigSource? DynamicSource(ConfigEntity entity) => entity.Type switch
    {
        Topics => ConfigSource.DynamicTopic,
        Brokers => entity.Name is "" ? ConfigSource.DynamicDefaultBroker : ConfigSource.DynamicBroker,
        ClientMetrics => ConfigSource.DynamicClientMetrics,
        Groups => ConfigSource.DynamicGroup,
        _ => null,
    };

    /// <summary>Kafka's name of a source.</summary>
    public static string NameOf(ConfigSource source) => source switch
    {
        ConfigSource.DynamicTopic => "DYNAMIC_TOPIC_CONFIG",
        ConfigSource.DynamicBroker => "DYNAMIC_BROKER_CONFIG",
        ConfigSource.DynamicDefaultBroker => "DYNAMIC_DEFAULT_BROKER_CONFIG",
        ConfigSource.StaticBroker => "STATIC_BROKER_CONFIG",
        ConfigSource.Default => "DEFAULT_CONFIG",
        ConfigSource.DynamicBrokerLogger => "DYNAMIC_BROKER_LOGGER_CONFIG",
        ConfigSource.DynamicClientMetrics => "DYNAMIC_CLIENT_METRICS_CONFIG",
        ConfigSource.DynamicGroup => "DYNAMIC_GROUP_CONFIG",
        _ => "UNKNOWN",
    };
}
