using Samsa.Client.Connections;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>The offsets that groups keep.</content>
public sealed partial class KafkaAdmin
{
    private const short FirstFetchWithGroups = 8;
    private const short FirstFetchWithStable = 7;
    private const short FirstFetchOfAll = 2;

    /// <summary>Tells the offsets that groups keep. A group that does not exist has none.</summary>
    /// <param name="groupIds">The groups.</param>
    /// <param name="requireStable">
    /// An offset that a transaction under way is about to change is a failure, to be asked for later, and not told as it was (Kafka 2.5, KIP-447).
    /// </param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<GroupOffsets>> ListGroupOffsetsAsync(
        IEnumerable<string> groupIds, bool requireStable = false, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(groupIds);
        var call = Begin(cancellation);
        return call.RunAsync(
            groupIds,
            RetriedErrors.OfCoordinator,
            (id, error, message) => new GroupOffsets { GroupId = id, Error = error, ErrorMessage = message },
            pending => AskCoordinatorsAsync(call, pending, async (_, connection, groups) =>
            {
                if (requireStable)
                {
                    RequireVersion(connection, ClientApis.OffsetFetch, FirstFetchWithStable, "tell stable offsets");
                }

                RequireVersion(connection, ClientApis.OffsetFetch, FirstFetchOfAll, "tell all offsets of a group");
                if (connection.Versions.Choose(ClientApis.OffsetFetch) >= FirstFetchWithGroups)
                {
                    await FetchTogetherAsync(call, connection, groups, requireStable, pending).ConfigureAwait(false);
                }
                else
                {
                    await Task.WhenAll(groups.Select(group => FetchOneAsync(call, connection, group, requireStable, pending))).ConfigureAwait(false);
                }
            }));
    }

    /// <summary>
    /// Sets offsets that a group keeps; the group needs not exist. While it has members the coordinator refuses
    /// (<see cref="ErrorCode.UnknownMemberId"/>).
    /// </summary>
    public Task<IReadOnlyList<GroupPartitionResult>> AlterGroupOffsetsAsync(
        string groupId, IReadOnlyDictionary<TopicPartition, CommittedOffset> offsets, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        ArgumentNullException.ThrowIfNull(offsets);
        var call = Begin(cancellation);
        return call.RunAsync(
            offsets.Keys,
            RetriedErrors.OfCoordinator,
            FailedPartition,
            pending => AskCoordinatorAsync(call, groupId, pending, async connection =>
            {
                var answer = await call.AskAsync(connection, ClientApis.OffsetCommit, _ => new OffsetCommitRequest
                {
                    GroupId = groupId,
                    GenerationIdOrMemberEpoch = -1,
                    MemberId = "",
                    Topics = [.. pending.Items.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(topic => new OffsetCommitRequest.OffsetCommitRequestTopic
                    {
                        Name = topic.Key,
                        Partitions = [.. topic.Select(p => new OffsetCommitRequest.OffsetCommitRequestPartition
                        {
                            PartitionIndex = p.Partition,
                            CommittedOffset = offsets[p].Offset,
                            CommittedLeaderEpoch = offsets[p].LeaderEpoch,
                            CommittedMetadata = offsets[p].Metadata ?? "",
                        })],
                    })],
                }).ConfigureAwait(false);
                foreach (var topic in answer.Topics)
                {
                    foreach (var partition in topic.Partitions)
                    {
                        Answer(pending, topic.Name, partition.PartitionIndex, partition.ErrorCode);
                    }
                }
            }));
    }

    /// <summary>
    /// Deletes offsets that a group keeps (Kafka 2.4, KIP-496); that there is none is no failure. Offsets of a topic that a member subscribes to
    /// stay (<see cref="ErrorCode.GroupSubscribedToTopic"/>).
    /// </summary>
    public Task<IReadOnlyList<GroupPartitionResult>> DeleteGroupOffsetsAsync(
        string groupId, IEnumerable<TopicPartition> partitions, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(groupId);
        ArgumentNullException.ThrowIfNull(partitions);
        var call = Begin(cancellation);
        return call.RunAsync(
            partitions,
            RetriedErrors.OfCoordinator,
            FailedPartition,
            pending => AskCoordinatorAsync(call, groupId, pending, async connection =>
            {
                var answer = await call.AskAsync(connection, ClientApis.OffsetDelete, _ => new OffsetDeleteRequest
                {
                    GroupId = groupId,
                    Topics = [.. pending.Items.GroupBy(p => p.Topic, StringComparer.Ordinal).Select(topic => new OffsetDeleteRequest.OffsetDeleteRequestTopic
                    {
                        Name = topic.Key,
                        Partitions = [.. topic.Select(p => new OffsetDeleteRequest.OffsetDeleteRequestPartition { PartitionIndex = p.Partition })],
                    })],
                }).ConfigureAwait(false);
                if (answer.ErrorCode != ErrorCode.None)
                {
                    foreach (var partition in pending.Items)
                    {
                        pending.Answer(partition, new GroupPartitionResult { Partition = partition, Error = answer.ErrorCode });
                    }

                    return;
                }

                foreach (var topic in answer.Topics)
                {
                    foreach (var partition in topic.Partitions)
                    {
                        Answer(pending, topic.Name, partition.PartitionIndex, partition.ErrorCode);
                    }
                }
            }));
    }

    private static GroupPartitionResult FailedPartition(TopicPartition partition, ErrorCode error, string message) =>
        new() { Partition = partition, Error = error, ErrorMessage = message };

    private static void Answer(PendingItems<TopicPartition, GroupPartitionResult> pending, string topic, int partition, ErrorCode error)
    {
        var key = new TopicPartition(topic, partition);
        pending.Answer(key, new GroupPartitionResult { Partition = key, Error = error });
    }

    private static async Task FetchTogetherAsync(
        AdminCall call, BrokerConnection connection, string[] groups, bool requireStable, PendingItems<string, GroupOffsets> pending)
    {
        var answer = await call.AskAsync(connection, ClientApis.OffsetFetch, _ => new OffsetFetchRequest
        {
            RequireStable = requireStable,
            Groups = [.. groups.Select(group => new OffsetFetchRequest.OffsetFetchRequestGroup { GroupId = group, Topics = null })],
        }).ConfigureAwait(false);
        foreach (var group in answer.Groups)
        {
            pending.Answer(group.GroupId, Offsets(group.GroupId, group.ErrorCode, group.Topics.SelectMany(t => t.Partitions.Select(
                p => (new TopicPartition(t.Name, p.PartitionIndex), p.CommittedOffset, p.CommittedLeaderEpoch, p.Metadata, p.ErrorCode)))));
        }
    }

    private static async Task FetchOneAsync(
        AdminCall call, BrokerConnection connection, string group, bool requireStable, PendingItems<string, GroupOffsets> pending)
    {
        var answer = await call.AskAsync(connection, ClientApis.OffsetFetch, version => new OffsetFetchRequest
        {
            GroupId = group,
            Topics = null,
            RequireStable = requireStable && version >= FirstFetchWithStable,
        }).ConfigureAwait(false);
        pending.Answer(group, Offsets(group, answer.ErrorCode, answer.Topics.SelectMany(t => t.Partitions.Select(
            p => (new TopicPartition(t.Name, p.PartitionIndex), p.CommittedOffset, p.CommittedLeaderEpoch, p.Metadata, p.ErrorCode)))));
    }

    private static GroupOffsets Offsets(
        string group, ErrorCode error, IEnumerable<(TopicPartition Partition, long Offset, int Epoch, string? Metadata, ErrorCode Error)> partitions)
    {
        var offsets = new Dictionary<TopicPartition, CommittedOffset>();
        var failures = new List<GroupPartitionResult>();
        foreach (var (partition, offset, epoch, metadata, failure) in partitions)
        {
            if (failure != ErrorCode.None)
            {
                failures.Add(new GroupPartitionResult { Partition = partition, Error = failure });
            }
            else if (offset >= 0)
            {
                offsets.Add(partition, new CommittedOffset(offset, epoch, metadata));
            }
        }

        return new GroupOffsets { GroupId = group, Error = error, Offsets = offsets, Failures = failures };
    }
}
