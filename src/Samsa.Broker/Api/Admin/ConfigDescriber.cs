using Samsa.Broker.Configuration;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// The entries of DescribeConfigs with sources and synonyms, by Kafka's rules as measured on 4.3: a synonym list names the layers in
/// order; names of the same meaning (log.retention.ms, .minutes, .hours) are listed with it, but only from the first entry on that
/// has the asked name.
/// </summary>
internal static class ConfigDescriber
{
    private static readonly Dictionary<string, string[]> SameMeaning = FindNamesOfSameMeaning();

    /// <summary>All keys of a topic whose own values are <paramref name="own"/>.</summary>
    public static IEnumerable<ConfigEntry> Topic(ConfigValues broker, IReadOnlyDictionary<string, string> own) =>
        ConfigKeys.Topic.Select(key => Topic(broker, own, key));

    /// <summary>One key of a topic.</summary>
    public static ConfigEntry Topic(ConfigValues broker, IReadOnlyDictionary<string, string> own, ConfigKey key)
    {
        var synonyms = key.BrokerKeys.Count > 0 ? BrokerSynonyms(broker, key.BrokerKeys[0].Name, sensitive: false) : [];
        if (own.TryGetValue(key.Name, out var value))
        {
            synonyms.Insert(0, new ConfigSynonym(key.Name, value, ConfigSource.DynamicTopic));
        }

        return new ConfigEntry(
            key.Name, TopicConfigs.Value(broker, own, key), ReadOnly: false, SourceOf(synonyms), key.IsSensitive, key.Type, key.Documentation, synonyms);
    }

    /// <summary>All keys of a group whose own values are <paramref name="own"/>.</summary>
    public static IEnumerable<ConfigEntry> Group(ConfigValues broker, IReadOnlyDictionary<string, string> own)
    {
        foreach (var key in ConfigKeys.Group)
        {
            var synonyms = key.BrokerKeys.Count > 0
                ? BrokerSynonyms(broker, key.BrokerKeys[0].Name, sensitive: false)
                : [new ConfigSynonym(key.Name, key.DefaultValue, ConfigSource.Default)];
            if (own.TryGetValue(key.Name, out var value))
            {
                synonyms.Insert(0, new ConfigSynonym(key.Name, value, ConfigSource.Group));
            }

            yield return new ConfigEntry(
                key.Name, TopicConfigs.Value(broker, own, key), ReadOnly: false, SourceOf(synonyms), key.IsSensitive, key.Type, key.Documentation, synonyms);
        }
    }

    /// <summary>All keys of a broker: the known ones, and unknown ones that somebody has set.</summary>
    public static IEnumerable<ConfigEntry> Broker(ConfigValues broker)
    {
        var unknown = broker.Static.Keys.Concat(broker.DynamicDefaults.Keys).Concat(broker.Dynamic.Keys)
            .Where(name => ConfigKeys.Find(ConfigScope.Broker, name) == null).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return ConfigKeys.Broker.Where(key => (key.Traits & ConfigTraits.Internal) == 0).Select(key => key.Name).Concat(unknown)
            .Select(name => Broker(broker, name));
    }

    /// <summary>The values that are set for all brokers.</summary>
    public static IEnumerable<ConfigEntry> BrokerDefaults(IReadOnlyDictionary<string, string> defaults)
    {
        foreach (var (name, value) in defaults.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var key = ConfigKeys.Find(ConfigScope.Broker, name);
            var shown = key is { IsSensitive: false } ? value : null;
            yield return new ConfigEntry(
                name, shown, key is not { UpdateMode: not ConfigUpdateMode.ReadOnly }, ConfigSource.DynamicDefaultBroker, key?.IsSensitive ?? true,
                key?.Type ?? ConfigType.Unknown, key?.Documentation, [new ConfigSynonym(name, shown, ConfigSource.DynamicDefaultBroker)]);
        }
    }

    private static ConfigEntry Broker(ConfigValues broker, string name)
    {
        var key = ConfigKeys.Find(ConfigScope.Broker, name);
        var sensitive = key?.IsSensitive ?? true;
        var synonyms = BrokerSynonyms(broker, name, sensitive);
        return new ConfigEntry(
            name, sensitive ? null : broker.Get(name), key is not { UpdateMode: not ConfigUpdateMode.ReadOnly }, SourceOf(synonyms), sensitive,
            key?.Type ?? ConfigType.Unknown, key?.Documentation, synonyms);
    }

    private static ConfigSource SourceOf(List<ConfigSynonym> synonyms) => synonyms.Count == 0 ? ConfigSource.Default : synonyms[0].Source;

    private static List<ConfigSynonym> BrokerSynonyms(ConfigValues broker, string name, bool sensitive)
    {
        var names = SameMeaning.GetValueOrDefault(name) ?? [name];
        var synonyms = new List<ConfigSynonym>();
        AddLayer(broker.Dynamic, ConfigSource.DynamicBroker);
        AddLayer(broker.DynamicDefaults, ConfigSource.DynamicDefaultBroker);
        AddLayer(broker.Static, ConfigSource.StaticBroker);
        foreach (var other in names)
        {
            if (ConfigKeys.Find(ConfigScope.Broker, other)?.DefaultValue is { } value)
            {
                synonyms.Add(new ConfigSynonym(other, sensitive ? null : value, ConfigSource.Default));
            }
        }

        var first = synonyms.FindIndex(synonym => synonym.Name == name);
        return first < 0 ? [] : synonyms.GetRange(first, synonyms.Count - first);

        void AddLayer(IReadOnlyDictionary<string, string> layer, ConfigSource source)
        {
            foreach (var other in names)
            {
                if (layer.TryGetValue(other, out var value))
                {
                    synonyms.Add(new ConfigSynonym(other, sensitive ? null : value, source));
                }
            }
        }
    }

    private static Dictionary<string, string[]> FindNamesOfSameMeaning()
    {
        var groups = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var key in ConfigKeys.Topic)
        {
            if (key.BrokerKeys.Count > 1)
            {
                string[] names = [.. key.BrokerKeys.Select(link => link.Name)];
                Array.ForEach(names, name => groups[name] = names);
            }
        }

        return groups;
    }
}
