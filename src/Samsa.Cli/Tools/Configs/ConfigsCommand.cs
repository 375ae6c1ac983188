using System.Globalization;
using Samsa.Cli.Tools.Clusters;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Protocol;

namespace Samsa.Cli.Tools.Configs;

/// <summary>What <c>kafka-configs</c> does, one method for each action.</summary>
internal sealed class ConfigsCommand(KafkaAdmin admin, TextWriter output, KafkaRelease release, CancellationToken cancellation)
{
    /// <summary>Prints the settings of one thing, or of all of its type.</summary>
    /// <exception cref="KafkaException">A broker refused.</exception>
    /// <exception cref="ToolException">The type cannot be listed.</exception>
    public async Task DescribeAsync(ConfigEntity entity, bool all)
    {
        bool isMissing = entity.Name is { Length: > 0 } && !await ExistsAsync(entity);
        if (isMissing && release == KafkaRelease.V43)
        {
            await output.WriteLineAsync($"The {entity.Singular} '{entity.Name}' doesn't exist and doesn't have dynamic config.");
            return;
        }

        foreach (string name in entity.Name is null ? await NamesAsync(entity.Type) : [entity.Name])
        {
            await output.WriteLineAsync(name.Length == 0
                ? $"Default configs for {entity.Type} in the cluster are:"
                : $"{(all ? "All" : "Dynamic")} configs for {entity.Singular} {name} are:");

            // Nobody could be asked; Kafka's tool tries until its time is over.
            if (isMissing && entity.Type is EntityTypes.Brokers or EntityTypes.BrokerLoggers)
                throw new KafkaException(ErrorCode.RequestTimedOut, $"broker {name} is not in the cluster");
            foreach (var entry in await EntriesAsync(entity with { Name = name }, all, synonyms: true))
                await output.WriteLineAsync(Line(entry));
        }
    }

    /// <summary>Changes settings, and sets others back to their defaults.</summary>
    /// <exception cref="KafkaException">A broker refused.</exception>
    /// <exception cref="ToolException">A setting is not there to be changed.</exception>
    public async Task AlterAsync(ConfigEntity entity, IReadOnlyDictionary<string, string> changed, IReadOnlyList<string> deleted)
    {
        IReadOnlyList<ConfigEntry> before = [];
        if (entity.Type == EntityTypes.BrokerLoggers)
        {
            var loggers = (await EntriesAsync(entity, all: false, synonyms: true)).Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
            Require([.. deleted.Where(d => !loggers.Contains(d)), .. changed.Keys.Where(c => !loggers.Contains(c))], "Invalid broker logger(s)");
        }
        else if (release == KafkaRelease.V39)
        {
            before = await EntriesAsync(entity, all: false, synonyms: false);
            Require([.. deleted.Where(d => !before.Any(e => e.Name == d))], "Invalid config(s)");
        }

        List<ConfigAlteration> alterations =
        [
            .. changed.Select(c => new ConfigAlteration(AlterConfigOperation.Set, c.Key, c.Value)),
            .. deleted.Select(d => new ConfigAlteration(AlterConfigOperation.Delete, d)),
        ];
        var resource = Resource(entity);
        var result = (await admin.IncrementalAlterConfigsAsync(
            new Dictionary<ConfigResource, IReadOnlyList<ConfigAlteration>> { [resource] = alterations }, cancellation: cancellation))[0];
        if (result.Error == ErrorCode.UnsupportedVersion && release == KafkaRelease.V39 && entity.Type != EntityTypes.BrokerLoggers)
            result = await ReplaceAsync(resource, before, changed, deleted);
        ThrowIfFailed(result);
        await output.WriteLineAsync(entity.Name!.Length > 0
            ? $"Completed updating config for {entity.Singular} {entity.Name}."
            : $"Completed updating default config for {entity.Type} in the cluster.");
    }

    private static void Require(IReadOnlyList<string> missing, string message)
    {
        if (missing.Count > 0)
            throw new ToolException($"{message}: {string.Join(",", missing)}");
    }

    private static void ThrowIfFailed(AdminResult result)
    {
        if (!result.Succeeded)
            throw new KafkaException(result.Error, KafkaWords.Message(result));
    }

    private static ConfigResource Resource(ConfigEntity entity) => new(EntityTypes.ResourceType(entity.Type), entity.Name!);

