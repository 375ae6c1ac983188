using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>
/// OffsetCommit, v0 to v10. Departs from Kafka 3.9: v0, which stored offsets in ZooKeeper, stores them where the later versions do.
/// </summary>
public sealed class OffsetCommitHandler(GroupCoordinator coordinator, IClusterMetadata metadata, TimeProvider time)
{
    private const short TopicIdVersion = 10;

    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetCommitRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var answer = new OffsetCommitResponse();
        var offsets = new List<OffsetToCommit>();
        var image = metadata.Current;
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var expiry = request.RetentionTimeMs >= 0 ? now + request.RetentionTimeMs : -1;
        foreach (var asked in request.Topics)
        {
            var topic = context.ApiVersion >= TopicIdVersion ? image.FindTopic(asked.TopicId) : image.FindTopic(asked.Name);
            var topicAnswer = new OffsetCommitResponse.OffsetCommitResponseTopic { Name = asked.Name, TopicId = asked.TopicId };
            answer.Topics.Add(topicAnswer);
            foreach (var partition in asked.Partitions)
            {
                var outcome = new OffsetCommitResponse.OffsetCommitResponsePartition { PartitionIndex = partition.PartitionIndex };
                topicAnswer.Partitions.Add(outcome);
                if (topic is null)
                {
                    outcome.ErrorCode = context.ApiVersion >= TopicIdVersion ? ErrorCode.UnknownTopicId : ErrorCode.UnknownTopicOrPartition;
                }
                else if ((uint)partition.PartitionIndex >= (uint)topic.Partitions.Count)
                {
                    outcome.ErrorCode = ErrorCode.UnknownTopicOrPartition;
                }
                else
                {
                    offsets.Add(new OffsetToCommit(
                        new TopicPartition(topic.Name, partition.PartitionIndex),
                        new CommittedOffset(
                            partition.CommittedOffset,
                            partition.CommittedLeaderEpoch,
                            partition.CommittedMetadata ?? "",
                            partition.CommitTimestamp >= 0 ? partition.CommitTimestamp : now,
                            expiry),
                        outcome));
                }
            }
        }

        if (offsets.Count == 0)
        {
            return new ValueTask<IMessage?>(answer);
        }

        var ticket = new GroupTicket(code =>
        {
            offsets.ForEach(offset => offset.Outcome.ErrorCode = code);
            return answer;
        });
        coordinator.Post(request.GroupId, new GroupEvent.Commit(
            ticket, request.GroupId, request.GenerationIdOrMemberEpoch, request.MemberId, request.GroupInstanceId, offsets, answer,
            context.ApiVersion));
        return GroupApi.Answer(context, ticket);
    }
}
