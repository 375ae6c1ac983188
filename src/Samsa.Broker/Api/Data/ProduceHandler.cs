using Samsa.Broker.Metadata;
using Samsa.Broker.Metrics;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;
using Samsa.Storage.Validation;

namespace Samsa.Broker.Api.Data;

/// <summary>
/// Produce, v0 to v13: checks the request, hands each partition's batches to its log, acknowledges.
/// Departs from Kafka: null records are answered INVALID_RECORD (Kafka never answers), compressed payloads are not
/// inflated unless a rule needs it, and transactional batches are refused until there is a transaction coordinator.
/// </summary>
public sealed class ProduceHandler(ReplicaManager replicas, BrokerMetrics metrics, TimeProvider time)
{
    /// <summary>The client id that may write to internal topics, as in Kafka.</summary>
    private const string AdminClientId = "__admin_client";

    /// <summary>Appends in order on the read loop; only <c>samsa.flush.on.ack</c> makes the answer wait.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, ProduceRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var response = new ProduceResponse();
        List<PendingCommit>? pending = null;
        foreach (var topic in request.TopicData)
        {
            if (topic.PartitionData.Count == 0)
            {
                continue;
            }

            var topicResponse = new ProduceResponse.TopicProduceResponse { Name = topic.Name, TopicId = topic.TopicId };
            response.Responses.Add(topicResponse);
            foreach (var data in topic.PartitionData)
            {
                var answer = new ProduceResponse.PartitionProduceResponse { Index = data.Index, BaseOffset = -1 };
                topicResponse.PartitionResponses.Add(answer);
                Append(context, request, topic, data, answer, ref pending);
            }
        }

        if (pending is not null)
        {
            return CommitThenAnswerAsync(request.Acks, response, pending);
        }

