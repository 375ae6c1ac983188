using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>Descriptions of topics.</content>
public sealed partial class KafkaAdmin
{
    /// <summary>Describes topics by name.</summary>
    /// <param name="names">The topics.</param>
    /// <param name="includeAuthorizedOperations">Asks for the operations that the caller may do, too.</param>
    /// <param name="partitionsPerResponse">The largest page that a broker may answer with, where it answers in pages (Kafka 3.8, KIP-966).</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<TopicDescription>> DescribeTopicsAsync(
        IEnumerable<string> names, bool includeAuthorizedOperations = false, int partitionsPerResponse = 2000, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentOutOfRangeException.ThrowIfLessThan(partitionsPerResponse, 1);
        var call = Begin(cancellation);
        return call.RunAsync(
            names,
            RetriedErrors.OfAny,
            (name, error, message) => new TopicDescription { Name = name, Error = error, ErrorMessage = message },
            async pending =>
            {
                var connection = await _cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
                if (connection.Versions.Serves(ClientApis.DescribeTopicPartitions))
                {
                    await DescribeInPagesAsync(call, connection, pending, includeAuthorizedOperations, partitionsPerResponse).ConfigureAwait(false);
                    return;
                }

                var topics = pending.Items.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name });
                var metadata = await MetadataAsync(call, [.. topics], includeAuthorizedOperations).ConfigureAwait(false);
                foreach (var topic in metadata.Topics)
                {
                    pending.Answer(topic.Name ?? "", Described(topic));
                }
            });
    }

    /// <summary>Describes topics by id (Kafka 3.1, KIP-516).</summary>
    /// <param name="topicIds">The ids.</param>
    /// <param name="includeAuthorizedOperations">Asks for the operations that the caller may do, too.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<TopicDescription>> DescribeTopicsAsync(
        IEnumerable<Guid> topicIds, bool includeAuthorizedOperations = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(topicIds);
        var call = Begin(cancellation);
        return call.RunAsync(
            topicIds,
            RetriedErrors.OfAny,
            (id, error, message) => new TopicDescription { TopicId = id, Error = error, ErrorMessage = message },
            async pending =>
            {
                var connection = await _cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
                RequireVersion(connection, ClientApis.Metadata, 12, "describe topics by id");
                var topics = pending.Items.Select(id => new MetadataRequest.MetadataRequestTopic { TopicId = id });
                var metadata = await MetadataAsync(call, [.. topics], includeAuthorizedOperations).ConfigureAwait(false);
                foreach (var topic in metadata.Topics)
                {
                    pending.Answer(topic.TopicId, Described(topic));
                }
            });
    }

    // The broker answers in the order of names, so many partitions at a time, and says where it stopped.
    private static async Task DescribeInPagesAsync(
        AdminCall call, BrokerConnection connection, PendingItems<string, TopicDescription> pending, bool operations, int pageSize)
    {
        var names = pending.Items.Order(StringComparer.Ordinal).ToList();
        var parts = new Dictionary<string, (TopicDescription First, List<PartitionDescription> Partitions)>(StringComparer.Ordinal);
        DescribeTopicPartitionsRequest.CursorData? cursor = null;
        do
        {
            var page = await call.AskAsync(connection, ClientApis.DescribeTopicPartitions, _ => new DescribeTopicPartitionsRequest
            {
                Topics = [.. names
                    .SkipWhile(name => cursor is not null && string.CompareOrdinal(name, cursor.TopicName) < 0)
                    .Select(name => new DescribeTopicPartitionsRequest.TopicRequest { Name = name })],
                ResponsePartitionLimit = pageSize,
                Cursor = cursor,
            }).ConfigureAwait(false);
            foreach (var topic in page.Topics)
            {
                var name = topic.Name ?? "";
                if (!parts.TryGetValue(name, out var known))
                {
                    parts[name] = known = (Described(topic, operations), []);
                }

                known.Partitions.AddRange(topic.Partitions.Select(Described));
            }

            var next = page.NextCursor;
            if (next is not null && cursor is not null && next.TopicName == cursor.TopicName && next.PartitionIndex == cursor.PartitionIndex)
            {
                throw new KafkaException(
                    ErrorCode.UnknownServerError, $"Broker {connection.Address} gives the same page of {next.TopicName} again and again.");
            }

            cursor = next is null ? null : new() { TopicName = next.TopicName, PartitionIndex = next.PartitionIndex };
        }
        while (cursor is not null);

        foreach (var (name, (first, partitions)) in parts)
        {
            pending.Answer(name, first with { Partitions = partitions });
        }
    }

    private static TopicDescription Described(DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic topic, bool operations) => new()
    {
        Name = topic.Name,
        TopicId = topic.TopicId,
        IsInternal = topic.IsInternal,
        Error = topic.ErrorCode,
        AuthorizedOperations = operations ? topic.TopicAuthorizedOperations : int.MinValue,
    };

    private static PartitionDescription Described(DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition partition) => new()
    {
        Partition = partition.PartitionIndex,
        Error = partition.ErrorCode,
        Leader = partition.LeaderId,
        LeaderEpoch = partition.LeaderEpoch,
        Replicas = partition.ReplicaNodes,
        InSyncReplicas = partition.IsrNodes,
        OfflineReplicas = partition.OfflineReplicas,
        EligibleLeaderReplicas = partition.EligibleLeaderReplicas,
        LastKnownEligibleLeaders = partition.LastKnownElr,
    };

    private static TopicDescription Described(MetadataResponse.MetadataResponseTopic topic) => new()
    {
        Name = topic.Name,
        TopicId = topic.TopicId,
        IsInternal = topic.IsInternal,
        Error = topic.ErrorCode,
        AuthorizedOperations = topic.TopicAuthorizedOperations,
        Partitions = [.. topic.Partitions.OrderBy(p => p.PartitionIndex).Select(p => new PartitionDescription(PartitionMetadata.Of(p)))],
    };
}
