using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>Topics: create, delete, list, more partitions.</content>
public sealed partial class KafkaAdmin
{
    // KIP-525.
    private const short FirstCreateTopicsWithDetails = 5;

    /// <summary>Creates one topic.</summary>
    /// <exception cref="KafkaException">It was not created.</exception>
    public async Task<CreateTopicResult> CreateTopicAsync(NewTopic topic, CancellationToken cancellation = default)
    {
        var results = await CreateTopicsAsync([topic], cancellation: cancellation).ConfigureAwait(false);
        results[0].ThrowIfFailed();
        return results[0];
    }

    /// <summary>Creates topics.</summary>
    /// <param name="topics">The topics, each name once.</param>
    /// <param name="validateOnly">Checks whether they could be created, and creates none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public Task<IReadOnlyList<CreateTopicResult>> CreateTopicsAsync(
        IReadOnlyCollection<NewTopic> topics, bool validateOnly = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var byName = topics.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var call = Begin(cancellation);
        return call.RunAsync(
            byName.Keys,
            RetriedErrors.OfChange,
            (name, error, message) => new CreateTopicResult { Name = name, Error = error, ErrorMessage = message },
            async pending =>
            {
                var connection = await _cluster.ConnectToControllerAsync(cancellation).ConfigureAwait(false);
                var version = connection.Versions.Choose(ClientApis.CreateTopics);
                var asked = new List<CreateTopicsRequest.CreatableTopic>();
                foreach (var name in pending.Items)
                {
                    var topic = byName[name];
                    if (version < 4 && topic.Assignments.Count == 0 && (topic.Partitions == -1 || topic.ReplicationFactor == -1))
                    {
                        pending.Refuse(name, ErrorCode.UnsupportedVersion,
                            "The broker is older than Kafka 2.4: it needs the number of partitions and the replication factor.");
                        continue;
                    }

                    asked.Add(Creatable(topic));
                }

                if (asked.Count == 0)
                {
                    return;
                }

                var answer = await call.AskAsync(connection, ClientApis.CreateTopics, _ => new CreateTopicsRequest
                {
                    Topics = asked,
                    TimeoutMs = call.RequestTimeoutMs,
                    ValidateOnly = validateOnly,
                }).ConfigureAwait(false);
                foreach (var topic in answer.Topics)
                {
                    pending.Answer(topic.Name, Created(topic, version));
                }
            });
    }

    /// <summary>Deletes topics by name.</summary>
    public Task<IReadOnlyList<TopicResult>> DeleteTopicsAsync(IEnumerable<string> names, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        var call = Begin(cancellation);
        return call.RunAsync(
            names,
            RetriedErrors.OfChange,
            (name, error, message) => new TopicResult { Name = name, Error = error, ErrorMessage = message },
            async pending =>
            {
                var connection = await _cluster.ConnectToControllerAsync(cancellation).ConfigureAwait(false);
                var answer = await call.AskAsync(connection, ClientApis.DeleteTopics, version => new DeleteTopicsRequest
                {
                    Topics = version >= 6 ? [.. pending.Items.Select(name => new DeleteTopicsRequest.DeleteTopicState { Name = name })] : [],
                    TopicNames = version < 6 ? [.. pending.Items] : [],
                    TimeoutMs = call.RequestTimeoutMs,
                }).ConfigureAwait(false);
                foreach (var topic in answer.Responses)
                {
                    pending.Answer(topic.Name ?? "", Deleted(topic));
                }
            });
    }

    /// <summary>Deletes topics by id (Kafka 2.8, KIP-516).</summary>
    public Task<IReadOnlyList<TopicResult>> DeleteTopicsAsync(IEnumerable<Guid> topicIds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(topicIds);
        var call = Begin(cancellation);
        return call.RunAsync(
            topicIds,
            RetriedErrors.OfChange,
            (id, error, message) => new TopicResult { TopicId = id, Error = error, ErrorMessage = message },
            async pending =>
            {
                var connection = await _cluster.ConnectToControllerAsync(cancellation).ConfigureAwait(false);
                RequireVersion(connection, ClientApis.DeleteTopics, 6, "delete topics by id");
                var answer = await call.AskAsync(connection, ClientApis.DeleteTopics, _ => new DeleteTopicsRequest
                {
                    Topics = [.. pending.Items.Select(id => new DeleteTopicsRequest.DeleteTopicState { TopicId = id })],
                    TimeoutMs = call.RequestTimeoutMs,
                }).ConfigureAwait(false);
                foreach (var topic in answer.Responses)
                {
                    pending.Answer(topic.TopicId, Deleted(topic));
                }
            });
    }

    /// <summary>Lists the topics of the cluster, by name.</summary>
    /// <param name="listInternal">Whether those that the cluster made for itself are among them.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">No broker could be asked.</exception>
    public async Task<IReadOnlyList<TopicListing>> ListTopicsAsync(bool listInternal = false, CancellationToken cancellation = default)
    {
        var call = Begin(cancellation);
        var metadata = await call.RetryAsync(() => MetadataAsync(call, topics: null)).ConfigureAwait(false);
        return [.. metadata.Topics
            .Where(t => t.Name is not null && (listInternal || !t.IsInternal))
            .Select(t => new TopicListing(t.Name!, t.TopicId, t.IsInternal))
            .OrderBy(t => t.Name, StringComparer.Ordinal)];
    }

    /// <summary>Gives topics more partitions.</summary>
    /// <param name="topics">The topics, each name once.</param>
    /// <param name="validateOnly">Checks whether it could be done, and changes nothing.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public Task<IReadOnlyList<TopicResult>> CreatePartitionsAsync(
        IReadOnlyCollection<NewPartitions> topics, bool validateOnly = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(topics);
        var byName = topics.ToDictionary(t => t.Topic, StringComparer.Ordinal);
        var call = Begin(cancellation);
        return call.RunAsync(
            byName.Keys,
            RetriedErrors.OfChange,
            (name, error, message) => new TopicResult { Name = name, Error = error, ErrorMessage = message },
            async pending =>
            {
                var connection = await _cluster.ConnectToControllerAsync(cancellation).ConfigureAwait(false);
                var answer = await call.AskAsync(connection, ClientApis.CreatePartitions, _ => new CreatePartitionsRequest
                {
                    Topics = [.. pending.Items.Select(name => More(byName[name]))],
                    TimeoutMs = call.RequestTimeoutMs,
                    ValidateOnly = validateOnly,
                }).ConfigureAwait(false);
                foreach (var topic in answer.Results)
                {
                    pending.Answer(topic.Name, new TopicResult { Name = topic.Name, Error = topic.ErrorCode, ErrorMessage = topic.ErrorMessage });
                }
            });
    }

    private static void RequireVersion<TRequest, TResponse>(
        BrokerConnection connection, ClientApi<TRequest, TResponse> api, short version, string purpose)
        where TRequest : IMessage
        where TResponse : IMessage, new()
    {
        if (connection.Versions.Choose(api) < version)
        {
            throw new KafkaException(ErrorCode.UnsupportedVersion, $"Broker {connection.Address} is too old to {purpose}.");
        }
    }

    private static CreateTopicsRequest.CreatableTopic Creatable(NewTopic topic) => new()
    {
        Name = topic.Name,
        NumPartitions = topic.Assignments.Count > 0 ? -1 : topic.Partitions,
        ReplicationFactor = topic.Assignments.Count > 0 ? (short)-1 : topic.ReplicationFactor,
        Assignments = [.. topic.Assignments.Select(a => new CreateTopicsRequest.CreatableReplicaAssignment
        {
            PartitionIndex = a.Key,
            BrokerIds = [.. a.Value],
        })],
        Configs = [.. topic.Configs.Select(c => new CreateTopicsRequest.CreatableTopicConfig { Name = c.Key, Value = c.Value })],
    };

    private static CreateTopicResult Created(CreateTopicsResponse.CreatableTopicResult topic, short version) => new()
    {
        Name = topic.Name,
        Error = topic.ErrorCode,
        ErrorMessage = topic.ErrorMessage,
        TopicId = topic.TopicId,
        Partitions = topic.NumPartitions,
        ReplicationFactor = topic.ReplicationFactor,
        Configs = version < FirstCreateTopicsWithDetails || topic.TopicConfigErrorCode != ErrorCode.None ? null : topic.Configs?.ConvertAll(c => new ConfigEntry(c.Name, c.Value)
        {
            IsReadOnly = c.ReadOnly,
            IsSensitive = c.IsSensitive,
            Source = Source(c.ConfigSource),
        }),
    };

    private static TopicResult Deleted(DeleteTopicsResponse.DeletableTopicResult topic) =>
        new() { Name = topic.Name, TopicId = topic.TopicId, Error = topic.ErrorCode, ErrorMessage = topic.ErrorMessage };

    private static CreatePartitionsRequest.CreatePartitionsTopic More(NewPartitions topic) => new()
    {
        Name = topic.Topic,
        Count = topic.TotalCount,
        Assignments = topic.Assignments is null ? null
            : [.. topic.Assignments.Select(brokers => new CreatePartitionsRequest.CreatePartitionsAssignment { BrokerIds = [.. brokers] })],
    };
}
