using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// The one request of a group of the next generation (KIP-848), and the names behind the ids of topics in its answers. Owns nothing but the number of the
/// latest assignment; entered from any thread.
/// </summary>
internal sealed class ConsumerRequests(GroupCoordinator coordinator, ClusterClient cluster, ConsumerOptions options, string ownId) : IMembershipRequests
{
    private const short FirstWithPattern = 1;
    private const short FirstWithOwnId = 1;

    private int _latestAssignment;

    public Task RunAsync(MembershipEffect effect, Action<MembershipEvent> report, CancellationToken cancellation) => effect switch
    {
        MembershipEffect.Beat beat => BeatAsync(beat, report, cancellation),
        MembershipEffect.Resolve resolve => ResolveAsync(resolve, report, cancellation),
        MembershipEffect.Leave leave => LeaveAsync(leave, cancellation),
        _ => throw new InvalidOperationException($"A group of the next generation knows nothing of {effect}."),
    };

    public void Announce(CallerRound round)
    {
        // The coordinator shares out: there is no assignor here that would have to know.
    }

    private async Task BeatAsync(MembershipEffect.Beat beat, Action<MembershipEvent> report, CancellationToken cancellation)
    {
        try
        {
            var answer = await coordinator.AskAsync(
                ClientApis.ConsumerGroupHeartbeat, ConnectionPurpose.Group, version => Request(beat, version), null, cancellation).ConfigureAwait(false);
            coordinator.Heed(answer.ErrorCode);
            report(new MembershipEvent.BeatAnswered(beat.Attempt, answer.ErrorCode, Explain(answer), answer));
        }
        catch (KafkaException e)
        {
            var text = e.ErrorCode == ErrorCode.UnsupportedVersion ? $"{e.Message} Without KIP-848 use group.protocol=classic." : e.Message;
            report(new MembershipEvent.BeatAnswered(beat.Attempt, e.ErrorCode, text, null));
        }
    }

    private ConsumerGroupHeartbeatRequest Request(MembershipEffect.Beat beat, short version)
    {
        if (beat.ServerPattern is not null && version < FirstWithPattern)
        {
            throw new KafkaException(ErrorCode.UnsupportedVersion, "The coordinator matches no patterns (Kafka 4.0): subscribe with a Regex.");
        }

        return new ConsumerGroupHeartbeatRequest
        {
            GroupId = options.GroupId!,

            // Before version 1 the coordinator makes the id.
            MemberId = version < FirstWithOwnId && beat.Member.MemberId == ownId ? "" : beat.Member.MemberId,
            MemberEpoch = beat.Member.Generation,
            InstanceId = beat.Member.InstanceId,
            RackId = beat.IsFull && options.ClientRack.Length > 0 ? options.ClientRack : null,
            RebalanceTimeoutMs = beat.IsFull ? (int)options.MaxPollInterval.TotalMilliseconds : -1,
            SubscribedTopicNames = beat.Topics is { } topics ? [.. topics.Order(StringComparer.Ordinal)] : null,
            SubscribedTopicRegex = beat.ServerPattern,
            ServerAssignor = beat.IsFull ? options.GroupRemoteAssignor : null,
            TopicPartitions = beat.Owned is { } owned ? WithIds(owned) : null,
        };
    }

    private List<ConsumerGroupHeartbeatRequest.TopicPartitionsData> WithIds(IReadOnlyCollection<TopicPartition> partitions)
    {
        List<ConsumerGroupHeartbeatRequest.TopicPartitionsData> topics = [];
        foreach (var topic in partitions.GroupBy(p => p.Topic, StringComparer.Ordinal))
        {
            // A topic that is gone has none, and its partitions will be taken away.
            if (cluster.Metadata.Snapshot.Topic(topic.Key) is { } known && known.TopicId != Guid.Empty)
            {
                topics.Add(new ConsumerGroupHeartbeatRequest.TopicPartitionsData { TopicId = known.TopicId });
                topics[^1].Partitions.AddRange(topic.Select(p => p.Partition).Order());
            }
        }

        return topics;
    }

    // What is known already can be read at once; the rest follows when its names have come.
    private async Task ResolveAsync(MembershipEffect.Resolve resolve, Action<MembershipEvent> report, CancellationToken cancellation)
    {
        Volatile.Write(ref _latestAssignment, resolve.Attempt);
        for (var failures = 1; Volatile.Read(ref _latestAssignment) == resolve.Attempt; failures++)
        {
            var isComplete = TryFind(resolve.Assignment, out var partitions);
            if (isComplete || failures > 1)
            {
                report(new MembershipEvent.Targeted(resolve.Attempt, partitions));
            }

            if (isComplete)
            {
                return;
            }

            try
            {
                await cluster.Metadata.RefreshAsync(cancellation).ConfigureAwait(false);
                if (TryFind(resolve.Assignment, out _))
                {
                    continue;
                }
            }
            catch (KafkaException e)
            {
                cluster.Logger.LogWarning("Metadata of assigned topics could not be fetched: {Reason}", e.Message);
            }

            await Task.Delay(cluster.RetryBackoff.After(failures), options.TimeProvider, cancellation).ConfigureAwait(false);
        }
    }

    private bool TryFind(ConsumerGroupHeartbeatResponse.AssignmentData assignment, out List<TopicPartition> partitions)
    {
        partitions = [];
        var isComplete = true;
        Dictionary<Guid, string> names = [];
        foreach (var topic in cluster.Metadata.Snapshot.Topics)
        {
            if (topic.TopicId != Guid.Empty)
            {
                names[topic.TopicId] = topic.Name;
            }
        }

        foreach (var topic in assignment.TopicPartitions)
        {
            if (names.TryGetValue(topic.TopicId, out var name))
            {
                foreach (var partition in topic.Partitions)
                {
                    partitions.Add(new TopicPartition(name, partition));
                }
            }
            else
            {
                isComplete = false;
            }
        }

        return isComplete;
    }

    private async Task LeaveAsync(MembershipEffect.Leave leave, CancellationToken cancellation)
    {
        try
        {
            var answer = await coordinator.AskAsync(
                ClientApis.ConsumerGroupHeartbeat,
                ConnectionPurpose.Control,
                _ => new ConsumerGroupHeartbeatRequest
                {
                    GroupId = options.GroupId!,
                    MemberId = leave.Member.MemberId,
                    MemberEpoch = leave.Member.Generation,
                    InstanceId = leave.Member.InstanceId,
                },
                null,
                cancellation).ConfigureAwait(false);
            if (answer.ErrorCode is not ErrorCode.None and not ErrorCode.UnknownMemberId)
            {
                cluster.Logger.LogWarning("Group {Group} could not be left: {Reason}", options.GroupId, Explain(answer));
            }
        }
        catch (KafkaException e)
        {
            cluster.Logger.LogWarning("Group {Group} could not be left, and notices it after the session's time: {Reason}", options.GroupId, e.Message);
        }
    }

    private static string? Explain(ConsumerGroupHeartbeatResponse answer) =>
        answer.ErrorCode == ErrorCode.None ? null : $"{answer.ErrorCode.Name()}. {answer.ErrorMessage ?? answer.ErrorCode.Description()}";
}
