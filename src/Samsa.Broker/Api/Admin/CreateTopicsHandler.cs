using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// CreateTopics, v0 to v7. The answer leaves when the topics are on disk and served, so the timeout of the request has no meaning
/// on a single node. Of names that differ only by '.' and '_' within one request, only the first is made (Kafka makes both).
/// </summary>
public sealed class CreateTopicsHandler(IClusterMetadata metadata)
{
    /// <summary>Serves one request.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, CreateTopicsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var response = new CreateTopicsResponse();
        var topics = new List<NewTopic>(request.Topics.Count);
        foreach (var group in request.Topics.GroupBy(topic => topic.Name, StringComparer.Ordinal))
        {
            if (group.Count() > 1)
            {
                response.Topics.Add(Failure(group.Key, new MetadataError(ErrorCode.InvalidRequest, "Duplicate topic name.")));
            }
            else
            {
                topics.Add(ToNewTopic(group.First()));
            }
        }

        IReadOnlyList<CreateTopicResult> results;
        try
        {
            results = await metadata.CreateTopicsAsync(topics, request.ValidateOnly).ConfigureAwait(false);
        }
        catch (StorageException broken)
        {
            results = [.. topics.Select(_ => new CreateTopicResult(new MetadataError(ErrorCode.KafkaStorageError, broken.Message), null))];
        }

        for (var i = 0; i < topics.Count; i++)
        {
            response.Topics.Add(results[i].Error.IsError
                ? Failure(topics[i].Name, results[i].Error)
                : Success(results[i].Topic!, context.ApiVersion));
        }

        return response;
    }

    private static NewTopic ToNewTopic(CreateTopicsRequest.CreatableTopic topic) => new(
        topic.Name,
        topic.NumPartitions,
        topic.ReplicationFactor,
        [.. topic.Assignments.Select(assignment => new ReplicaAssignment(assignment.PartitionIndex, assignment.BrokerIds))],
        [.. topic.Configs.Select(config => new KeyValuePair<string, string?>(config.Name, config.Value))]);

    private static CreateTopicsResponse.CreatableTopicResult Failure(string name, MetadataError error) =>
        new() { Name = name, ErrorCode = error.Code, ErrorMessage = error.Message };

    private CreateTopicsResponse.CreatableTopicResult Success(TopicImage topic, short version)
    {
        var result = new CreateTopicsResponse.CreatableTopicResult
        {
            Name = topic.Name,
            ErrorMessage = null,
            TopicId = topic.Id,
            NumPartitions = topic.Partitions.Count,
            ReplicationFactor = (short)topic.Partitions[0].Replicas.Count,
            Configs = [],
        };
        if (version < 5)
        {
            return result;
        }

        foreach (var entry in ConfigDescriber.Topic(metadata.BrokerConfig.Values, topic.Configs))
        {
            result.Configs.Add(new CreateTopicsResponse.CreatableTopicConfigs
            {
                Name = entry.Name,
                Value = entry.Value,
                ReadOnly = entry.ReadOnly,
                ConfigSource = (sbyte)entry.Source,
                IsSensitive = entry.IsSensitive,
            });
        }

        return result;
    }
}
