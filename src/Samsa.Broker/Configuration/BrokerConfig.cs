using System.Globalization;

namespace Samsa.Broker.Configuration;

/// <summary>
/// The configuration of one broker: a typed view over <see cref="Values"/>. Immutable and checked as a whole when made; a
/// dynamic change makes a new one (<see cref="WithDynamic"/>).
/// </summary>
public sealed class BrokerConfig
{
    private BrokerConfig(ConfigValues values, IReadOnlyList<string> warnings)
    {
        Values = values;
        Warnings = warnings;
        BrokerId = FirstId(values);
        Rack = values.Get(BrokerKeys.BrokerRack);
        LogDirs = ReadLogDirs(values);
        var listeners = new ListenerOptions(values);
        Listeners = listeners.Listeners;
        AdvertisedListeners = listeners.Advertised;
        InterBrokerListenerName = listeners.InterBrokerName;
        Network = new NetworkOptions(values);
        Storage = new StorageOptions(values);
        Topics = new TopicOptions(values);
        Fetch = new FetchOptions(values);
        Groups = new GroupOptions(values);
        Http = new HttpOptions(values);
        ZooKeeper = new ZooKeeperOptions(values);
        MaxRequestPartitions = values.GetInt(BrokerKeys.MaxRequestPartitionSizeLimit);
    }

    /// <summary>
    /// What <c>samsa server</c> uses when it is given no file: data under ./data, 127.0.0.1:9092, one replica, groups that begin with their first
    /// member (as in the file that comes with Kafka).
    /// </summary>
    public static IReadOnlyDictionary<string, string> EmbeddedDefaults { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [BrokerKeys.BrokerId] = "0",
        [BrokerKeys.Listeners] = "PLAINTEXT://127.0.0.1:9092",
        [BrokerKeys.LogDirs] = "./data",
        [BrokerKeys.OffsetsTopicReplicationFactor] = "1",
        [BrokerKeys.TransactionStateLogReplicationFactor] = "1",
        [BrokerKeys.TransactionStateLogMinIsr] = "1",
        [BrokerKeys.GroupInitialRebalanceDelayMs] = "0",
    };

    /// <summary>Every value with its source.</summary>
    public ConfigValues Values { get; }

    /// <summary>What looked wrong in the file and does not stop the broker: unknown keys, with the name that was probably meant.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary><c>broker.id</c>, or <c>node.id</c>; -1 when neither is set: then meta.properties decides, or 0.</summary>
    public int BrokerId { get; }

    /// <summary><c>broker.rack</c>; null for none.</summary>
    public string? Rack { get; }

    /// <summary><c>listeners</c>: the addresses to bind.</summary>
    public IReadOnlyList<ListenerEndpoint> Listeners { get; }

    /// <summary>
    /// <c>advertised.listeners</c>: the addresses told to clients. Where the list comes from <c>listeners</c>, an empty host is
    /// this machine's name, and port 0 stands for the port that was bound.
    /// </summary>
    public IReadOnlyList<ListenerEndpoint> AdvertisedListeners { get; }

    /// <summary>The listener that brokers use among themselves.</summary>
    public string InterBrokerListenerName { get; }

    /// <summary><c>log.dirs</c>, or <c>log.dir</c>: as written, relative to the working directory.</summary>
    public IReadOnlyList<string> LogDirs { get; }

    /// <summary>Sockets and connections.</summary>
    public NetworkOptions Network { get; }

    /// <summary>Log directories and their background work.</summary>
    public StorageOptions Storage { get; }

    /// <summary>Topic creation and internal topics.</summary>
    public TopicOptions Topics { get; }

    /// <summary>Fetch.</summary>
    public FetchOptions Fetch { get; }

    /// <summary>Groups and committed offsets.</summary>
    public GroupOptions Groups { get; }

    /// <summary>The HTTP port.</summary>
    public HttpOptions Http { get; }

    /// <summary>Where the metadata are.</summary>
    public ZooKeeperOptions ZooKeeper { get; }

    /// <summary><c>max.request.partition.size.limit</c>: most partitions in one DescribeTopicPartitions answer.</summary>
    public int MaxRequestPartitions { get; }

    /// <summary>Checks <paramref name="properties"/> (a file's, with overrides applied) and makes the configuration.</summary>
    /// <exception cref="ConfigException">A value is wrong, or values do not go together.</exception>
    public static BrokerConfig Create(IEnumerable<KeyValuePair<string, string>> properties)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var warnings = new List<string>();
        foreach (var (name, raw) in properties)
        {
            if (ConfigKeys.Find(ConfigScope.Broker, name) is { } key)
            {
                values[name] = key.Normalize(raw);
                continue;
            }

            values[name] = raw;
            if (!ConfigKeys.IsPlugInKey(name))
            {
                warnings.Add(ConfigKeys.Nearest(ConfigScope.Broker, name) is { } nearest
                    ? $"Unknown configuration key {name}; did you mean {nearest}?"
                    : $"Unknown configuration key {name}");
            }
        }

        return new BrokerConfig(new ConfigValues(values), warnings);
    }

    /// <summary>
    /// The same configuration with dynamic values on top: <paramref name="defaults"/> for all brokers, <paramref name="own"/> for
    /// this one.
    /// </summary>
    /// <exception cref="ConfigException">The values do not go together.</exception>
    public BrokerConfig WithDynamic(IReadOnlyDictionary<string, string> defaults, IReadOnlyDictionary<string, string> own) =>
        new(new ConfigValues(Values.Static, defaults, own), Warnings);

    /// <summary>The same configuration with other values in the file; for the broker id that meta.properties gives.</summary>
    public BrokerConfig WithStatic(string name, string value)
    {
        var values = new Dictionary<string, string>(Values.Static, StringComparer.Ordinal) { [name] = value };
        return new BrokerConfig(new ConfigValues(values, Values.DynamicDefaults, Values.Dynamic), Warnings);
    }

    private static int FirstId(ConfigValues values)
    {
        var brokerId = values.GetInt(BrokerKeys.BrokerId);
        var nodeId = values.GetOptionalLong(BrokerKeys.NodeId) ?? -1;
        if (brokerId >= 0 && nodeId >= 0 && brokerId != nodeId)
        {
            throw new ConfigException(
                $"{BrokerKeys.BrokerId}={brokerId} and {BrokerKeys.NodeId}={nodeId} name the same thing: set one of them, or both alike");
        }

        var id = brokerId >= 0 ? brokerId : (int)nodeId;
        return id >= -1 ? id : throw new ConfigException(
            BrokerKeys.BrokerId, id.ToString(CultureInfo.InvariantCulture), "Value must be at least 0, or -1 to take the one of meta.properties");
    }

    private static string[] ReadLogDirs(ConfigValues values)
    {
        var directories = values.GetList(BrokerKeys.LogDirs);
        if (directories.Length == 0)
        {
            directories = values.GetList(BrokerKeys.LogDir);
        }

        if (directories.Length == 0 || directories.Contains(""))
        {
            throw new ConfigException(BrokerKeys.LogDirs, string.Join(',', directories), "at least one directory is needed, and none may be empty");
        }

        return directories.Distinct(StringComparer.Ordinal).Count() == directories.Length
            ? directories
            : throw new ConfigException(BrokerKeys.LogDirs, string.Join(',', directories), "a directory is there twice");
    }
}
