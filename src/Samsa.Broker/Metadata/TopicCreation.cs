using Samsa.Broker.Configuration;
using Samsa.Protocol;

namespace Samsa.Broker.Metadata;

/// <summary>The rules by which a topic is made or gets more partitions; the texts are those of Kafka 4.3.</summary>
internal static class TopicCreation
{
    /// <summary>More partitions than this are not made in one request (KIP-599's bound in Kafka's controller).</summary>
    public const int MaxPartitionsPerRequest = 10_000;

    /// <summary>Checks <paramref name="request"/> against the draft and adds the topic, unless it is only validated.</summary>
    public static CreateTopicResult Create(MetadataDraft draft, NewTopic request, bool validateOnly)
    {
        if (draft.Topics.TryGetValue(request.Name, out var earlier) && draft.Earlier?.HasCreated(earlier) == true)
        {
            return new CreateTopicResult(MetadataError.None, earlier);
        }

        if (NameProblem(draft, request.Name) is { IsError: true } wrongName)
        {
            return new CreateTopicResult(wrongName, null);
        }

        var configs = new Dictionary<string, string>(StringComparer.Ordinal);
        if (ReadConfigs(draft, request, configs) is { IsError: true } wrongConfig)
        {
            return new CreateTopicResult(wrongConfig, null);
        }

        var partitions = new List<PartitionImage>();
        var error = request.Assignments is { Count: > 0 } assignments
            ? Assigned(draft, request, assignments, partitions)
            : Chosen(draft, request, partitions);
        if (error.IsError)
        {
            return new CreateTopicResult(error, null);
        }

        var topic = new TopicImage(request.Name, NewId(), partitions, configs);
        if (ZnodeSize.OfTopic(topic) is { IsError: true } tooLarge)
        {
            return new CreateTopicResult(tooLarge, null);
        }

        if (!validateOnly)
        {
            draft.PutTopic(topic);
        }

        return new CreateTopicResult(MetadataError.None, topic);
    }

    /// <summary>Checks <paramref name="request"/> against the draft and adds the partitions, unless it is only validated.</summary>
    public static MetadataError AddPartitions(MetadataDraft draft, NewPartitions request, bool validateOnly)
    {
        if (!draft.Topics.TryGetValue(request.Topic, out var topic))
        {
            return new MetadataError(ErrorCode.UnknownTopicOrPartition, null);
        }

        var present = topic.Partitions.Count;
        if (request.TotalCount == present)
        {
            if (draft.Earlier?.HasGrown(topic) == true)
            {
                return MetadataError.None;
            }

            return new MetadataError(ErrorCode.InvalidPartitions, $"Topic already has {present} partition(s).");
        }

        if (request.TotalCount < present)
        {
            return new MetadataError(
                ErrorCode.InvalidPartitions,
                $"The topic {request.Topic} currently has {present} partition(s); {request.TotalCount} would not be an increase.");
        }

        var added = request.TotalCount - present;
        if (added > MaxPartitionsPerRequest)
        {
            return TooManyPartitions();
        }

        if (request.Assignments != null && request.Assignments.Count != added)
        {
            return new MetadataError(
                ErrorCode.InvalidReplicaAssignment,
                $"Attempted to add {added} additional partition(s), but only {request.Assignments.Count} assignment(s) were specified.");
        }

        var factor = topic.Partitions[0].Replicas.Count;
        var grown = new List<PartitionImage>(topic.Partitions);
        for (var i = 0; i < added; i++)
        {
            IReadOnlyList<int> replicas;
            if (request.Assignments != null)
            {
                replicas = request.Assignments[i];
                if (ReplicaProblem(draft, replicas, factor) is { } problem)
                {
                    return new MetadataError(ErrorCode.InvalidReplicaAssignment, problem);
                }
            }
            else if (factor > BrokerCount(draft))
            {
                return TooFewBrokers(draft, factor);
            }
            else
            {
                replicas = Place(draft, present + i, factor);
            }

            grown.Add(NewPartition(present + i, replicas));
        }

        topic = topic with { Partitions = grown };
        if (ZnodeSize.OfTopic(topic) is { IsError: true } tooLarge)
        {
            return tooLarge;
        }

        if (!validateOnly)
        {
            draft.PutTopic(topic);
        }

        return MetadataError.None;
    }

    /// <summary>More partitions than one request may ask for.</summary>
    public static MetadataError TooManyPartitions() =>
        new(ErrorCode.PolicyViolation, "Excessively large number of partitions per request.");

    private static MetadataError NameProblem(MetadataDraft draft, string name)
    {
        if (name == TopicNames.ClusterMetadata)
        {
            return new MetadataError(ErrorCode.InvalidRequest, $"Creation of internal topic {name} is prohibited.");
        }

        if (draft.Topics.ContainsKey(name))
        {
            return new MetadataError(ErrorCode.TopicAlreadyExists, $"Topic '{name}' already exists.");
        }

        if (TopicNames.Problem(name) is { } problem)
        {
            return new MetadataError(ErrorCode.InvalidTopicException, problem);
        }

        if (TopicNames.CanCollide(name))
        {
            var form = TopicNames.CollisionKey(name);
            foreach (var existing in draft.Topics.Keys)
            {
                if (existing.Length == name.Length && TopicNames.CanCollide(existing) && TopicNames.CollisionKey(existing) == form)
                {
                    return new MetadataError(
                        ErrorCode.InvalidTopicException, $"Topic '{name}' collides with existing topic: {existing}");
                }
            }
        }

        return MetadataError.None;
    }

