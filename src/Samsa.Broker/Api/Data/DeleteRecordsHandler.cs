using Samsa.Broker.Metadata;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;

namespace Samsa.Broker.Api.Data;

/// <summary>DeleteRecords, v0 to v2: moves the log start offset forward; the segments below go in the background.</summary>
public sealed class DeleteRecordsHandler(ReplicaManager replicas)
{
    /// <summary>The offset that stands for the high watermark.</summary>
    private const long ToHighWatermark = -1;

    /// <summary>Moves the starts at once: on one node there is no follower to wait for.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, DeleteRecordsRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new DeleteRecordsResponse();
        foreach (var topic in request.Topics)
        {
            if (topic.Partitions.Count == 0)
            {
                continue;
            }

            var answers = new DeleteRecordsResponse.DeleteRecordsTopicResult { Name = topic.Name };
            response.Topics.Add(answers);
            foreach (var wanted in topic.Partitions)
            {
                var (error, lowWatermark) = Delete(topic.Name, wanted.PartitionIndex, wanted.Offset);
                answers.Partitions.Add(new DeleteRecordsResponse.DeleteRecordsPartitionResult
                {
                    PartitionIndex = wanted.PartitionIndex,
                    ErrorCode = error,
                    LowWatermark = lowWatermark,
                });
            }
        }

        return new ValueTask<IMessage?>(response);
    }

    private (ErrorCode Error, long LowWatermark) Delete(string topic, int index, long offset)
    {
        if (replicas.Find(topic, index) is not { } partition)
        {
            return (replicas.WhyNotFound(topic, index), -1);
        }

        if (TopicNames.IsInternal(topic))
        {
            return (ErrorCode.InvalidTopicException, -1);
        }

        var log = partition.Log;
        if (!partition.IsOnline)
        {
            return (ErrorCode.KafkaStorageError, -1);
        }

        if (!log.Config.Delete)
        {
            return (ErrorCode.PolicyViolation, -1);
        }

        var target = offset == ToHighWatermark ? log.HighWatermark : offset;
        if (target < 0 || target > log.HighWatermark)
        {
            return (ErrorCode.OffsetOutOfRange, -1);
        }

        try
        {
            log.IncrementLogStartOffset(target);
            return (ErrorCode.None, log.LogStartOffset);
        }
        catch (StorageException e)
        {
            replicas.OnStorageFailure(partition, e);
            return (ErrorCode.KafkaStorageError, -1);
        }
    }
}
