namespace Samsa.Broker.Configuration;

/// <summary>
/// The table of all configuration keys, generated from <c>schemas/config</c>. Immutable; the lists are in ordinal order of names.
/// </summary>
public static partial class ConfigKeys
{
    private static readonly Dictionary<string, ConfigKey> BrokerByName;
    private static readonly Dictionary<string, ConfigKey> TopicByName;
    private static readonly Dictionary<string, ConfigKey> GroupByName;

    // Keys that plug-ins of Apache Kafka read and its own table does not define.
    private static readonly string[] PlugInKeys = ["allow.everyone.if.no.acl.found", "super.users"];

    private static readonly string[] PlugInPrefixes =
        ["listener.name.", "rlmm.config.", "rsm.config.", "config.providers.", "metrics.context."];

    static ConfigKeys()
    {
        Broker = CreateBrokerKeys();
        Topic = CreateTopicKeys();
        Group = CreateGroupKeys();
        BrokerByName = ByName(Broker);
        TopicByName = ByName(Topic);
        GroupByName = ByName(Group);
    }

    /// <summary>The keys of a broker.</summary>
    public static IReadOnlyList<ConfigKey> Broker { get; }

    /// <summary>The keys of a topic.</summary>
    public static IReadOnlyList<ConfigKey> Topic { get; }

    /// <summary>The keys of a group.</summary>
    public static IReadOnlyList<ConfigKey> Group { get; }

    /// <summary>The key with this name, or null.</summary>
    public static ConfigKey? Find(ConfigScope scope, string name) => Table(scope).GetValueOrDefault(name);

    /// <summary>The known name that <paramref name="name"/> was probably meant to be, or null when none is near.</summary>
    public static string? Nearest(ConfigScope scope, string name)
    {
        var best = Math.Max(2, name.Length / 4) + 1;
        string? nearest = null;
        foreach (var known in Table(scope).Keys)
        {
            var distance = Math.Abs(known.Length - name.Length) < best ? EditDistance.Between(name, known) : int.MaxValue;
            if (distance < best || (distance == best && nearest != null && string.CompareOrdinal(known, nearest) < 0))
            {
                best = distance;
                nearest = known;
            }
        }

        return nearest;
    }

    /// <summary>True for a broker key that Apache Kafka hands to plug-ins (authorizer, listener prefixes, tiered storage).</summary>
    public static bool IsPlugInKey(string name) =>
        PlugInKeys.Contains(name) || PlugInPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static Dictionary<string, ConfigKey> Table(ConfigScope scope) => scope switch
    {
        ConfigScope.Broker => BrokerByName,
        ConfigScope.Topic => TopicByName,
        _ => GroupByName,
    };

    private static Dictionary<string, ConfigKey> ByName(IReadOnlyList<ConfigKey> keys)
    {
        var table = new Dictionary<string, ConfigKey>(keys.Count, StringComparer.Ordinal);
        foreach (var key in keys)
        {
            table.Add(key.Name, key);
        }

        return table;
    }
}
