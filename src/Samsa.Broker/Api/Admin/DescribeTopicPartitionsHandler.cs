using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Admin;

/// <summary>
/// DescribeTopicPartitions, v0: topics in ordinal order of their names, page by page (KIP-966). Eligible leader replicas are always
/// empty: a single node has none.
/// </summary>
public sealed class DescribeTopicPartitionsHandler(IClusterMetadata metadata)
{
    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeTopicPartitionsRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var image = metadata.Current;
        var all = request.Topics.Count == 0;
        var names = new SortedSet<string>(all ? image.Topics.Keys : request.Topics.Select(topic => topic.Name), StringComparer.Ordinal);
        var response = new DescribeTopicPartitionsResponse();
        if (request.Cursor is { } wrong && (wrong.PartitionIndex < 0 || (!all && !names.Contains(wrong.TopicName))))
        {
            foreach (var name in names)
            {
                response.Topics.Add(Failure(name, ErrorCode.InvalidRequest, AuthorizedOperations.NotAsked));
            }

            return new ValueTask<IMessage?>(response);
        }

        var room = Math.Max(1, Math.Min(request.ResponsePartitionLimit, metadata.BrokerConfig.MaxRequestPartitions));
        foreach (var name in names)
        {
            var start = 0;
            if (request.Cursor is { } cursor)
            {
                var order = string.CompareOrdinal(name, cursor.TopicName);
                if (order < 0)
                {
                    continue;
                }

                start = order == 0 ? cursor.PartitionIndex : 0;
            }

            if (image.FindTopic(name) is not { } topic)
            {
                var error = TopicNames.Problem(name) == null ? ErrorCode.UnknownTopicOrPartition : ErrorCode.InvalidTopicException;
                response.Topics.Add(Failure(name, error, AuthorizedOperations.OfTopic(asked: true)));
                continue;
            }

            if (room == 0)
            {
                response.NextCursor = new DescribeTopicPartitionsResponse.Cursor { TopicName = name, PartitionIndex = 0 };
                break;
            }

            var end = (int)Math.Min(topic.Partitions.Count, (long)start + room);
            response.Topics.Add(Describe(image, topic, start, end, context.ListenerName));
            room -= Math.Max(0, end - start);
            if (end < topic.Partitions.Count)
            {
                response.NextCursor = new DescribeTopicPartitionsResponse.Cursor { TopicName = name, PartitionIndex = end };
                break;
            }
        }

        return new ValueTask<IMessage?>(response);
    }

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Failure(string name, ErrorCode error, int operations) =>
        new() { Name = name, ErrorCode = error, IsInternal = TopicNames.IsInternal(name), TopicAuthorizedOperations = operations };

    private static DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic Describe(
        MetadataImage image, TopicImage topic, int start, int end, string listener)
    {
        var answer = new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic
        {
            Name = topic.Name,
            TopicId = topic.Id,
            IsInternal = topic.IsInternal,
            TopicAuthorizedOperations = AuthorizedOperations.OfTopic(asked: true),
        };
        for (var i = start; i < end; i++)
        {
            var partition = topic.Partitions[i];
            var leads = image.Brokers.TryGetValue(partition.Leader, out var leader);
            answer.Partitions.Add(new DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition
            {
                ErrorCode = !leads ? ErrorCode.LeaderNotAvailable : leader!.Endpoint(listener) == null ? ErrorCode.ListenerNotFound : ErrorCode.None,
                PartitionIndex = partition.Partition,
                LeaderId = leads ? partition.Leader : -1,
                LeaderEpoch = partition.LeaderEpoch,
                ReplicaNodes = [.. partition.Replicas],
                IsrNodes = [.. partition.InSyncReplicas],
                EligibleLeaderReplicas = [],
                LastKnownElr = [],
                OfflineReplicas = [.. partition.Replicas.Where(replica => !image.Brokers.ContainsKey(replica))],
            });
        }

        return answer;
    }
}