    private static string Line(ConfigEntry entry)
    {
        var synonyms = entry.Synonyms.Select(s => $"{EntityTypes.NameOf(s.Source)}:{s.Name}={s.Value ?? "null"}");
        return $"  {entry.Name}={entry.Value ?? "null"} sensitive={(entry.IsSensitive ? "true" : "false")} synonyms={{{string.Join(", ", synonyms)}}}";
    }

    private async Task<IReadOnlyList<ConfigEntry>> EntriesAsync(ConfigEntity entity, bool all, bool synonyms)
    {
        var description = (await admin.DescribeConfigsAsync([Resource(entity)], includeSynonyms: synonyms, cancellation: cancellation))[0];
        ThrowIfFailed(description);
        var source = all ? null : EntityTypes.DynamicSource(entity);
        return [.. description.Entries.Where(e => source is null || e.Source == source).OrderBy(e => e.Name, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<string>> NamesAsync(string type) => type switch
    {
        EntityTypes.Topics => [.. JavaHashOrder.Of([.. (await admin.ListTopicsAsync(listInternal: true, cancellation)).Select(t => t.Name)], t => t)],
        EntityTypes.Brokers => [.. await BrokersAsync(), ""],
        EntityTypes.Groups => [.. (await GroupsAsync()).Order(StringComparer.Ordinal)],
        EntityTypes.ClientMetrics => [.. await SubscriptionsAsync()],
        _ => throw new ToolException($"{type} cannot be listed; name one with --entity-name"),
    };

    private async Task<IEnumerable<string>> SubscriptionsAsync() =>
        (await admin.ListConfigResourcesAsync([ConfigResourceType.ClientMetrics], cancellation)).Select(r => r.Name);

    /// <summary>The groups that there are, and those that have a configuration although nobody is in them; brokers before 4.1 do not tell of these.</summary>
    private async Task<HashSet<string>> GroupsAsync()
    {
        HashSet<string> names = [.. (await admin.ListGroupsAsync(cancellation: cancellation)).Select(g => g.GroupId)];
        try
        {
            names.UnionWith((await admin.ListConfigResourcesAsync([ConfigResourceType.Group], cancellation)).Select(r => r.Name));
        }
        catch (KafkaException e) when (e.ErrorCode == ErrorCode.UnsupportedVersion)
        {
            // The groups alone, as Kafka's tool.
        }

        return names;
    }

    private async Task<IReadOnlyList<string>> BrokersAsync() =>
        [.. (await admin.DescribeClusterAsync(cancellation: cancellation)).Brokers.Select(b => b.Id.ToString(CultureInfo.InvariantCulture))];

    private async Task<bool> ExistsAsync(ConfigEntity entity) => entity.Type switch
    {
        EntityTypes.Topics => (await admin.ListTopicsAsync(listInternal: true, cancellation)).Any(t => t.Name == entity.Name),
        EntityTypes.Brokers or EntityTypes.BrokerLoggers => (await BrokersAsync()).Contains(entity.Name),
        EntityTypes.Groups when release == KafkaRelease.V43 => (await GroupsAsync()).Contains(entity.Name!),
        EntityTypes.ClientMetrics when release == KafkaRelease.V43 => (await SubscriptionsAsync()).Contains(entity.Name),
        _ => true,
    };

    /// <summary>For brokers before Kafka 2.3, which know no single changes: everything that was changed before is sent along.</summary>
    private async Task<AlterConfigsResult> ReplaceAsync(
        ConfigResource resource, IReadOnlyList<ConfigEntry> before, IReadOnlyDictionary<string, string> changed, IReadOnlyList<string> deleted)
    {
        Require(
            [.. before.Where(e => e.IsSensitive && !changed.ContainsKey(e.Name) && !deleted.Contains(e.Name)).Select(e => e.Name)],
            "All sensitive broker config entries must be specified for --alter, missing entries");
        var configs = before.Where(e => !deleted.Contains(e.Name)).ToDictionary(e => e.Name, e => e.Value);
        foreach (var (key, value) in changed)
            configs[key] = value;
        return (await admin.AlterConfigsAsync(
            new Dictionary<ConfigResource, IReadOnlyDictionary<string, string?>> { [resource] = configs }, cancellation: cancellation))[0];
    }
}
