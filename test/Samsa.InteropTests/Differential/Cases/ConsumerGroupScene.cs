using Samsa.IntegrationTests.Wire;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>What the cases of consumer groups (KIP-848) are made of.</summary>
internal static class ConsumerGroupScene
{
    /// <summary>Nothing runs out while the tests do.</summary>
    private const int LongTimeoutMs = 1_700_000;

    private const short Newest = 1;

    /// <summary>
    /// Makes a topic and waits until the coordinator gives it to members: Kafka's hears of it a moment after the brokers serve it, and groups
    /// that begin before have other epochs.
    /// </summary>
    public static async Task<WireTopic> GroupTopicAsync(this Scene s, int partitions = 1, string suffix = "t")
    {
        var (topic, probe) = (await s.TopicAsync(partitions, suffix: suffix), await s.GroupAsync("probe-" + suffix));
        await s.AwaitBeatAsync(Joining(probe, "m", topic.Name), answer => answer.Assignment is { TopicPartitions.Count: > 0 });
        await s.BeatAsync(Going(probe, "m", -1));
        await s.PrepareAsync<DeleteGroupsResponse>(new DeleteGroupsRequest { GroupsNames = [probe] }, 2);
        return topic;
    }

    /// <summary>A heartbeat that says everything, as that of a member that joins.</summary>
    public static ConsumerGroupHeartbeatRequest Joining(string group, string member, string? topic, string? instance = null, string? assignor = null) => new()
    {
        GroupId = group,
        MemberId = member,
        MemberEpoch = 0,
        InstanceId = instance,
        RebalanceTimeoutMs = LongTimeoutMs,
        SubscribedTopicNames = topic is null ? null : [topic],
        ServerAssignor = assignor,
        TopicPartitions = [],
    };

    /// <summary>A heartbeat that says nothing but that the member is there.</summary>
    public static ConsumerGroupHeartbeatRequest Going(string group, string member, int epoch, string? instance = null) => new()
    {
        GroupId = group,
        MemberId = member,
        MemberEpoch = epoch,
        InstanceId = instance,
    };

    /// <summary>A heartbeat that says what the member has.</summary>
    public static ConsumerGroupHeartbeatRequest Owning(string group, string member, int epoch, WireTopic topic, params int[] partitions)
    {
        var request = Going(group, member, epoch);
        request.TopicPartitions = partitions.Length == 0
            ? []
            : [new ConsumerGroupHeartbeatRequest.TopicPartitionsData { TopicId = topic.Id, Partitions = [.. partitions] }];
        return request;
    }

    /// <summary>Joins; the answer is not compared.</summary>
    public static Task<ConsumerGroupHeartbeatResponse> InAsync(this Scene s, string group, string member, WireTopic topic, string? instance = null) =>
        s.PrepareAsync<ConsumerGroupHeartbeatResponse>(Joining(group, member, topic.Name, instance), Newest);

    /// <summary>Sends a heartbeat; the answer is not compared.</summary>
    public static Task<ConsumerGroupHeartbeatResponse> BeatAsync(this Scene s, ConsumerGroupHeartbeatRequest request) =>
        s.PrepareAsync<ConsumerGroupHeartbeatResponse>(request, Newest);

    /// <summary>Sends a heartbeat until its answer is the awaited one.</summary>
    public static async Task AwaitBeatAsync(this Scene s, ConsumerGroupHeartbeatRequest request, Func<ConsumerGroupHeartbeatResponse, bool> isAwaited)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (!isAwaited(await s.BeatAsync(request)))
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, timeout.Token);
    }

    /// <summary>Compares the group as it is described.</summary>
    public static Task LookAsync(this Scene s, string group) => s.ProbeAsync(new ConsumerGroupDescribeRequest { GroupIds = [group] }, Newest);

    /// <summary>A commit by a member.</summary>
    public static OffsetCommitRequest Commit(string group, string member, int epoch, WireTopic topic, int partition = 0, string? instance = null)
    {
        var request = GroupScene.Commit(group, topic, (partition, 5));
        (request.MemberId, request.GenerationIdOrMemberEpoch, request.GroupInstanceId) = (member, epoch, instance);
        return request;
    }

    /// <summary>A fetch of offsets by a member.</summary>
    public static OffsetFetchRequest Fetch(string group, string? member, int epoch, WireTopic topic) => new()
    {
        Groups =
        [
            new OffsetFetchRequest.OffsetFetchRequestGroup
            {
                GroupId = group,
                MemberId = member,
                MemberEpoch = epoch,
                Topics = [new OffsetFetchRequest.OffsetFetchRequestTopics { Name = topic.Name, TopicId = topic.Id, PartitionIndexes = [0] }],
            },
        ],
    };

    /// <summary>A member of the classic protocol that reads a topic.</summary>
    public static JoinGroupRequest ClassicJoin(string group, WireTopic topic, string memberId = "", string? instance = null, string protocol = "range")
    {
        var request = GroupScene.Join(group, memberId, instance, protocols: protocol);
        foreach (var offered in request.Protocols)
            offered.Metadata = GroupScene.Subscription(topic.Name);
        return request;
    }
}
