using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>Configurations. What belongs to one broker is asked of that broker, the rest of any.</content>
public sealed partial class KafkaAdmin
{
    /// <summary>Describes configurations.</summary>
    /// <param name="resources">Whose.</param>
    /// <param name="includeSynonyms">Asks for all places that set a value (Kafka 1.1, KIP-226).</param>
    /// <param name="includeDocumentation">Asks for what the settings mean (Kafka 2.6, KIP-569).</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<ConfigDescription>> DescribeConfigsAsync(
        IEnumerable<ConfigResource> resources,
        bool includeSynonyms = false,
        bool includeDocumentation = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(resources);
        var call = Begin(cancellation);
        return call.RunAsync(
            resources,
            RetriedErrors.OfAny,
            (resource, error, message) => new ConfigDescription { Resource = resource, Error = error, ErrorMessage = message },
            pending => AskOwnersAsync(call, pending, async (connection, asked) =>
            {
                var version = connection.Versions.Choose(ClientApis.DescribeConfigs);
                var answer = await call.AskAsync(connection, ClientApis.DescribeConfigs, _ => new DescribeConfigsRequest
                {
                    Resources = [.. asked.Select(resource => new DescribeConfigsRequest.DescribeConfigsResource
                    {
                        ResourceType = (sbyte)resource.Type,
                        ResourceName = resource.Name,
                        ConfigurationKeys = null,
                    })],
                    IncludeSynonyms = includeSynonyms && version >= 1,
                    IncludeDocumentation = includeDocumentation && version >= 3,
                }).ConfigureAwait(false);
                foreach (var result in answer.Results)
                {
                    var resource = new ConfigResource((ConfigResourceType)result.ResourceType, result.ResourceName);
                    pending.Answer(resource, new ConfigDescription
                    {
                        Resource = resource,
                        Error = result.ErrorCode,
                        ErrorMessage = result.ErrorMessage,
                        Entries = result.Configs.ConvertAll(entry => Entry(entry, resource, version)),
                    });
                }
            }));
    }

    /// <summary>
    /// Tells what has a configuration or can have one: topics and brokers all, of groups those that were given a setting of their own (Kafka 4.1, KIP-1142).
    /// Kafka from 3.7 on tells of subscriptions to clients' metrics only.
    /// </summary>
    /// <param name="types">The kinds to tell of; all where none is named.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">The broker is too old (<see cref="ErrorCode.UnsupportedVersion"/>), or refused.</exception>
    public async Task<IReadOnlyList<ConfigResource>> ListConfigResourcesAsync(
        IReadOnlyList<ConfigResourceType>? types = null, CancellationToken cancellation = default)
    {
        var call = Begin(cancellation);
        return await call.RetryAsync<IReadOnlyList<ConfigResource>>(async () =>
        {
            var connection = await call.Cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
            if (types is not [ConfigResourceType.ClientMetrics])
            {
                RequireVersion(connection, ClientApis.ListConfigResources, 1, "list what has a configuration");
            }

            var answer = await call.AskAsync(connection, ClientApis.ListConfigResources, version => new ListConfigResourcesRequest
            {
                ResourceTypes = version == 0 ? [] : [.. (types ?? []).Select(type => (sbyte)type)],
            }).ConfigureAwait(false);
            KafkaException.ThrowIfError(answer.ErrorCode);
            return [.. answer.ConfigResources
                .Select(r => new ConfigResource((ConfigResourceType)r.ResourceType, r.ResourceName))
                .OrderBy(r => r.Type).ThenBy(r => r.Name, StringComparer.Ordinal)];
        }).ConfigureAwait(false);
    }

    /// <summary>Changes single settings and leaves the others (Kafka 2.3, KIP-339).</summary>
    /// <param name="changes">For each resource what to change; all of it is done, or nothing.</param>
    /// <param name="validateOnly">Checks whether it could be done, and changes nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<AlterConfigsResult>> IncrementalAlterConfigsAsync(
        IReadOnlyDictionary<ConfigResource, IReadOnlyList<ConfigAlteration>> changes,
        bool validateOnly = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        var call = Begin(cancellation);
        return call.RunAsync(
            changes.Keys,
            RetriedErrors.OfChange,
            (resource, error, message) => new AlterConfigsResult { Resource = resource, Error = error, ErrorMessage = message },
            pending => AskOwnersAsync(call, pending, async (connection, asked) =>
            {
                var answer = await call.AskAsync(connection, ClientApis.IncrementalAlterConfigs, _ => new IncrementalAlterConfigsRequest
                {
                    Resources = [.. asked.Select(resource => new IncrementalAlterConfigsRequest.AlterConfigsResource
                    {
                        ResourceType = (sbyte)resource.Type,
                        ResourceName = resource.Name,
                        Configs = [.. changes[resource].Select(change => new IncrementalAlterConfigsRequest.AlterableConfig
                        {
                            Name = change.Name,
                            ConfigOperation = (sbyte)change.Operation,
                            Value = change.Operation == AlterConfigOperation.Delete ? null : change.Value,
                        })],
                    })],
                    ValidateOnly = validateOnly,
                }).ConfigureAwait(false);
                foreach (var result in answer.Responses)
                {
                    Answer(pending, result.ResourceType, result.ResourceName, result.ErrorCode, result.ErrorMessage);
                }
            }));
    }

    /// <summary>
    /// Replaces whole configurations: what is not named goes back to its default. For brokers older than Kafka 2.3; others have
    /// <see cref="IncrementalAlterConfigsAsync"/>, which takes nothing away by accident.
    /// </summary>
    /// <param name="configs">For each resource its new configuration.</param>
    /// <param name="validateOnly">Checks whether it could be done, and changes nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<AlterConfigsResult>> AlterConfigsAsync(
        IReadOnlyDictionary<ConfigResource, IReadOnlyDictionary<string, string?>> configs,
        bool validateOnly = false,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(configs);
        var call = Begin(cancellation);
        return call.RunAsync(
            configs.Keys,
            RetriedErrors.OfChange,
            (resource, error, message) => new AlterConfigsResult { Resource = resource, Error = error, ErrorMessage = message },
            pending => AskOwnersAsync(call, pending, async (connection, asked) =>
            {
                var answer = await call.AskAsync(connection, ClientApis.AlterConfigs, _ => new AlterConfigsRequest
                {
                    Resources = [.. asked.Select(resource => new AlterConfigsRequest.AlterConfigsResource
                    {
                        ResourceType = (sbyte)resource.Type,
                        ResourceName = resource.Name,
                        Configs = [.. configs[resource].Select(c => new AlterConfigsRequest.AlterableConfig { Name = c.Key, Value = c.Value })],
                    })],
                    ValidateOnly = validateOnly,
                }).ConfigureAwait(false);
                foreach (var result in answer.Responses)
                {
                    Answer(pending, result.ResourceType, result.ResourceName, result.ErrorCode, result.ErrorMessage);
                }
            }));
    }

    private static async Task AskOwnersAsync<TResult>(
        AdminCall call, PendingItems<ConfigResource, TResult> pending, Func<BrokerConnection, ConfigResource[], Task> ask)
        where TResult : AdminResult
    {
        await KnowBrokersAsync(call).ConfigureAwait(false);
        var questions = new List<Task>();
        foreach (var group in pending.Items.GroupBy(resource => resource.OnlyAt))
        {
            ConfigResource[] resources = [.. group];
            questions.Add(group.Key is { } broker
                ? AskBrokerAsync(call, broker, pending, resources, ask)
                : AskAnyAsync(call, pending, resources, ask));
        }

        await Task.WhenAll(questions).ConfigureAwait(false);
    }

    private static async Task AskAnyAsync<TKey, TResult>(
        AdminCall call, PendingItems<TKey, TResult> pending, TKey[] items, Func<BrokerConnection, TKey[], Task> ask)
        where TKey : notnull
        where TResult : AdminResult
    {
        try
        {
            await ask(await call.Cluster.ConnectToAnyAsync(call.Cancellation).ConfigureAwait(false), items).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            pending.Lose(items, e);
        }
    }

    private static void Answer(
        PendingItems<ConfigResource, AlterConfigsResult> pending, sbyte type, string name, ErrorCode error, string? message)
    {
        var resource = new ConfigResource((ConfigResourceType)type, name);
        pending.Answer(resource, new AlterConfigsResult { Resource = resource, Error = error, ErrorMessage = message });
    }

    private static ConfigEntry Entry(DescribeConfigsResponse.DescribeConfigsResourceResult entry, ConfigResource resource, short version) =>
        new(entry.Name, entry.Value)
        {
            // Version 0 only says whether somebody set the value: for a topic that is the topic, for a broker its properties file.
            Source = version >= 1 ? Source(entry.ConfigSource)
                : entry.IsDefault ? ConfigSource.Default
                : resource.Type == ConfigResourceType.Topic ? ConfigSource.DynamicTopic
                : ConfigSource.StaticBroker,
            IsReadOnly = entry.ReadOnly,
            IsSensitive = entry.IsSensitive,
            Type = entry.ConfigType is >= 0 and <= (sbyte)ConfigValueType.Password ? (ConfigValueType)entry.ConfigType : ConfigValueType.Unknown,
            Documentation = entry.Documentation,
            Synonyms = entry.Synonyms.ConvertAll(s => new ConfigSynonym(s.Name, s.Value, Source(s.Source))),
        };

    private static ConfigSource Source(sbyte source) =>
        source is > 0 and <= (sbyte)ConfigSource.DynamicGroup ? (ConfigSource)source : ConfigSource.Unknown;
}