        return new ValueTask<IMessage?>(Answer(request.Acks, response));
    }

    private void Append(
        RequestContext context,
        ProduceRequest request,
        ProduceRequest.TopicProduceData topic,
        ProduceRequest.PartitionProduceData data,
        ProduceResponse.PartitionProduceResponse answer,
        ref List<PendingCommit>? pending)
    {
        if (request.Acks is not (0 or 1 or -1))
        {
            answer.ErrorCode = ErrorCode.InvalidRequiredAcks;
            return;
        }

        var byId = context.ApiVersion >= 13;
        var partition = byId ? replicas.Find(topic.TopicId, data.Index) : replicas.Find(topic.Name, data.Index);
        if (partition is null)
        {
            answer.ErrorCode = byId ? replicas.WhyNotFound(topic.TopicId, data.Index) : replicas.WhyNotFound(topic.Name, data.Index);
            return;
        }

        var name = partition.TopicPartition.Topic;
        if (TopicNames.IsInternal(name) && context.ClientId != AdminClientId)
        {
            answer.ErrorCode = ErrorCode.InvalidTopicException;
            answer.ErrorMessage = $"Topic {name} is internal; only the broker writes to it.";
            return;
        }

        AppendTo(partition, context, request, data, answer, ref pending);
        var topicMetrics = metrics.Topic(name);
        topicMetrics.TotalProduceRequests.Increment();
        if (answer.ErrorCode != ErrorCode.None)
        {
            topicMetrics.FailedProduceRequests.Increment();
        }
    }

    private void AppendTo(
        Partition partition,
        RequestContext context,
        ProduceRequest request,
        ProduceRequest.PartitionProduceData data,
        ProduceResponse.PartitionProduceResponse answer,
        ref List<PendingCommit>? pending)
    {
        var log = partition.Log;
        if (!partition.IsOnline)
        {
            answer.ErrorCode = ErrorCode.KafkaStorageError;
            return;
        }

        if (data.Records.IsNull)
        {
            answer.ErrorCode = ErrorCode.InvalidRecord;
            answer.ErrorMessage = $"The records of partition {partition.TopicPartition} are null; at least one batch was expected.";
            return;
        }

        // The frame buffer is this request's own: offset and leader epoch are stamped into it in place.
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(data.Records.Memory);
        var rules = new ValidationRules(log.Config, partition.TopicPartition, context.ApiVersion, time.GetUtcNow().ToUnixTimeMilliseconds());
        using var records = RecordValidator.Validate(bytes, rules);
        if (records.Error != ErrorCode.None)
        {
            Refuse(records, log.LogStartOffset, answer);
            Count(records, data.Records.Memory.Length, metrics.Topic(partition.TopicPartition.Topic));
            return;
        }

        if (records.IsTransactional)
        {
            // Nobody can have begun a transaction: an id is needed, and none is known to a coordinator.
            answer.ErrorCode = request.TransactionalId is null
                ? ErrorCode.TransactionalIdAuthorizationFailed
                : ErrorCode.InvalidProducerIdMapping;
            return;
        }

        try
        {
            var result = partition.Append(records, AppendOrigin.Client);
            answer.ErrorCode = result.Error;
            answer.ErrorMessage = result.ErrorMessage;
            answer.LogStartOffset = result.LogStartOffset;
            if (result.Error != ErrorCode.None)
            {
                return;
            }

            answer.BaseOffset = result.FirstOffset;
            answer.LogAppendTimeMs = result.LogAppendTime;
            if (!result.IsDuplicate)
            {
                var topicMetrics = metrics.Topic(partition.TopicPartition.Topic);
                topicMetrics.MessagesIn.Add(records.RecordCount);
                topicMetrics.BytesIn.Add(records.Bytes.Length);
                if (records.IsConverted)
                {
                    topicMetrics.ProduceMessageConversions.Add(records.RecordCount);
                }
            }

            var commit = partition.CommitAsync(result, records.Bytes.Length);
            if (!commit.IsCompletedSuccessfully)
            {
                (pending ??= []).Add(new PendingCommit(partition, answer, commit.AsTask()));
            }
        }
        catch (StorageException e)
        {
            replicas.OnStorageFailure(partition, e);
            answer.ErrorCode = ErrorCode.KafkaStorageError;
            answer.BaseOffset = -1;
        }
    }

    private static void Refuse(in ValidatedRecords records, long logStartOffset, ProduceResponse.PartitionProduceResponse answer)
    {
        answer.ErrorCode = records.Error;
        answer.ErrorMessage = records.ErrorMessage;
        answer.LogStartOffset = records.IsJudgedByLog ? logStartOffset : -1;
        if (records.RecordErrors is null)
        {
            return;
        }

        foreach (var error in records.RecordErrors)
        {
            answer.RecordErrors.Add(new ProduceResponse.BatchIndexAndErrorMessage
            {
                BatchIndex = error.BatchIndex,
                BatchIndexErrorMessage = error.Message,
            });
        }
    }

    private static void Count(in ValidatedRecords refused, int bytes, TopicMetrics topic)
    {
        switch (refused.Cause)
        {
            case RefusalCause.TooLarge:
                topic.BytesRejected.Add(bytes);
                break;
            case RefusalCause.MissingKey:
                topic.NoKeyCompactedTopicRecords.Add(refused.RecordErrors?.Count ?? 0);
                break;
            case RefusalCause.InvalidMagic:
                topic.InvalidMagicNumberRecords.Increment();
                break;
            case RefusalCause.InvalidCrc:
                topic.InvalidMessageCrcRecords.Increment();
                break;
            case RefusalCause.InvalidOffsetOrSequence:
                topic.InvalidOffsetOrSequenceRecords.Increment();
                break;
            case RefusalCause.None:
            default:
                break;
        }
    }

    private async ValueTask<IMessage?> CommitThenAnswerAsync(short acks, ProduceResponse response, List<PendingCommit> pending)
    {
        foreach (var (partition, answer, commit) in pending)
        {
            try
            {
                await commit.ConfigureAwait(false);
            }
            catch (StorageException e)
            {
                replicas.OnStorageFailure(partition, e);
                answer.ErrorCode = ErrorCode.KafkaStorageError;
                answer.BaseOffset = -1;
            }
        }

        return Answer(acks, response);
    }

    /// <summary>acks=0 has no answer; there the only way to tell of an error is to close the connection, as Kafka does.</summary>
    private static ProduceResponse? Answer(short acks, ProduceResponse response)
    {
        if (acks != 0)
        {
            return response;
        }

        foreach (var topic in response.Responses)
        {
            foreach (var partition in topic.PartitionResponses)
            {
                if (partition.ErrorCode != ErrorCode.None)
                {
                    throw new CloseConnectionException(
                        $"a produce with acks=0 to {topic.Name}-{partition.Index} failed with {partition.ErrorCode.Name()}");
                }
            }
        }

        return null;
    }

    private readonly record struct PendingCommit(
        Partition Partition, ProduceResponse.PartitionProduceResponse Answer, Task Commit);
}
