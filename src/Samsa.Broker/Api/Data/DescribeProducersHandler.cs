using Samsa.Broker.Metadata;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Data;

/// <summary>DescribeProducers, v0: the producers that a partition remembers (KIP-664).</summary>
public sealed class DescribeProducersHandler(ReplicaManager replicas)
{
    /// <summary>Answers from the producer states.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, DescribeProducersRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new DescribeProducersResponse();
        foreach (var topic in request.Topics)
        {
            var answers = new DescribeProducersResponse.TopicResponse { Name = topic.Name };
            response.Topics.Add(answers);
            foreach (var index in topic.PartitionIndexes)
            {
                answers.Partitions.Add(Describe(topic.Name, index));
            }
        }

        return new ValueTask<IMessage?>(response);
    }

    private DescribeProducersResponse.PartitionResponse Describe(string topic, int index)
    {
        var answer = new DescribeProducersResponse.PartitionResponse { PartitionIndex = index };
        if (replicas.Find(topic, index) is not { } partition)
        {
            var isName = TopicNames.Problem(topic) is null;
            answer.ErrorCode = isName ? replicas.WhyNotFound(topic, index) : ErrorCode.InvalidTopicException;
            answer.ErrorMessage = isName ? $"This broker does not host {topic}-{index}" : $"'{topic}' is not the name of a topic";
            return answer;
        }

        if (!partition.IsOnline)
        {
            answer.ErrorCode = ErrorCode.KafkaStorageError;
            return answer;
        }

        foreach (var producer in partition.Log.Producers.ActiveProducers())
        {
            answer.ActiveProducers.Add(new DescribeProducersResponse.ProducerState
            {
                ProducerId = producer.ProducerId,
                ProducerEpoch = producer.ProducerEpoch,
                LastSequence = producer.LastSequence,
                LastTimestamp = producer.LastTimestamp,
                CoordinatorEpoch = producer.CoordinatorEpoch,
                CurrentTxnStartOffset = producer.CurrentTransactionFirstOffset,
            });
        }

        return answer;
    }
}
