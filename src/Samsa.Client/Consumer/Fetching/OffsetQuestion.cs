using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Fetching;

/// <summary>A search in one partition (ListOffsets).</summary>
/// <param name="Partition">Where.</param>
/// <param name="LeaderEpoch">The epoch of the leader that is asked, -1 for unknown.</param>
/// <param name="Timestamp">ms since 1970 for the first record not older, -1 for the end, -2 for the beginning.</param>
internal readonly record struct OffsetQuestion(TopicPartition Partition, int LeaderEpoch, long Timestamp)
{
    private const int ConsumerReplicaId = -1;
    private const short FirstVersionWithIsolation = 2;

    /// <summary>Asks one broker, all questions at once.</summary>
    /// <exception cref="KafkaException">No answer came.</exception>
    public static async Task<List<OffsetAnswer>> AskAsync(
        BrokerConnection connection, IReadOnlyCollection<OffsetQuestion> questions, ConsumerOptions options, CancellationToken cancellation)
    {
        var version = connection.Versions.Choose(ClientApis.ListOffsets);
        var request = new ListOffsetsRequest
        {
            ReplicaId = ConsumerReplicaId,
            IsolationLevel = version < FirstVersionWithIsolation ? (sbyte)0 : (sbyte)options.IsolationLevel,
            TimeoutMs = (int)Math.Min(options.RequestTimeout.TotalMilliseconds, int.MaxValue),
        };
        foreach (var question in questions)
        {
            var topic = request.Topics.Find(t => t.Name == question.Partition.Topic);
            if (topic is null)
            {
                topic = new ListOffsetsRequest.ListOffsetsTopic { Name = question.Partition.Topic };
                request.Topics.Add(topic);
            }

            topic.Partitions.Add(new ListOffsetsRequest.ListOffsetsPartition
            {
                PartitionIndex = question.Partition.Partition,
                CurrentLeaderEpoch = question.LeaderEpoch,
                Timestamp = question.Timestamp,
            });
        }

        var answer = await connection.SendAsync(ClientApis.ListOffsets, version, request, cancellation: cancellation).ConfigureAwait(false);
        List<OffsetAnswer> answers = [];
        foreach (var topic in answer.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                answers.Add(new OffsetAnswer(
                    new TopicPartition(topic.Name, partition.PartitionIndex),
                    partition.ErrorCode,
                    partition.ErrorCode == ErrorCode.None && partition.Offset >= 0
                        ? new OffsetAndTimestamp(partition.Offset, partition.Timestamp, partition.LeaderEpoch)
                        : null));
            }
        }

        return answers;
    }
}
