using System.Globalization;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata.Znodes;
using Samsa.Protocol;

namespace Samsa.Broker.Metadata;

/// <summary>The rules by which values of topics, brokers and groups change at run time (KIP-226, KIP-339).</summary>
internal static class ConfigAlterations
{
    /// <summary>Checks <paramref name="alteration"/> against the draft and applies it, unless it is only validated.</summary>
    public static MetadataError Apply(MetadataDraft draft, ConfigAlteration alteration, bool validateOnly)
    {
        if (alteration.Changes.GroupBy(change => change.Name).FirstOrDefault(group => group.Count() > 1) != null)
        {
            return new MetadataError(ErrorCode.InvalidRequest, "Error due to duplicate config keys");
        }

        try
        {
            return alteration.Type switch
            {
                ConfigResourceType.Topic => AlterTopic(draft, alteration, validateOnly),
                ConfigResourceType.Broker => AlterBroker(draft, alteration, validateOnly),
                ConfigResourceType.Group => AlterGroup(draft, alteration, validateOnly),
                _ => new MetadataError(ErrorCode.InvalidRequest, $"Unknown resource type {(sbyte)alteration.Type}"),
            };
        }
        catch (ConfigException wrong)
        {
            return new MetadataError(ErrorCode.InvalidConfig, wrong.Message);
        }
    }

    private static MetadataError AlterTopic(MetadataDraft draft, ConfigAlteration alteration, bool validateOnly)
    {
        if (alteration.Name.Length == 0)
        {
            return new MetadataError(ErrorCode.InvalidRequest, "Default topic resources are not allowed.");
        }

        if (TopicNames.Problem(alteration.Name) is { } problem)
        {
            return new MetadataError(ErrorCode.InvalidTopicException, problem);
        }

        if (!draft.Topics.TryGetValue(alteration.Name, out var topic))
        {
            return new MetadataError(ErrorCode.UnknownTopicOrPartition, $"The topic '{alteration.Name}' does not exist.");
        }

        var broker = draft.BrokerConfig.Values;
        var error = Change(
            ConfigScope.Topic, topic.Configs, alteration,
            name => ConfigKeys.Find(ConfigScope.Topic, name) is { } key ? TopicConfigs.Value(broker, topic.Configs, key) : null,
            out var values);
        if (error.IsError)
        {
            return error;
        }

        foreach (var (name, value) in values.ToArray())
        {
            values[name] = TopicConfigs.Validate(name, value);
        }

        TopicConfigs.ValidateTogether(broker, values);
        if (ZnodeSize.OfValues(ZnodePaths.TopicConfig(topic.Name), values) is { IsError: true } tooLarge)
        {
            return tooLarge;
        }

        if (!validateOnly && !Same(values, topic.Configs))
        {
            draft.SetTopicConfigs(topic, values);
        }

        return MetadataError.None;
    }

    private static MetadataError AlterBroker(MetadataDraft draft, ConfigAlteration alteration, bool validateOnly)
    {
        int? broker = null;
        if (alteration.Name.Length > 0)
        {
            if (!int.TryParse(alteration.Name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id))
            {
                return new MetadataError(
                    ErrorCode.InvalidRequest, $"Node id must be an integer, but it is: {alteration.Name}");
            }

            if (id != draft.BrokerId && !draft.Brokers.ContainsKey(id))
            {
                return new MetadataError(
                    ErrorCode.InvalidRequest, $"Unexpected broker id, expected {draft.BrokerId}, but received {alteration.Name}");
            }

            broker = id;
        }

        var present = broker is { } own ? draft.ConfigsOf(own) : draft.DefaultBrokerConfigs;
        if (ForbiddenBrokerChanges(alteration, broker) is { } forbidden)
        {
            return new MetadataError(ErrorCode.InvalidRequest, forbidden);
        }

        var error = Change(ConfigScope.Broker, present, alteration, draft.BrokerConfig.Values.Get, out var values);
        if (error.IsError)
        {
            return error;
        }

        BrokerConfig effective;
        try
        {
            foreach (var (name, value) in values.ToArray())
            {
                values[name] = ConfigKeys.Find(ConfigScope.Broker, name)?.Normalize(value) ?? value;
            }

            effective = broker == null
                ? draft.StaticConfig.WithDynamic(values, draft.ConfigsOf(draft.BrokerId))
                : draft.StaticConfig.WithDynamic(draft.DefaultBrokerConfigs, broker == draft.BrokerId ? values : draft.ConfigsOf(draft.BrokerId));
            effective.Storage.ValidateChangeFrom(draft.BrokerConfig.Storage);
        }
        catch (ConfigException wrong)
        {
            return new MetadataError(ErrorCode.InvalidRequest, wrong.Message);
        }

        if (ZnodeSize.OfValues(ZnodePaths.BrokerConfig(broker), values) is { IsError: true } tooLarge)
        {
            return tooLarge;
        }

        if (!validateOnly && !Same(values, present))
        {
            draft.SetBrokerConfigs(broker, values, effective);
        }

        return MetadataError.None;
    }

