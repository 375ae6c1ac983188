using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>What the cases of groups are made of: groups in every state, and the requests.</summary>
internal static class GroupScene
{
    /// <summary>Nothing runs out while the tests do: then the groups of both brokers stay alike.</summary>
    private const int LongTimeoutMs = 1_700_000;

    private const short JoinAtOnce = 3;
    private const short JoinStatic = 5;

    /// <summary>The name of a group whose coordinator serves; Apache Kafka makes and loads the topic of offsets first.</summary>
    public static async Task<string> GroupAsync(this Scene s, string suffix = "g")
    {
        var group = s.Name(suffix);
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (true)
        {
            var found = await s.PrepareAsync<FindCoordinatorResponse>(new FindCoordinatorRequest { Key = group }, 3);
            var fetched = await s.PrepareAsync<OffsetFetchResponse>(new OffsetFetchRequest { GroupId = group, Topics = null }, 7);
            if (found.ErrorCode == ErrorCode.None && fetched.ErrorCode == ErrorCode.None)
                return group;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, timeout.Token);
        }
    }

    /// <summary>A member that was told its generation; the group waits for its assignment.</summary>
    public static Task<JoinGroupResponse> JoinedAsync(this Scene s, string group, string? instance = null, string memberId = "") =>
        s.PrepareAsync<JoinGroupResponse>(Join(group, memberId, instance), instance is null ? JoinAtOnce : JoinStatic);

    /// <summary>The only member of a stable group.</summary>
    public static async Task<JoinGroupResponse> StableAsync(this Scene s, string group, string? instance = null)
    {
        var joined = await s.JoinedAsync(group, instance);
        await s.PrepareAsync<SyncGroupResponse>(Sync(group, joined, instance), 3);
        return joined;
    }

    /// <summary>A member whose group prepares a rebalance for another one.</summary>
    public static async Task<JoinGroupResponse> PreparingAsync(this Scene s, string group, string? instance = null)
    {
        var joined = await s.StableAsync(group, instance);
        await s.PostAsideAsync(Join(group), JoinAtOnce);
        await s.AwaitStateAsync(group, "PreparingRebalance");
        return joined;
    }

    /// <summary>A group that had a member.</summary>
    public static async Task<JoinGroupResponse> LeftAsync(this Scene s, string group)
    {
        var joined = await s.StableAsync(group);
        await s.PrepareAsync<LeaveGroupResponse>(new LeaveGroupRequest { GroupId = group, MemberId = joined.MemberId }, 2);
        return joined;
    }

    /// <summary>Commits as somebody who only keeps offsets.</summary>
    public static Task<OffsetCommitResponse> CommitAsync(this Scene s, string group, WireTopic topic, params (int Partition, long Offset)[] offsets) =>
        s.PrepareAsync<OffsetCommitResponse>(Commit(group, topic, offsets), 8);

    public static async Task AwaitStateAsync(this Scene s, string group, string state)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while ((await s.PrepareAsync<DescribeGroupsResponse>(new DescribeGroupsRequest { Groups = [group] }, 3)).Groups[0].GroupState != state)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, timeout.Token);
    }

    public static JoinGroupRequest Join(
        string group, string memberId = "", string? instance = null, string type = "consumer", int session = LongTimeoutMs, params string[] protocols) => new()
        {
            GroupId = group,
            MemberId = memberId,
            GroupInstanceId = instance,
            ProtocolType = type,
            SessionTimeoutMs = session,
            RebalanceTimeoutMs = LongTimeoutMs,
            Protocols = [.. (protocols.Length == 0 ? ["range"] : protocols).Select(name => new JoinGroupRequest.JoinGroupRequestProtocol { Name = name, Metadata = Subscription("read") })],
        };

    public static SyncGroupRequest Sync(string group, JoinGroupResponse joined, string? instance = null, int? generation = null, bool named = false) => new()
    {
        GroupId = group,
        GenerationId = generation ?? joined.GenerationId,
        MemberId = joined.MemberId,
        GroupInstanceId = instance,
        ProtocolType = named ? "consumer" : null,
        ProtocolName = named ? "range" : null,
        Assignments = [new SyncGroupRequest.SyncGroupRequestAssignment { MemberId = joined.MemberId, Assignment = "mine"u8.ToArray() }],
    };

    public static OffsetCommitRequest Commit(string group, WireTopic topic, params (int Partition, long Offset)[] offsets) => new()
    {
        GroupId = group,
        Topics =
        [
            new OffsetCommitRequest.OffsetCommitRequestTopic
            {
                Name = topic.Name,
                TopicId = topic.Id,
                Partitions = [.. offsets.Select(one => new OffsetCommitRequest.OffsetCommitRequestPartition
                {
                    PartitionIndex = one.Partition,
                    CommittedOffset = one.Offset,
                    CommittedMetadata = "text",
                })],
            },
        ],
    };

    /// <summary>What a consumer says about itself.</summary>
    public static byte[] Subscription(params string[] topics)
    {
        using var writer = new WireWriter();
        writer.WriteInt16(0);
        new ConsumerProtocolSubscription { Topics = [.. topics] }.Write(writer, 0);
        return writer.WrittenMemory.ToArray();
    }
}
