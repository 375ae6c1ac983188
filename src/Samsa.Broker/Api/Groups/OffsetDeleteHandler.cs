using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>OffsetDelete, v0 (KIP-496).</summary>
public sealed class OffsetDeleteHandler(GroupCoordinator coordinator, IClusterMetadata metadata)
{
    /// <summary>Serves one request.</summary>
    public ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetDeleteRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var answer = new OffsetDeleteResponse();
        var partitions = new List<OffsetToDelete>();
        foreach (var topic in request.Topics)
        {
            var topicAnswer = new OffsetDeleteResponse.OffsetDeleteResponseTopic { Name = topic.Name };
            answer.Topics.Add(topicAnswer);
            foreach (var partition in topic.Partitions)
            {
                var outcome = new OffsetDeleteResponse.OffsetDeleteResponsePartition { PartitionIndex = partition.PartitionIndex };
                topicAnswer.Partitions.Add(outcome);
                if (metadata.Current.FindPartition(topic.Name, partition.PartitionIndex) is null)
                {
                    outcome.ErrorCode = ErrorCode.UnknownTopicOrPartition;
                }
                else
                {
                    partitions.Add(new OffsetToDelete(new TopicPartition(topic.Name, partition.PartitionIndex), outcome));
                }
            }
        }

        var ticket = new GroupTicket(static code => new OffsetDeleteResponse { ErrorCode = code });
        if (request.GroupId.Length == 0)
        {
            ticket.Refuse(ErrorCode.InvalidGroupId);
        }
        else
        {
            coordinator.Post(request.GroupId, new GroupEvent.DeleteOffsets(ticket, request.GroupId, partitions, answer));
        }

        return GroupApi.Answer(context, ticket);
    }
}
