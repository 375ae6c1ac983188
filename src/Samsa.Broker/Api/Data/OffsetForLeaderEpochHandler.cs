using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Data;

/// <summary>OffsetForLeaderEpoch, v0 to v4: where the records of an epoch end (KIP-101, KIP-279, KIP-320).</summary>
public sealed class OffsetForLeaderEpochHandler(ReplicaManager replicas)
{
    /// <summary>Answers from the leader epoch caches.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetForLeaderEpochRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var response = new OffsetForLeaderEpochResponse();
        foreach (var topic in request.Topics)
        {
            var answers = new OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult { Topic = topic.Topic };
            response.Topics.Add(answers);
            foreach (var wanted in topic.Partitions)
            {
                answers.Partitions.Add(Look(topic.Topic, wanted));
            }
        }

        return new ValueTask<IMessage?>(response);
    }

    private OffsetForLeaderEpochResponse.EpochEndOffset Look(
        string topic, OffsetForLeaderEpochRequest.OffsetForLeaderPartition wanted)
    {
        var answer = new OffsetForLeaderEpochResponse.EpochEndOffset { Partition = wanted.Partition };
        if (replicas.Find(topic, wanted.Partition) is not { } partition)
        {
            answer.ErrorCode = replicas.WhyNotFound(topic, wanted.Partition);
            return answer;
        }

        if (!partition.IsOnline)
        {
            answer.ErrorCode = ErrorCode.KafkaStorageError;
            return answer;
        }

        answer.ErrorCode = partition.CheckLeaderEpoch(wanted.CurrentLeaderEpoch);
        if (answer.ErrorCode == ErrorCode.None)
        {
            var end = partition.EndOffsetFor(wanted.LeaderEpoch);
            answer.LeaderEpoch = end.Epoch;
            answer.EndOffset = end.EndOffset;
        }

        return answer;
    }
}