    private static string? ForbiddenBrokerChanges(ConfigAlteration alteration, int? broker)
    {
        var readOnly = new List<string>();
        var perBroker = new List<string>();
        var security = new List<string>();
        foreach (var change in alteration.Changes)
        {
            var mode = ConfigKeys.Find(ConfigScope.Broker, change.Name)?.UpdateMode;
            if (change.Operation == ConfigOperation.Delete)
            {
                continue;
            }

            if (mode == ConfigUpdateMode.PerBroker && IsListenerSecurity(change.Name))
            {
                security.Add(change.Name);
            }
            else if (mode == ConfigUpdateMode.ReadOnly)
            {
                readOnly.Add(change.Name);
            }
            else if (mode == ConfigUpdateMode.PerBroker && broker == null)
            {
                perBroker.Add(change.Name);
            }
        }

        if (readOnly.Count > 0)
        {
            return $"Cannot update these configs dynamically: [{string.Join(", ", readOnly)}]";
        }

        if (security.Count > 0)
        {
            return $"These security configs can be dynamically updated only per-listener using the listener prefix: [{string.Join(", ", security)}]";
        }

        return perBroker.Count > 0
            ? $"Cannot update these configs at default cluster level, broker id must be specified: [{string.Join(", ", perBroker)}]"
            : null;
    }

    /// <summary>Why a key has no place among the dynamic values of a broker, or of all brokers; null when it has.</summary>
    internal static string? NotDynamic(string name, bool isDefault) => ConfigKeys.Find(ConfigScope.Broker, name)?.UpdateMode switch
    {
        ConfigUpdateMode.ReadOnly => "it can be set in the properties file only",
        ConfigUpdateMode.PerBroker when IsListenerSecurity(name) => "it can be set for single listeners only",
        ConfigUpdateMode.PerBroker when isDefault => "it can be set for single brokers only",
        _ => null,
    };

    private static bool IsListenerSecurity(string name) =>
        name.StartsWith("ssl.", StringComparison.Ordinal) || name.StartsWith("sasl.", StringComparison.Ordinal);

    private static MetadataError AlterGroup(MetadataDraft draft, ConfigAlteration alteration, bool validateOnly)
    {
        if (alteration.Name.Length == 0)
        {
            return new MetadataError(ErrorCode.InvalidRequest, "Default group resources are not allowed.");
        }

        var present = draft.ConfigsOfGroup(alteration.Name);
        var error = Change(
            ConfigScope.Group, present, alteration, name => ConfigKeys.Find(ConfigScope.Group, name)?.DefaultValue, out var values);
        if (error.IsError)
        {
            return error;
        }

        foreach (var (name, value) in values.ToArray())
        {
            var key = ConfigKeys.Find(ConfigScope.Group, name)
                ?? throw new ConfigException($"Unknown group config name: {name}");
            values[name] = key.Normalize(value);
            GroupConfigs.CheckBounds(draft.BrokerConfig.Values, key, values[name]);
        }

        if (ZnodeSize.OfValues(ZnodePaths.GroupConfig(alteration.Name), values) is { IsError: true } tooLarge)
        {
            return tooLarge;
        }

        if (!validateOnly && !Same(values, present))
        {
            draft.SetGroupConfigs(alteration.Name, values);
        }

        return MetadataError.None;
    }

    private static MetadataError Change(
        ConfigScope scope,
        IReadOnlyDictionary<string, string> present,
        ConfigAlteration alteration,
        Func<string, string?> effective,
        out Dictionary<string, string> values)
    {
        values = alteration.ReplaceAll
            ? new Dictionary<string, string>(StringComparer.Ordinal)
            : new Dictionary<string, string>(present, StringComparer.Ordinal);
        var missing = alteration.Changes
            .Where(change => change.Operation != ConfigOperation.Delete && change.Value == null).Select(change => change.Name).ToArray();
        if (missing.Length > 0)
        {
            return new MetadataError(ErrorCode.InvalidRequest, $"Null value not supported for : {string.Join(", ", missing)}");
        }

        foreach (var change in alteration.Changes)
        {
            switch (change.Operation)
            {
                case ConfigOperation.Set:
                    values[change.Name] = change.Value!;
                    break;
                case ConfigOperation.Delete:
                    values.Remove(change.Name);
                    break;
                case ConfigOperation.Append or ConfigOperation.Subtract:
                    if (ConfigKeys.Find(scope, change.Name)?.Type != ConfigType.List)
                    {
                        var verb = change.Operation == ConfigOperation.Append ? "APPEND" : "SUBTRACT";
                        return new MetadataError(ErrorCode.InvalidConfig, $"Can't {verb} to key {change.Name} because its type is not LIST.");
                    }

                    values[change.Name] = ChangeList(
                        ConfigKey.SplitList(values.TryGetValue(change.Name, out var own) ? own : effective(change.Name) ?? ""), change);
                    break;
                default:
                    return new MetadataError(ErrorCode.UnknownServerError, null);
            }
        }

        return MetadataError.None;
    }

    private static string ChangeList(string[] elements, in ConfigChange change)
    {
        var named = ConfigKey.SplitList(change.Value!);
        return string.Join(',', change.Operation == ConfigOperation.Append
            ? elements.Concat(named.Where(element => !elements.Contains(element)))
            : elements.Where(element => !named.Contains(element)));
    }

    internal static bool Same(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
