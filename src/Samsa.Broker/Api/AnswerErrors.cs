using Samsa.Broker.Metrics;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api;

/// <summary>
/// Counts the outcomes that an answer carries, success included, for Kafka's <c>ErrorsPerSec</c>: once for each part that has an
/// outcome of its own, and once for the answer where it has one. Stateless.
/// </summary>
internal static class AnswerErrors
{
    /// <summary>Counts the outcomes of one answer; an answer without any is counted as a success.</summary>
    public static void Count(RequestMetrics metrics, IMessage answer)
    {
        switch (answer)
        {
            case ProduceResponse produce:
                foreach (var topic in produce.Responses)
                {
                    foreach (var partition in topic.PartitionResponses)
                        metrics.CountError(partition.ErrorCode);
                }

                break;
            case FetchResponse fetch:
                metrics.CountError(fetch.ErrorCode);
                foreach (var topic in fetch.Responses)
                {
                    foreach (var partition in topic.Partitions)
                        metrics.CountError(partition.ErrorCode);
                }

                break;
            case ListOffsetsResponse offsets:
                foreach (var topic in offsets.Topics)
                {
                    foreach (var partition in topic.Partitions)
                        metrics.CountError(partition.ErrorCode);
                }

                break;
            case MetadataResponse metadata:
                foreach (var topic in metadata.Topics)
                    metrics.CountError(topic.ErrorCode);
                break;
            default:
                CountRare(metrics, answer);
                break;
        }
    }

    private static void CountRare(RequestMetrics metrics, IMessage answer)
    {
        switch (answer)
        {
            case ApiVersionsResponse versions:
                metrics.CountError(versions.ErrorCode);
                break;
            case InitProducerIdResponse producerId:
                metrics.CountError(producerId.ErrorCode);
                break;
            case DescribeClusterResponse cluster:
                metrics.CountError(cluster.ErrorCode);
                break;
            case CreateTopicsResponse created:
                created.Topics.ForEach(topic => metrics.CountError(topic.ErrorCode));
                break;
            case DeleteTopicsResponse deleted:
                deleted.Responses.ForEach(topic => metrics.CountError(topic.ErrorCode));
                break;
            case CreatePartitionsResponse grown:
                grown.Results.ForEach(topic => metrics.CountError(topic.ErrorCode));
                break;
            case DeleteRecordsResponse records:
                records.Topics.ForEach(topic => topic.Partitions.ForEach(partition => metrics.CountError(partition.ErrorCode)));
                break;
            case OffsetForLeaderEpochResponse epochs:
                epochs.Topics.ForEach(topic => topic.Partitions.ForEach(partition => metrics.CountError(partition.ErrorCode)));
                break;
            case DescribeProducersResponse producers:
                producers.Topics.ForEach(topic => topic.Partitions.ForEach(partition => metrics.CountError(partition.ErrorCode)));
                break;
            case DescribeTopicPartitionsResponse described:
                described.Topics.ForEach(topic => metrics.CountError(topic.ErrorCode));
                break;
            case DescribeConfigsResponse configs:
                configs.Results.ForEach(resource => metrics.CountError(resource.ErrorCode));
                break;
            case AlterConfigsResponse altered:
                altered.Responses.ForEach(resource => metrics.CountError(resource.ErrorCode));
                break;
            case IncrementalAlterConfigsResponse altered:
                altered.Responses.ForEach(resource => metrics.CountError(resource.ErrorCode));
                break;
            case HeartbeatResponse beat:
                metrics.CountError(beat.ErrorCode);
                break;
            case JoinGroupResponse joined:
                metrics.CountError(joined.ErrorCode);
                break;
            case SyncGroupResponse synced:
                metrics.CountError(synced.ErrorCode);
                break;
            case LeaveGroupResponse left:
                metrics.CountError(left.ErrorCode);
                left.Members.ForEach(member => metrics.CountError(member.ErrorCode));
                break;
            case FindCoordinatorResponse found:
                CountEach(metrics, found.ErrorCode, found.Coordinators, static coordinator => coordinator.ErrorCode);
                break;
            case OffsetCommitResponse committed:
                committed.Topics.ForEach(topic => topic.Partitions.ForEach(partition => metrics.CountError(partition.ErrorCode)));
                break;
            case OffsetFetchResponse fetched:
                CountEach(metrics, fetched.ErrorCode, fetched.Groups, static group => group.ErrorCode);
                fetched.Topics.ForEach(topic => topic.Partitions.ForEach(partition => metrics.CountError(partition.ErrorCode)));
                fetched.Groups.ForEach(group => group.Topics.ForEach(topic => topic.Partitions.ForEach(partition => metrics.CountError(partition.ErrorCode))));
                break;
            case OffsetDeleteResponse offsets:
                metrics.CountError(offsets.ErrorCode);
                offsets.Topics.ForEach(topic => topic.Partitions.ForEach(partition => metrics.CountError(partition.ErrorCode)));
                break;
            case ListGroupsResponse listed:
                metrics.CountError(listed.ErrorCode);
                break;
            case DescribeGroupsResponse described:
                described.Groups.ForEach(group => metrics.CountError(group.ErrorCode));
                break;
            case DeleteGroupsResponse deleted:
                deleted.Results.ForEach(group => metrics.CountError(group.ErrorCode));
                break;
            case DescribeLogDirsResponse directories:
                directories.Results.ForEach(directory => metrics.CountError(directory.ErrorCode));
                break;
            default:
                metrics.CountError(default);
                break;
        }
    }

    // The error is where the version has a place for it: in the answer, or in each of its parts.
    private static void CountEach<T>(RequestMetrics metrics, Samsa.Protocol.ErrorCode whole, List<T> parts, Func<T, Samsa.Protocol.ErrorCode> errorOf)
    {
        if (parts.Count == 0)
        {
            metrics.CountError(whole);
        }

        foreach (var part in parts)
        {
            metrics.CountError(errorOf(part));
        }
    }
}
