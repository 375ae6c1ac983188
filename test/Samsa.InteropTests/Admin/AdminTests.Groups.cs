using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.InteropTests.Groups;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.InteropTests.Admin;

/// <content>Groups.</content>
public abstract partial class AdminTests
{
    [Fact]
    public async Task Groups_are_made_listed_described_and_deleted()
    {
        TopicPartition first = new("grouped", 0), second = new("grouped", 1), missing = new("grouped", 9);
        await _admin.CreateTopicAsync(new("grouped") { Partitions = 2, ReplicationFactor = 1 }, Cancellation);
        await Conditions.UntilAsync("the partitions have leaders", () => DescribeAsync("grouped"), t => t.Partitions.Count == 2 && t.Partitions.All(p => p.Leader >= 0));
        Dictionary<TopicPartition, CommittedOffset> offsets = new() { [first] = new(4, Metadata: "text"), [second] = new(2), [missing] = new(1) };

        var altered = await _admin.AlterGroupOffsetsAsync("admin-empty", offsets, Cancellation);
        Assert.Equal([(first, ErrorCode.None), (second, ErrorCode.None), (missing, ErrorCode.UnknownTopicOrPartition)], altered.Select(r => (r.Partition, r.Error)));
        string server = (await target.StartedAsync()).BootstrapServers;
        await using (var member = GroupMember.Kcat(server, ["grouped"], "admin-live", "group.instance.id=instance-1", "client.id=client-1", "enable.auto.commit=false", "session.timeout.ms=120000"))
        {
            await Conditions.UntilAsync("the group is stable", () => DescribeGroupAsync("admin-live"), g => g is { State: GroupState.Stable, Members: [{ Assignment.Count: 2 }] });

            var listed = (await _admin.ListGroupsAsync(cancellation: Cancellation)).Where(g => g.GroupId.StartsWith("admin-", StringComparison.Ordinal));
            Assert.Equal(
                [new("admin-empty", "", GroupState.Empty, GroupType.Classic), new("admin-live", "consumer", GroupState.Stable, GroupType.Classic)],
                listed.OrderBy(g => g.GroupId, StringComparer.Ordinal));
            Assert.Equal(["admin-live"], (await _admin.ListGroupsAsync([GroupState.Stable], [GroupType.Classic], Cancellation)).Select(g => g.GroupId));

            var described = await _admin.DescribeGroupsAsync(["admin-live", "admin-none", "admin-empty"], includeAuthorizedOperations: true, Cancellation);
            Assert.Equal([GroupState.Stable, GroupState.Dead, GroupState.Empty], described.Select(g => g.Error == ErrorCode.GroupIdNotFound ? GroupState.Dead : g.State));
            Assert.Equal(("range", "consumer", GroupType.Classic), (described[0].Assignor, described[0].ProtocolType, described[0].Type));
            Assert.NotEqual(int.MinValue, described[0].AuthorizedOperations);
            Assert.Equal((await _admin.DescribeClusterAsync(cancellation: Cancellation)).Brokers[0], described[0].Coordinator);
            var one = Assert.Single(described[0].Members);
            Assert.Equal(("instance-1", "client-1", "/127.0.0.1"), (one.InstanceId, one.ClientId, one.Host));
            Assert.Equal([first, second], one.Assignment.OrderBy(p => p.Partition));

            var kept = await _admin.AlterGroupOffsetsAsync("admin-live", new Dictionary<TopicPartition, CommittedOffset> { [first] = new(1) }, Cancellation);
            Assert.Equal(ErrorCode.UnknownMemberId, Assert.Single(kept).Error);
            Assert.Equal(ErrorCode.GroupSubscribedToTopic, Assert.Single(await _admin.DeleteGroupOffsetsAsync("admin-live", [first], Cancellation)).Error);
            Assert.Equal([ErrorCode.NonEmptyGroup, ErrorCode.GroupIdNotFound], (await _admin.DeleteGroupsAsync(["admin-live", "admin-none"], Cancellation)).Select(r => r.Error));
        }

        var removed = await _admin.RemoveGroupMembersAsync("admin-live", (await DescribeGroupAsync("admin-live")).Members, "gone without a word", Cancellation);
        Assert.All(removed, r => Assert.Equal(("instance-1", ErrorCode.None), (r.InstanceId, r.Error)));
        Assert.Equal(GroupState.Empty, (await DescribeGroupAsync("admin-live")).State);

        var committed = await _admin.ListGroupOffsetsAsync(["admin-empty", "admin-none"], requireStable: true, Cancellation);
        Assert.Equal(new() { [first] = (4, "text"), [second] = (2, "") }, committed[0].Offsets.ToDictionary(o => o.Key, o => (o.Value.Offset, o.Value.Metadata)));
        Assert.Empty(committed[1].Offsets);
        Assert.True((await _admin.DeleteGroupOffsetsAsync("admin-empty", [first], Cancellation))[0].Succeeded);
        Assert.Equal(ErrorCode.GroupIdNotFound, (await _admin.DeleteGroupOffsetsAsync("admin-none", [first], Cancellation))[0].Error);
        Assert.Equal([second], (await _admin.ListGroupOffsetsAsync(["admin-empty"], cancellation: Cancellation))[0].Offsets.Keys);
        Assert.All(await _admin.DeleteGroupsAsync(["admin-empty", "admin-live"], Cancellation), r => Assert.True(r.Succeeded, r.ErrorMessage));
        Assert.DoesNotContain(await _admin.ListGroupsAsync(cancellation: Cancellation), g => g.GroupId.StartsWith("admin-", StringComparison.Ordinal));
    }

    private async Task<GroupDescription> DescribeGroupAsync(string group) => (await _admin.DescribeGroupsAsync([group], cancellation: Cancellation))[0];
}
