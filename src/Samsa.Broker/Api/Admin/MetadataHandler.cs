using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// Metadata, v0 to v13. Endpoints are those of the listener that the connection came in on. Departs from Kafka in one thing: a topic
/// that the request creates is in the first answer already (Kafka answers UNKNOWN_TOPIC_OR_PARTITION and lets the client ask again).
/// </summary>
public sealed class MetadataHandler(IClusterMetadata metadata)
{
    /// <summary>Serves one request.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, MetadataRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var version = context.ApiVersion;
        if (WrongRequest(request, version) is { } wrong)
        {
            return wrong;
        }

        var image = metadata.Current;
        var failed = new Dictionary<string, ErrorCode>(StringComparer.Ordinal);
        if (AllowsCreation(request, version) && MissingTopics(image, request) is { Count: > 0 } missing)
        {
            await CreateAsync(missing, failed).ConfigureAwait(false);
            image = metadata.Current;
        }

        var response = new MetadataResponse
        {
            ClusterId = image.ClusterId,
            ControllerId = image.ControllerId,
            Brokers = Brokers(image, context.ListenerName),
            ClusterAuthorizedOperations = AuthorizedOperations.OfCluster(request.IncludeClusterAuthorizedOperations && version is >= 8 and <= 10),
        };
        var topicOperations = AuthorizedOperations.OfTopic(request.IncludeTopicAuthorizedOperations);
        if (WantsAll(request, version))
        {
            foreach (var topic in image.Topics.Values)
            {
                response.Topics.Add(Describe(image, topic, context.ListenerName, version, topicOperations));
            }

            return response;
        }

        var seen = new HashSet<(Guid, string?)>();
        foreach (var asked in request.Topics!)
        {
            if (seen.Add((asked.TopicId, asked.Name)))
            {
                response.Topics.Add(Answer(image, asked, failed, context.ListenerName, version, topicOperations));
            }
        }

        return response;
    }

    private static bool WantsAll(MetadataRequest request, short version) =>
        request.Topics == null || (version == 0 && request.Topics.Count == 0);

    private static MetadataResponse? WrongRequest(MetadataRequest request, short version)
    {
        if (version < 10 || request.Topics == null)
        {
            return null;
        }

        var error = ErrorCode.None;
        foreach (var topic in request.Topics)
        {
            var noName = topic.Name == null;
            if (version < 12 && (noName || topic.TopicId != Guid.Empty))
            {
                error = ErrorCode.InvalidRequest;
            }
            else if (noName && topic.TopicId == Guid.Empty)
            {
                error = ErrorCode.UnknownServerError;
            }
        }

        if (error == ErrorCode.None)
        {
            return null;
        }

        var response = new MetadataResponse { ErrorCode = error };
        foreach (var topic in request.Topics)
        {
            response.Topics.Add(new MetadataResponse.MetadataResponseTopic { ErrorCode = error, Name = topic.Name ?? "", TopicId = topic.TopicId });
        }

        return response;
    }

    private bool AllowsCreation(MetadataRequest request, short version) =>
        request.Topics is { Count: > 0 } && (version < 4 || request.AllowAutoTopicCreation) && metadata.BrokerConfig.Topics.AutoCreate;

    private static List<string> MissingTopics(MetadataImage image, MetadataRequest request)
    {
        var missing = new List<string>();
        foreach (var topic in request.Topics!)
        {
            if (topic.TopicId == Guid.Empty && topic.Name != null && image.FindTopic(topic.Name) == null
                && TopicNames.Problem(topic.Name) == null && !missing.Contains(topic.Name))
            {
                missing.Add(topic.Name);
            }
        }

        return missing;
    }

    private async Task CreateAsync(List<string> names, Dictionary<string, ErrorCode> failed)
    {
        var options = metadata.BrokerConfig.Topics;
        try
        {
            var results = await metadata.CreateTopicsAsync([.. names.Select(name => InternalTopics.Request(name, options))], validateOnly: false)
                .ConfigureAwait(false);
            for (var i = 0; i < names.Count; i++)
            {
                if (results[i].Error.Code is not (ErrorCode.None or ErrorCode.TopicAlreadyExists))
                {
                    failed[names[i]] = results[i].Error.Code;
                }
            }
        }
        catch (StorageException)
        {
            names.ForEach(name => failed[name] = ErrorCode.KafkaStorageError);
        }
    }

    private static List<MetadataResponse.MetadataResponseBroker> Brokers(MetadataImage image, string listener)
    {
        var brokers = new List<MetadataResponse.MetadataResponseBroker>(image.Brokers.Count);
        foreach (var broker in image.Brokers.Values)
        {
            if (broker.Endpoint(listener) is { } endpoint)
            {
                brokers.Add(new MetadataResponse.MetadataResponseBroker
                {
                    NodeId = broker.Id,
                    Host = endpoint.Host,
                    Port = endpoint.Port,
                    Rack = broker.Rack,
                });
            }
        }

        return brokers;
    }

    private static MetadataResponse.MetadataResponseTopic Answer(
        MetadataImage image,
        MetadataRequest.MetadataRequestTopic asked,
        Dictionary<string, ErrorCode> failed,
        string listener,
        short version,
        int operations)
    {
        if (asked.TopicId != Guid.Empty)
        {
            return image.FindTopic(asked.TopicId) is { } byId
                ? Describe(image, byId, listener, version, operations)
                : new MetadataResponse.MetadataResponseTopic { ErrorCode = ErrorCode.UnknownTopicId, Name = null, TopicId = asked.TopicId };
        }

        var name = asked.Name!;
        if (image.FindTopic(name) is { } topic)
        {
            return Describe(image, topic, listener, version, operations);
        }

        var error = TopicNames.Problem(name) != null ? ErrorCode.InvalidTopicException
            : failed.TryGetValue(name, out var reason) ? reason
            : ErrorCode.UnknownTopicOrPartition;
        return new MetadataResponse.MetadataResponseTopic
        {
            ErrorCode = error,
            Name = name,
            IsInternal = TopicNames.IsInternal(name),
            TopicAuthorizedOperations = operations,
        };
    }

    private static MetadataResponse.MetadataResponseTopic Describe(
        MetadataImage image, TopicImage topic, string listener, short version, int operations)
    {
        var answer = new MetadataResponse.MetadataResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.Id,
            IsInternal = topic.IsInternal,
            TopicAuthorizedOperations = operations,
            Partitions = new List<MetadataResponse.MetadataResponsePartition>(topic.Partitions.Count),
        };
        foreach (var partition in topic.Partitions)
        {
            var error = LeaderError(image, partition, listener, version);
            answer.Partitions.Add(new MetadataResponse.MetadataResponsePartition
            {
                ErrorCode = error,
                PartitionIndex = partition.Partition,
                LeaderId = error == ErrorCode.None ? partition.Leader : -1,
                LeaderEpoch = partition.LeaderEpoch,
                ReplicaNodes = [.. partition.Replicas],
                IsrNodes = [.. partition.InSyncReplicas],
                OfflineReplicas = [.. partition.Replicas.Where(replica => !image.Brokers.ContainsKey(replica))],
            });
        }

        return answer;
    }

    private static ErrorCode LeaderError(MetadataImage image, PartitionImage partition, string listener, short version)
    {
        if (!image.Brokers.TryGetValue(partition.Leader, out var leader))
        {
            return ErrorCode.LeaderNotAvailable;
        }

        return leader.Endpoint(listener) != null ? ErrorCode.None
            : version >= 6 ? ErrorCode.ListenerNotFound
            : ErrorCode.LeaderNotAvailable;
    }
}
