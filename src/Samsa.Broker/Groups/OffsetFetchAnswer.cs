using Samsa.Protocol;
using Samsa.Protocol.Messages;
using AnswerTopic = Samsa.Protocol.Messages.OffsetFetchResponse.OffsetFetchResponseTopics;
using GroupAnswer = Samsa.Protocol.Messages.OffsetFetchResponse.OffsetFetchResponseGroup;
using PartitionAnswer = Samsa.Protocol.Messages.OffsetFetchResponse.OffsetFetchResponsePartitions;

namespace Samsa.Broker.Groups;

/// <summary>The answer to an OffsetFetch of one group. Stateless.</summary>
internal static class OffsetFetchAnswer
{
    /// <summary>What Kafka answers where there is no offset.</summary>
    private const long NoOffset = -1;

    /// <summary>The answer with one group in it, in the form of v8 and newer. A group that is not there has no offsets.</summary>
    public static OffsetFetchResponse Of(Group? group, OffsetFetchRequest.OffsetFetchRequestGroup request, bool requireStable)
    {
        var answer = new GroupAnswer { GroupId = request.GroupId };
        if (group?.CheckFetch(request.MemberId, request.MemberEpoch) is { } error and not ErrorCode.None)
        {
            answer.ErrorCode = error;
        }
        else if (request.Topics is null)
        {
            AddAll(group, answer, requireStable);
        }
        else
        {
            foreach (var asked in request.Topics)
            {
                var topic = new AnswerTopic { Name = asked.Name, TopicId = asked.TopicId };
                answer.Topics.Add(topic);
                foreach (var partition in asked.PartitionIndexes)
                {
                    topic.Partitions.Add(Answer(group, asked.Name, partition, requireStable));
                }
            }
        }

        var response = new OffsetFetchResponse();
        response.Groups.Add(answer);
        return response;
    }

    /// <summary>The answer for a partition without an offset.</summary>
    public static PartitionAnswer None(int partition, ErrorCode error = ErrorCode.None) => new()
    {
        PartitionIndex = partition,
        CommittedOffset = NoOffset,
        CommittedLeaderEpoch = -1,
        Metadata = "",
        ErrorCode = error,
    };

    private static void AddAll(Group? group, GroupAnswer answer, bool requireStable)
    {
        foreach (var name in group?.Offsets.Topics ?? [])
        {
            var topic = new AnswerTopic { Name = name };
            answer.Topics.Add(topic);
            foreach (var partition in group!.Offsets.OfTopic(name).Keys)
            {
                topic.Partitions.Add(Answer(group, name, partition, requireStable));
            }
        }
    }

    private static PartitionAnswer Answer(Group? group, string topic, int partition, bool requireStable)
    {
        if (group is null)
        {
            return None(partition);
        }

        if (requireStable && group.Offsets.IsPending(new TopicPartition(topic, partition)))
        {
            return None(partition, ErrorCode.UnstableOffsetCommit);
        }

        return group.Offsets.TryGet(topic, partition, out var offset)
            ? new PartitionAnswer
            {
                PartitionIndex = partition,
                CommittedOffset = offset.Offset,
                CommittedLeaderEpoch = offset.LeaderEpoch,
                Metadata = offset.Metadata,
            }
            : None(partition);
    }
}
