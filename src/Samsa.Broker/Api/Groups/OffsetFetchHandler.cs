using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api.Groups;

/// <summary>
/// OffsetFetch, v0 to v10. Departs from Kafka 3.9: v0, which read offsets from ZooKeeper, reads them where the later versions do.
/// </summary>
public sealed class OffsetFetchHandler(GroupCoordinator coordinator, IClusterMetadata metadata)
{
    private const short TopLevelErrorVersion = 2;
    private const short GroupsVersion = 8;
    private const short TopicIdVersion = 10;

    /// <summary>Asks every group and waits for all of them.</summary>
    public async ValueTask<IMessage?> HandleAsync(RequestContext context, OffsetFetchRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var version = context.ApiVersion;
        var wanted = version >= GroupsVersion ? request.Groups : [ToGroup(request)];
        var pending = new List<Task<IMessage>>(wanted.Count);
        var image = metadata.Current;
        foreach (var group in wanted)
        {
            pending.Add(Ask(group, request.RequireStable, version, image));
        }

        var response = new OffsetFetchResponse();
        for (var i = 0; i < pending.Count; i++)
        {
            var answer = ((OffsetFetchResponse)await pending[i].WaitAsync(context.ConnectionClosed).ConfigureAwait(false)).Groups[0];
            if (version >= TopicIdVersion)
            {
                AddIds(answer, image);
            }

            response.Groups.Add(answer);
        }

        return version >= GroupsVersion ? response : ToTopics(response.Groups[0], request, version);
    }

    private Task<IMessage> Ask(OffsetFetchRequest.OffsetFetchRequestGroup group, bool requireStable, short version, MetadataImage image)
    {
        var ticket = new GroupTicket(code =>
        {
            var refused = new OffsetFetchResponse();
            refused.Groups.Add(new OffsetFetchResponse.OffsetFetchResponseGroup { GroupId = group.GroupId, ErrorCode = code });
            return refused;
        });
        var unknown = version >= TopicIdVersion && group.Topics is not null ? TakeUnknown(group, image) : null;
        coordinator.Post(group.GroupId, new GroupEvent.FetchOffsets(ticket, group, requireStable));
        return unknown is null ? ticket.Answered : WithUnknownAsync(ticket.Answered, unknown);
    }

    // Ids become names for the groups; those that no topic has are answered here.
    private static List<OffsetFetchRequest.OffsetFetchRequestTopics>? TakeUnknown(
        OffsetFetchRequest.OffsetFetchRequestGroup group, MetadataImage image)
    {
        List<OffsetFetchRequest.OffsetFetchRequestTopics>? unknown = null;
        foreach (var topic in group.Topics!)
        {
            if (image.FindTopic(topic.TopicId) is { } known)
            {
                topic.Name = known.Name;
            }
            else
            {
                (unknown ??= []).Add(topic);
            }
        }

        if (unknown is not null)
        {
            group.Topics = [.. group.Topics.Except(unknown)];
        }

        return unknown;
    }

    private static async Task<IMessage> WithUnknownAsync(Task<IMessage> answered, List<OffsetFetchRequest.OffsetFetchRequestTopics> unknown)
    {
        var answer = (OffsetFetchResponse)await answered.ConfigureAwait(false);
        if (answer.Groups[0].ErrorCode == ErrorCode.None)
        {
            foreach (var topic in unknown)
            {
                answer.Groups[0].Topics.Add(new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    TopicId = topic.TopicId,
                    Partitions = [.. topic.PartitionIndexes.Select(index => OffsetFetchAnswer.None(index, ErrorCode.UnknownTopicId))],
                });
            }
        }

        return answer;
    }

    // A topic that is gone has no id any more, and cannot be named in these versions.
    private static void AddIds(OffsetFetchResponse.OffsetFetchResponseGroup answer, MetadataImage image)
    {
        answer.Topics.RemoveAll(topic => topic.TopicId == Guid.Empty && image.FindTopic(topic.Name) is null);
        foreach (var topic in answer.Topics)
        {
            if (topic.TopicId == Guid.Empty)
            {
                topic.TopicId = image.FindTopic(topic.Name)!.Id;
            }
        }
    }

    private static OffsetFetchRequest.OffsetFetchRequestGroup ToGroup(OffsetFetchRequest request)
    {
        var group = new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = request.GroupId, Topics = request.Topics is null ? null : [] };
        foreach (var topic in request.Topics ?? [])
        {
            group.Topics!.Add(new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic.Name, PartitionIndexes = topic.PartitionIndexes });
        }

        return group;
    }

    private static OffsetFetchResponse ToTopics(OffsetFetchResponse.OffsetFetchResponseGroup group, OffsetFetchRequest request, short version)
    {
        var response = new OffsetFetchResponse();
        if (version >= TopLevelErrorVersion)
        {
            response.ErrorCode = group.ErrorCode;
        }
        else if (group.ErrorCode != ErrorCode.None)
        {
            // There is no other place for the error.
            foreach (var topic in request.Topics ?? [])
            {
                group.Topics.Add(new OffsetFetchResponse.OffsetFetchResponseTopics
                {
                    Name = topic.Name,
                    Partitions = [.. topic.PartitionIndexes.Select(index => OffsetFetchAnswer.None(index, group.ErrorCode))],
                });
            }
        }

        foreach (var topic in group.Topics)
        {
            var answer = new OffsetFetchResponse.OffsetFetchResponseTopic { Name = topic.Name };
            response.Topics.Add(answer);
            foreach (var partition in topic.Partitions)
            {
                answer.Partitions.Add(new OffsetFetchResponse.OffsetFetchResponsePartition
                {
                    PartitionIndex = partition.PartitionIndex,
                    CommittedOffset = partition.CommittedOffset,
                    CommittedLeaderEpoch = partition.CommittedLeaderEpoch,
                    Metadata = partition.Metadata,
                    ErrorCode = partition.ErrorCode,
                });
            }
        }

        return response;
    }
}