    private static MetadataError ReadConfigs(MetadataDraft draft, NewTopic request, Dictionary<string, string> configs)
    {
        var given = request.Configs ?? [];
        if (given.Any(config => config.Value == null))
        {
            var names = given.Where(config => config.Value == null).Select(config => config.Key);
            return new MetadataError(ErrorCode.InvalidConfig, $"Null value not supported for topic configs: {string.Join(',', names)}");
        }

        try
        {
            foreach (var (name, value) in given)
            {
                configs[name] = TopicConfigs.Validate(name, value!);
            }

            TopicConfigs.ValidateTogether(draft.BrokerConfig.Values, configs);
            return MetadataError.None;
        }
        catch (ConfigException wrong)
        {
            return new MetadataError(ErrorCode.InvalidConfig, wrong.Message);
        }
    }

    private static MetadataError Chosen(MetadataDraft draft, NewTopic request, List<PartitionImage> partitions)
    {
        if (request.Partitions is < -1 or 0)
        {
            return new MetadataError(
                ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value.");
        }

        if (request.ReplicationFactor is < -1 or 0)
        {
            return new MetadataError(
                ErrorCode.InvalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value.");
        }

        var options = draft.BrokerConfig.Topics;
        var count = request.Partitions == -1 ? options.DefaultPartitions : request.Partitions;
        var factor = request.ReplicationFactor == -1 ? options.DefaultReplicationFactor : request.ReplicationFactor;
        if (count > MaxPartitionsPerRequest)
        {
            return TooManyPartitions();
        }

        if (factor > BrokerCount(draft))
        {
            return TooFewBrokers(draft, factor);
        }

        if (factor > 1)
        {
            return NotReplicated(ErrorCode.InvalidReplicationFactor);
        }

        for (var i = 0; i < count; i++)
        {
            partitions.Add(NewPartition(i, Place(draft, i, factor)));
        }

        return MetadataError.None;
    }

    private static MetadataError Assigned(
        MetadataDraft draft, NewTopic request, IReadOnlyList<ReplicaAssignment> assignments, List<PartitionImage> partitions)
    {
        if (request.ReplicationFactor != -1)
        {
            return new MetadataError(
                ErrorCode.InvalidRequest, "A manual partition assignment was specified, but replication factor was not set to -1.");
        }

        if (request.Partitions != -1)
        {
            return new MetadataError(
                ErrorCode.InvalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1.");
        }

        var factor = -1;
        var byPartition = new SortedDictionary<int, IReadOnlyList<int>>();
        foreach (var assignment in assignments)
        {
            if (!byPartition.TryAdd(assignment.Partition, assignment.Replicas))
            {
                return new MetadataError(
                    ErrorCode.InvalidReplicaAssignment, $"Found multiple manual partition assignments for partition {assignment.Partition}");
            }

            if (ReplicaProblem(draft, assignment.Replicas, factor) is { } problem)
            {
                return new MetadataError(ErrorCode.InvalidReplicaAssignment, problem);
            }

            factor = assignment.Replicas.Count;
        }

        if (factor > 1)
        {
            return NotReplicated(ErrorCode.InvalidReplicaAssignment);
        }

        foreach (var (partition, replicas) in byPartition)
        {
            if (partition != partitions.Count)
            {
                return new MetadataError(
                    ErrorCode.InvalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence");
            }

            partitions.Add(NewPartition(partition, replicas));
        }

        return MetadataError.None;
    }

    private static string? ReplicaProblem(MetadataDraft draft, IReadOnlyList<int> replicas, int factor)
    {
        if (replicas.Count == 0)
        {
            return "The manual partition assignment includes an empty replica list.";
        }

        for (var i = 0; i < replicas.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (replicas[i] == replicas[j])
                {
                    return $"The manual partition assignment includes the broker {replicas[i]} more than once.";
                }
            }

            if (replicas[i] != draft.BrokerId && !draft.Brokers.ContainsKey(replicas[i]))
            {
                return $"The manual partition assignment includes broker {replicas[i]}, but no such broker is registered.";
            }
        }

        return factor >= 0 && replicas.Count != factor
            ? $"The manual partition assignment includes a partition with {replicas.Count} replica(s), but this is not consistent with previous partitions, which have {factor} replica(s)."
            : null;
    }

    private static MetadataError TooFewBrokers(MetadataDraft draft, int factor) => new(
        ErrorCode.InvalidReplicationFactor,
        $"Unable to replicate the partition {factor} time(s): The target replication factor of {factor} cannot be reached because only {BrokerCount(draft)} broker(s) are registered or some brokers have all their log directories cordoned.");

    // A follower that does not follow would be a promise that nobody keeps.
    private static MetadataError NotReplicated(ErrorCode code) => new(code, "This version of Samsa does not replicate partitions: the replication factor must be 1.");

    private static int BrokerCount(MetadataDraft draft) => Math.Max(1, draft.Brokers.Count);

    private static int[] Place(MetadataDraft draft, int partition, int factor)
    {
        if (draft.Brokers.Count == 0)
        {
            return [draft.BrokerId];
        }

        var brokers = draft.Brokers.Keys.Order().ToArray();
        var replicas = new int[factor];
        for (var i = 0; i < factor; i++)
        {
            replicas[i] = brokers[(partition + i) % brokers.Length];
        }

        return replicas;
    }

    private static PartitionImage NewPartition(int partition, IReadOnlyList<int> replicas) =>
        new(partition, replicas[0], 0, 0, replicas, replicas);

    /// <summary>A random id that Kafka would also hand out.</summary>
    public static Guid NewId()
    {
        // Kafka keeps ids of the form 0..0x63 for itself and never begins one with '-', which command lines take for an option.
        while (true)
        {
            var id = Guid.NewGuid();
            if (KafkaUuid.Format(id)[0] != '-')
            {
                return id;
            }
        }
    }
}
