using Samsa.Protocol.Messages;
using static Samsa.InteropTests.Differential.Cases.ConsumerGroupScene;

namespace Samsa.InteropTests.Differential.Cases;

/// <summary>Members of both protocols in one group, and groups that change from one protocol to the other.</summary>
internal static class GroupMigrationCases
{
    private const string Nobody = "nobody-7f0dcd3f-0c67-4f1b-8a3f-0f2a5a2a8a11";

    /// <summary>Adds the cases to those of heartbeats.</summary>
    public static void AddTo(CaseList list)
    {
        list.Add("joins an empty classic group", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
            await s.LeftAsync(group);
            await s.CommitAsync(group, topic, (0, 7));
            await s.ProbeAsync(Joining(group, "m1", topic.Name));
            await s.ProbeAsync(Fetch(group, null, -1, topic), 9);
            await s.LookAsync(group);
        }, 1);
        list.Add("joins a group of offsets", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
            await s.CommitAsync(group, topic, (0, 7));
            await s.ProbeAsync(Joining(group, "m1", topic.Name));
            await s.ProbeAsync(Fetch(group, "m1", 2, topic), 9);
        }, 1);
        list.Add("goes on in a classic group", async s =>
        {
            var group = await s.GroupAsync();
            await s.StableAsync(group);
            await s.ProbeAsync(Going(group, "m1", 2));
            await s.ProbeAsync(Going(group, "m1", -1));
        }, 1);
        list.Add("joins a group of another type", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(2));
            await s.PrepareAsync<JoinGroupResponse>(GroupScene.Join(group, type: "connect"), 3);
            await s.ProbeAsync(Joining(group, "m1", topic.Name));
        }, 1);
        list.Add("joins a classic group", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
            var joined = await s.PrepareAsync<JoinGroupResponse>(ClassicJoin(group, topic), 3);
            await s.PrepareAsync<SyncGroupResponse>(SyncAll(group, joined, topic, 4), 3);
            await s.ProbeAsync(Joining(group, "m1", topic.Name));
            await s.LookAsync(group);
            await s.ProbeAsync(new HeartbeatRequest { GroupId = group, MemberId = joined.MemberId, GenerationId = joined.GenerationId }, 4);
            await s.ProbeAsync(ClassicJoin(group, topic, joined.MemberId), 5);
            await s.LookAsync(group);
            await s.ProbeAsync(Going(group, "m1", 2));
            await s.ProbeAsync(GroupScene.Sync(group, joined, generation: 2), 3);
            await s.ProbeAsync(new HeartbeatRequest { GroupId = group, MemberId = joined.MemberId, GenerationId = 2 }, 4);
            await s.ProbeAsync(new DescribeGroupsRequest { Groups = [group] }, 6);
            await s.ProbeAsync(Commit(group, joined.MemberId, 2, topic), 8);
            await s.ProbeAsync(Commit(group, joined.MemberId, 1, topic), 8);
            await s.ProbeAsync(Commit(group, joined.MemberId, 3, topic), 8);
            await s.ProbeAsync(new LeaveGroupRequest { GroupId = group, Members = [new() { MemberId = joined.MemberId }, new() { MemberId = "m1" }] }, 4);
            await s.LookAsync(group);
        }, 1);
        list.Add("a classic member comes", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
            await s.InAsync(group, "m1", topic);
            await s.ProbeAsync(ClassicJoin(group, topic), 5);
            await s.ProbeAsync(ClassicJoin(group, topic, Nobody), 5);
            await s.LookAsync(group);
            await s.ProbeAsync(GroupScene.Join(group, type: "connect"), 5);
            await s.ProbeAsync(ClassicJoin(group, topic, protocol: "another"), 3);
            await s.ProbeAsync(Owning(group, "m1", 2, topic, 0, 1));
            await s.ProbeAsync(new HeartbeatRequest { GroupId = group, MemberId = Nobody, GenerationId = 3 }, 4);
            await s.ProbeAsync(new HeartbeatRequest { GroupId = group, MemberId = "m1", GenerationId = 3 }, 4);
            await s.ProbeAsync(new HeartbeatRequest { GroupId = group, MemberId = "m3", GenerationId = 3 }, 4);
            await s.ProbeAsync(new SyncGroupRequest { GroupId = group, MemberId = Nobody, GenerationId = 9 }, 3);
            await s.ProbeAsync(new SyncGroupRequest { GroupId = group, MemberId = Nobody, GenerationId = 3, ProtocolType = "consumer", ProtocolName = "wrong" }, 5);
            await s.LookAsync(group);
        }, 1);
        list.Add("the last member of the new protocol leaves", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
            await s.InAsync(group, "m1", topic);
            await s.PrepareAsync<JoinGroupResponse>(ClassicJoin(group, topic, Nobody), 5);
            await s.ProbeAsync(Going(group, "m1", -1));
            await s.ProbeAsync(new DescribeGroupsRequest { Groups = [group] }, 6);
            await s.ProbeAsync(new HeartbeatRequest { GroupId = group, MemberId = Nobody, GenerationId = 3 }, 4);
            await s.ProbeAsync(ClassicJoin(group, topic, Nobody), 5);
            await s.LookAsync(group);
        }, 1);
        list.Add("a classic member comes to an empty one", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
            await s.InAsync(group, "m1", topic);
            await s.PrepareAsync<OffsetCommitResponse>(Commit(group, "m1", 2, topic), 9);
            await s.BeatAsync(Going(group, "m1", -1));
            await s.ProbeAsync(ClassicJoin(group, topic, Nobody), 5);
            await s.ProbeAsync(ClassicJoin(group, topic), 3);
            await s.ProbeAsync(Fetch(group, null, -1, topic), 9);
            await s.LookAsync(group);
        }, 1);
        list.Add("a static member of the new protocol becomes classic", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
            await s.InAsync(group, "m1", topic, "i");
            await s.InAsync(group, "m2", topic);
            await s.ProbeAsync(ClassicJoin(group, topic, instance: "i"), 5);
            await s.LookAsync(group);
            await s.ProbeAsync(new LeaveGroupRequest { GroupId = group, Members = [new() { GroupInstanceId = "i" }, new() { GroupInstanceId = "j" }] }, 4);
        }, 1);
        list.Add("a static classic member becomes one of the new protocol", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
            var joined = await s.PrepareAsync<JoinGroupResponse>(ClassicJoin(group, topic, instance: "i"), 5);
            await s.PrepareAsync<SyncGroupResponse>(SyncAll(group, joined, topic, 4, "i"), 3);
            await s.ProbeAsync(Joining(group, "m1", topic.Name, "i"));
            await s.LookAsync(group);
        }, 1);
        list.Add("an administrator removes a static member", async s =>
        {
            var (group, topic) = (await s.GroupAsync(), await s.GroupTopicAsync(4));
            await s.InAsync(group, "m1", topic, "i");
            await s.ProbeAsync(new LeaveGroupRequest { GroupId = group, Members = [new() { GroupInstanceId = "i" }] }, 4);
            await s.LookAsync(group);
        }, 1);
    }

    private static SyncGroupRequest SyncAll(string group, JoinGroupResponse joined, Samsa.IntegrationTests.Wire.WireTopic topic, int partitions, string? instance = null)
    {
        using var writer = new Samsa.Protocol.Wire.WireWriter();
        writer.WriteInt16(0);
        new ConsumerProtocolAssignment
        {
            AssignedPartitions = [new ConsumerProtocolAssignment.TopicPartition { Topic = topic.Name, Partitions = [.. Enumerable.Range(0, partitions)] }],
        }.Write(writer, 0);
        var request = GroupScene.Sync(group, joined, instance);
        request.Assignments[0].Assignment = writer.WrittenMemory.ToArray();
        return request;
    }
}
