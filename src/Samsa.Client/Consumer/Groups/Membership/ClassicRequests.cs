using Microsoft.Extensions.Logging;
using Samsa.Client.Connections;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.Client.Consumer.Groups.Membership;

/// <summary>
/// The requests of a classic group, and the work of its leader. Owns the assignors, which are asked by one thread at a time because a membership waits for
/// each of these steps before it takes the next.
/// </summary>
internal sealed class ClassicRequests(
    GroupCoordinator coordinator, ClusterClient cluster, ConsumerOptions options, IReadOnlyList<PartitionAssignor> assignors, TopicWatch watch)
    : IMembershipRequests
{
    private const short FirstJoinWithInstance = 5;
    private const short FirstWithInstance = 3;
    private const short FirstLeaveWithMembers = 3;

    // Java's consumer has the same allowance: the coordinator answers when the last member has joined or its time is over.
    private static readonly TimeSpan JoinAllowance = TimeSpan.FromSeconds(5);

    public Task RunAsync(MembershipEffect effect, Action<MembershipEvent> report, CancellationToken cancellation) => effect switch
    {
        MembershipEffect.Join join => JoinAsync(join, report, cancellation),
        MembershipEffect.Share share => ShareAsync(share, report, cancellation),
        MembershipEffect.Sync sync => SyncAsync(sync, report, cancellation),
        MembershipEffect.Heartbeat heartbeat => HeartbeatAsync(heartbeat, report, cancellation),
        MembershipEffect.Leave leave => LeaveAsync(leave, cancellation),
        _ => throw new InvalidOperationException($"A classic group knows nothing of {effect}."),
    };

    public void Announce(CallerRound round)
    {
        if (round.Assignment is { } assignment && Find(round.Assignor) is { } assignor)
        {
            var member = round.Member;
            assignor.OnAssignment(assignment, new ConsumerGroupMetadata(options.GroupId!, member.Generation, member.MemberId, member.InstanceId));
        }
    }

    private async Task JoinAsync(MembershipEffect.Join join, Action<MembershipEvent> report, CancellationToken cancellation)
    {
        var longest = options.MaxPollInterval + JoinAllowance;
        try
        {
            var answer = await coordinator.AskAsync(
                ClientApis.JoinGroup,
                ConnectionPurpose.Group,
                version => Request(join, version),
                longest > options.RequestTimeout ? longest : options.RequestTimeout,
                cancellation).ConfigureAwait(false);
            coordinator.Heed(answer.ErrorCode);
            report(new MembershipEvent.JoinAnswered(join.Attempt, answer.ErrorCode, Explain(answer.ErrorCode), answer));
        }
        catch (KafkaException e)
        {
            report(new MembershipEvent.JoinAnswered(join.Attempt, e.ErrorCode, e.Message, null));
        }
        catch (Exception e) when (e is not OperationCanceledException and not ObjectDisposedException)
        {
            // SubscriptionUserData is code of the user's.
            report(new MembershipEvent.JoinAnswered(join.Attempt, ErrorCode.InconsistentGroupProtocol, $"An assignor failed: {e.Message}", null));
        }
    }

    private JoinGroupRequest Request(MembershipEffect.Join join, short version)
    {
        RequireInstances(version, FirstJoinWithInstance);
        var request = new JoinGroupRequest
        {
            GroupId = options.GroupId!,
            SessionTimeoutMs = (int)options.SessionTimeout.TotalMilliseconds,
            RebalanceTimeoutMs = (int)options.MaxPollInterval.TotalMilliseconds,
            MemberId = join.Member.MemberId,
            GroupInstanceId = join.Member.InstanceId,
            ProtocolType = ConsumerProtocol.ProtocolType,
            Reason = join.Reason,
        };
        string[] topics = [.. join.Topics];
        foreach (var assignor in assignors)
        {
            var subscription = new MemberSubscription(join.Member.MemberId, topics)
            {
                UserData = assignor.SubscriptionUserData(topics),
                OwnedPartitions = [.. join.Owned],
                Generation = join.Member.Generation,
                RackId = options.ClientRack,
            };
            request.Protocols.Add(new JoinGroupRequest.JoinGroupRequestProtocol
            {
                Name = assignor.Name,
                Metadata = ConsumerProtocol.Encode(subscription),
            });
        }

        return request;
    }

    private async Task ShareAsync(MembershipEffect.Share share, Action<MembershipEvent> report, CancellationToken cancellation)
    {
        try
        {
            var joined = share.Joined;
            List<MemberSubscription> members = [];
            SortedSet<string> topics = new(StringComparer.Ordinal);
            foreach (var member in joined.Members)
            {
                var subscription = ConsumerProtocol.DecodeSubscription(member.Metadata, member.MemberId, member.GroupInstanceId);
                members.Add(subscription);
                topics.UnionWith(subscription.Topics);
            }

            var counts = await watch.FollowGroupAsync(share.Attempt, topics, cancellation).ConfigureAwait(false);
            List<SyncGroupRequest.SyncGroupRequestAssignment> assignments = [];
            if (!joined.SkipAssignment)
            {
                // A static leader that came back is told to leave everything as it was (KIP-814).
                Assign(joined, members, counts, assignments);
            }

            report(new MembershipEvent.Shared(share.Attempt, assignments, counts, null));
        }
        catch (Exception e) when (e is not OperationCanceledException and not ObjectDisposedException)
        {
            // An assignor is code of the user's, and subscriptions are bytes of other members: whatever it is, the caller has to know.
            report(new MembershipEvent.Shared(share.Attempt, [], new Dictionary<string, int>(), new KafkaException(
                ErrorCode.InconsistentGroupProtocol, $"The partitions of group '{options.GroupId}' could not be shared out: {e.Message}", e)));
        }
    }

    private void Assign(
        JoinGroupResponse joined,
        List<MemberSubscription> members,
        IReadOnlyDictionary<string, int> counts,
        List<SyncGroupRequest.SyncGroupRequestAssignment> assignments)
    {
        var assignor = Find(joined.ProtocolName) ?? throw new InvalidOperationException(
            $"The coordinator chose '{joined.ProtocolName}', which is not among partition.assignment.strategy.");
        var topics = new Dictionary<string, AssignableTopic>(StringComparer.Ordinal);
        List<string> missing = [];
        foreach (var (name, count) in counts)
        {
            if (count > 0)
            {
                topics.Add(name, new AssignableTopic(name, count) { ReplicaRacks = Racks(cluster.Metadata.Snapshot, name, count) });
            }
            else
            {
                missing.Add(name);
            }
        }

        if (missing.Count > 0)
        {
            cluster.Logger.LogWarning(
                "Group {Group} subscribes to topics that do not exist yet: {Topics}", options.GroupId, string.Join(", ", missing));
        }

        var shares = assignor.Assign(topics, members);
        foreach (var member in members)
        {
            assignments.Add(new SyncGroupRequest.SyncGroupRequestAssignment
            {
                MemberId = member.MemberId,
                Assignment = ConsumerProtocol.Encode(shares.GetValueOrDefault(member.MemberId, MemberAssignment.None)),
            });
        }
    }

    private static List<IReadOnlyList<string>>? Racks(ClusterSnapshot snapshot, string name, int count)
    {
        if (snapshot.Brokers.All(b => b.Rack is null) || snapshot.Topic(name) is not { } topic)
        {
            return null;
        }

        List<IReadOnlyList<string>> racks = [];
        for (var i = 0; i < count; i++)
        {
            racks.Add([.. (topic.Find(i)?.Replicas ?? []).Select(id => snapshot.Broker(id)?.Rack).OfType<string>()]);
        }

        return racks;
    }

    private async Task SyncAsync(MembershipEffect.Sync sync, Action<MembershipEvent> report, CancellationToken cancellation)
    {
        try
        {
            var answer = await coordinator.AskAsync(
                ClientApis.SyncGroup,
                ConnectionPurpose.Group,
                version =>
                {
                    RequireInstances(version, FirstWithInstance);
                    return new SyncGroupRequest
                    {
                        GroupId = options.GroupId!,
                        GenerationId = sync.Member.Generation,
                        MemberId = sync.Member.MemberId,
                        GroupInstanceId = sync.Member.InstanceId,
                        ProtocolType = ConsumerProtocol.ProtocolType,
                        ProtocolName = sync.Assignor,
                        Assignments = sync.Assignments,
                    };
                },
                null,
                cancellation).ConfigureAwait(false);
            coordinator.Heed(answer.ErrorCode);
            var assignment = answer.ErrorCode == ErrorCode.None ? ConsumerProtocol.DecodeAssignment(answer.Assignment) : null;
            report(new MembershipEvent.SyncAnswered(sync.Attempt, answer.ErrorCode, Explain(answer.ErrorCode), assignment));
        }
        catch (ProtocolViolationException e)
        {
            report(new MembershipEvent.SyncAnswered(sync.Attempt, ErrorCode.InconsistentGroupProtocol, $"The assignment cannot be read: {e.Message}", null));
        }
        catch (KafkaException e)
        {
            report(new MembershipEvent.SyncAnswered(sync.Attempt, e.ErrorCode, e.Message, null));
        }
    }

    private async Task HeartbeatAsync(MembershipEffect.Heartbeat heartbeat, Action<MembershipEvent> report, CancellationToken cancellation)
    {
        try
        {
            var answer = await coordinator.AskAsync(
                ClientApis.Heartbeat,
                ConnectionPurpose.Group,
                version =>
                {
                    RequireInstances(version, FirstWithInstance);
                    return new HeartbeatRequest
                    {
                        GroupId = options.GroupId!,
                        GenerationId = heartbeat.Member.Generation,
                        MemberId = heartbeat.Member.MemberId,
                        GroupInstanceId = heartbeat.Member.InstanceId,
                    };
                },
                options.SessionTimeout < options.RequestTimeout ? options.SessionTimeout : null,
                cancellation).ConfigureAwait(false);
            coordinator.Heed(answer.ErrorCode);
            report(new MembershipEvent.HeartbeatAnswered(heartbeat.Attempt, answer.ErrorCode, Explain(answer.ErrorCode)));
        }
        catch (KafkaException e)
        {
            report(new MembershipEvent.HeartbeatAnswered(heartbeat.Attempt, e.ErrorCode, e.Message));
        }
    }

    // Over the connection for short questions: a JoinGroup that waits for others may stand in the way on the other one.
    private async Task LeaveAsync(MembershipEffect.Leave leave, CancellationToken cancellation)
    {
        try
        {
            var answer = await coordinator.AskAsync(
                ClientApis.LeaveGroup,
                ConnectionPurpose.Control,
                version => version < FirstLeaveWithMembers
                    ? new LeaveGroupRequest { GroupId = options.GroupId!, MemberId = leave.Member.MemberId }
                    : new LeaveGroupRequest
                    {
                        GroupId = options.GroupId!,
                        Members = [new() { MemberId = leave.Member.MemberId, GroupInstanceId = leave.Member.InstanceId, Reason = leave.Reason }],
                    },
                null,
                cancellation).ConfigureAwait(false);
            var error = answer.ErrorCode == ErrorCode.None && answer.Members.Count > 0 ? answer.Members[0].ErrorCode : answer.ErrorCode;
            if (error is not ErrorCode.None and not ErrorCode.UnknownMemberId)
            {
                cluster.Logger.LogWarning("Group {Group} could not be left: {Reason}", options.GroupId, Explain(error));
            }
        }
        catch (KafkaException e)
        {
            cluster.Logger.LogWarning("Group {Group} could not be left, and notices it after session.timeout.ms: {Reason}", options.GroupId, e.Message);
        }
    }

    private PartitionAssignor? Find(string? name)
    {
        foreach (var assignor in assignors)
        {
            if (assignor.Name == name)
            {
                return assignor;
            }
        }

        return null;
    }

    private void RequireInstances(short version, short first)
    {
        if (options.GroupInstanceId is not null && version < first)
        {
            throw new KafkaException(
                ErrorCode.UnsupportedVersion, "The coordinator is too old for static members (Kafka 2.3): group.instance.id cannot be used.");
        }
    }

    private static string? Explain(ErrorCode error) => error == ErrorCode.None ? null : $"{error.Name()}. {error.Description()}";
}
