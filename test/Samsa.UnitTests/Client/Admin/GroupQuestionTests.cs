using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Client.Consumer.Groups.Assignors;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client.Admin;

/// <summary>Questions about groups, which only the coordinator of each answers.</summary>
public sealed class GroupQuestionTests : IAsyncDisposable
{
    private static readonly TopicPartition A0 = new("a", 0);
    private static readonly TopicPartition A1 = new("a", 1);

    private readonly AdminScript _script = new();
    private readonly Dictionary<string, int> _coordinators = new() { ["g1"] = 1, ["g2"] = 2, ["g3"] = 2 };

    public GroupQuestionTests() => _script.Cluster
        .On(ApiKey.FindCoordinator, FindCoordinator)
        .On(ApiKey.DescribeGroups, request => Classic(request, ((DescribeGroupsRequest)request.Message).Groups))
        .On(ApiKey.DeleteGroups, DeleteGroups)
        .On(ApiKey.OffsetFetch, OffsetFetch)
        .On(ApiKey.LeaveGroup, LeaveGroup)
        .On(ApiKey.ListGroups, ListGroups);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _script.DisposeAsync();

    [Theory]
    [InlineData(6)]
    [InlineData(3)]
    [InlineData(0)]
    public async Task DescribeGroupsAsync_asks_each_coordinator_once(short findVersion)
    {
        _script.Cluster.Serving(ApiKey.FindCoordinator, 0, findVersion);

        var groups = await _script.Admin.DescribeGroupsAsync(["g3", "g1", "g2", "g1"], cancellation: Cancellation);

        Assert.Equal([("g3", 2), ("g1", 1), ("g2", 2)], groups.Select(g => (g.GroupId, g.Coordinator!.Id)));
        Assert.All(groups, g => Assert.Equal((GroupState.Stable, GroupType.Classic, "consumer", "range"), (g.State, g.Type, g.ProtocolType, g.Assignor)));
        var member = Assert.Single(groups[0].Members);
        Assert.Equal(("m", "client", "/10.0.0.1"), (member.MemberId, member.ClientId, member.Host));
        Assert.Equal([A0, A1], member.Assignment);
        Assert.Single(_script.At<DescribeGroupsRequest>(1));
        Assert.Equal(["g3", "g2"], Assert.Single(_script.At<DescribeGroupsRequest>(2)).Groups);
    }

    [Fact]
    public async Task DescribeGroupsAsync_follows_a_coordinator_that_moved_and_repeats_nothing_else()
    {
        _script.Cluster.On(ApiKey.DescribeGroups, request =>
        {
            // It moves while it is asked.
            _coordinators["g1"] = 2;
            return Classic(request, ((DescribeGroupsRequest)request.Message).Groups);
        });

        var groups = await _script.Admin.DescribeGroupsAsync(["g1", "g2"], cancellation: Cancellation);

        Assert.All(groups, g => Assert.True(g.Succeeded, g.ErrorMessage));
        Assert.Equal(2, groups[0].Coordinator!.Id);
        Assert.Equal([["g2"], ["g1"]], _script.At<DescribeGroupsRequest>(2).Select(r => r.Groups.ToArray()));
    }

    [Fact]
    public async Task DescribeGroupsAsync_waits_for_a_coordinator_that_is_not_there_yet()
    {
        int asked = 0;
        _script.Cluster.On(ApiKey.FindCoordinator, request => ++asked == 1 ? Unavailable(request) : FindCoordinator(request));

        Assert.True((await _script.Admin.DescribeGroupsAsync(["g1"], cancellation: Cancellation))[0].Succeeded);
        Assert.Equal(2, asked);

        static FindCoordinatorResponse Unavailable(ScriptedRequest request) => new()
        {
            Coordinators = [.. ((FindCoordinatorRequest)request.Message).CoordinatorKeys.Select(
                key => new FindCoordinatorResponse.Coordinator { Key = key, NodeId = -1, ErrorCode = ErrorCode.CoordinatorNotAvailable })],
        };
    }

    [Fact]
    public async Task DescribeGroupsAsync_asks_about_groups_of_the_new_protocol_first()
    {
        _script.Cluster.On(ApiKey.ConsumerGroupDescribe, request => new ConsumerGroupDescribeResponse
        {
            Groups = [.. ((ConsumerGroupDescribeRequest)request.Message).GroupIds.Select(id => id == "g3" ? New() : new ConsumerGroupDescribeResponse.DescribedGroup
            {
                GroupId = id,
                ErrorCode = ErrorCode.GroupIdNotFound,
                ErrorMessage = $"Group {id} is not a consumer group.",
            })],
        });

        var groups = await _script.Admin.DescribeGroupsAsync(["g2", "g3"], cancellation: Cancellation);

        Assert.Equal([GroupType.Classic, GroupType.Consumer], groups.Select(g => g.Type));
        Assert.Equal(["g2"], Assert.Single(_script.At<DescribeGroupsRequest>(2)).Groups);
        var group = groups[1];
        Assert.Equal((GroupState.Reconciling, "uniform", 5, 4), (group.State, group.Assignor, group.GroupEpoch, group.TargetAssignmentEpoch));
        var member = Assert.Single(group.Members);
        Assert.Equal((3, false, "rack-1"), (member.MemberEpoch, member.IsClassic, member.Rack));
        Assert.Equal([A1], member.Assignment);
        Assert.Equal([A0, A1], member.TargetAssignment);

        static ConsumerGroupDescribeResponse.DescribedGroup New() => new()
        {
            GroupId = "g3",
            GroupState = "Reconciling",
            GroupEpoch = 5,
            AssignmentEpoch = 4,
            AssignorName = "uniform",
            Members =
            [
                new()
                {
                    MemberId = "m", MemberEpoch = 3, RackId = "rack-1", MemberType = 1,
                    Assignment = new() { TopicPartitions = [new() { TopicName = "a", Partitions = [1] }] },
                    TargetAssignment = new() { TopicPartitions = [new() { TopicName = "a", Partitions = [0, 1] }] },
                },
            ],
        };
    }

    [Fact]
    public async Task DescribeGroupsAsync_tells_of_an_assignment_that_cannot_be_read_for_its_group_only()
    {
        _script.Cluster.On(ApiKey.DescribeGroups, request =>
        {
            var response = Classic(request, ((DescribeGroupsRequest)request.Message).Groups);
            response.Groups.Find(g => g.GroupId == "g3")!.Members[0].MemberAssignment = new byte[] { 0, 0, 0, 0, 0, 9 };
            return response;
        });

        var groups = await _script.Admin.DescribeGroupsAsync(["g2", "g3"], cancellation: Cancellation);

        Assert.Equal([ErrorCode.None, ErrorCode.InconsistentGroupProtocol], groups.Select(g => g.Error));
    }

    [Fact]
    public async Task DeleteGroupsAsync_tells_of_each_group()
    {
        var results = await _script.Admin.DeleteGroupsAsync(["g1", "g2", "g3"], Cancellation);

        Assert.Equal([("g1", ErrorCode.None), ("g2", ErrorCode.None), ("g3", ErrorCode.NonEmptyGroup)], results.Select(r => (r.GroupId, r.Error)));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(5)]
    [InlineData(2)]
    public async Task ListGroupOffsetsAsync_keeps_offsets_and_failures_apart(short version)
    {
        _script.Cluster.Serving(ApiKey.OffsetFetch, 0, version);

        var groups = await _script.Admin.ListGroupOffsetsAsync(["g2", "g3"], cancellation: Cancellation);

        Assert.Equal(["g2", "g3"], groups.Select(g => g.GroupId));
        Assert.All(groups, g => Assert.Equal((A0, new CommittedOffset(7, version >= 5 ? 1 : -1, "text")), (Assert.Single(g.Offsets).Key, g.Offsets[A0])));
        Assert.All(groups, g => Assert.Equal((A1, ErrorCode.UnstableOffsetCommit), (Assert.Single(g.Failures).Partition, g.Failures[0].Error)));
        Assert.Equal(version >= 8 ? 1 : 2, _script.At<OffsetFetchRequest>(2).Count());
    }

    [Fact]
    public async Task ListGroupOffsetsAsync_refuses_what_an_old_broker_would_not_keep()
    {
        _script.Cluster.Serving(ApiKey.OffsetFetch, 0, 5);

        var groups = await _script.Admin.ListGroupOffsetsAsync(["g2"], requireStable: true, Cancellation);

        Assert.Equal(ErrorCode.UnsupportedVersion, Assert.Single(groups).Error);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(2)]
    public async Task RemoveGroupMembersAsync_names_static_members_by_their_own_id(short version)
    {
        _script.Cluster.Serving(ApiKey.LeaveGroup, 0, version);
        GroupMemberDescription[] members = [new() { MemberId = "m1" }, new() { MemberId = "m2", InstanceId = "i2" }];

        var results = await _script.Admin.RemoveGroupMembersAsync("g2", members, "gone", Cancellation);

        Assert.Equal([("m1", null, ErrorCode.None), ("m2", "i2", ErrorCode.None)], results.Select(r => (r.MemberId, r.InstanceId, r.Error)));
        var requests = _script.At<LeaveGroupRequest>(2).ToList();
        if (version < 3)
            Assert.Equal(["m1", "m2"], requests.Select(r => r.MemberId));
        else
            Assert.Equal([("m1", null, "gone"), ("", "i2", "gone")], Assert.Single(requests).Members.Select(m => (m.MemberId, m.GroupInstanceId, m.Reason)));
    }

    [Fact]
    public async Task ListGroupsAsync_asks_every_broker()
    {
        var groups = await _script.Admin.ListGroupsAsync([GroupState.Empty], [GroupType.Classic], Cancellation);

        Assert.Equal(["both", "of-1", "of-2"], groups.Select(g => g.GroupId).Order());
        Assert.All(groups, g => Assert.Equal((GroupState.Empty, GroupType.Classic), (g.State, g.Type)));
        Assert.All(_script.Cluster.Requests<ListGroupsRequest>(), r => Assert.Equal(("Empty", "Classic"), (Assert.Single(r.StatesFilter), Assert.Single(r.TypesFilter))));
    }

    [Fact]
    public async Task ListGroupsAsync_of_old_brokers_has_classic_groups_without_states()
    {
        _script.Cluster.Serving(ApiKey.ListGroups, 0, 3);

        var groups = await _script.Admin.ListGroupsAsync(types: [GroupType.Classic, GroupType.Consumer], cancellation: Cancellation);

        Assert.Equal(3, groups.Count);
        Assert.All(groups, g => Assert.Equal((GroupState.Unknown, GroupType.Classic), (g.State, g.Type)));
        Assert.Empty(await _script.Admin.ListGroupsAsync(types: [GroupType.Consumer], cancellation: Cancellation));
        var failure = await Assert.ThrowsAsync<KafkaException>(() => _script.Admin.ListGroupsAsync([GroupState.Empty], cancellation: Cancellation));
        Assert.Equal(ErrorCode.UnsupportedVersion, failure.ErrorCode);
    }

    [Fact]
    public async Task ListGroupsAsync_hides_no_broker_that_cannot_tell()
    {
        _script.Cluster.On(ApiKey.ListGroups, request => request.Broker.Host == AdminScript.Host(2)
            ? new ListGroupsResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed }
            : ListGroups(request));

        var failure = await Assert.ThrowsAsync<KafkaException>(() => _script.Admin.ListGroupsAsync(cancellation: Cancellation));

        Assert.Equal(ErrorCode.ClusterAuthorizationFailed, failure.ErrorCode);
    }

    private static ListGroupsResponse ListGroups(ScriptedRequest request)
    {
        string own = request.Broker.Host == AdminScript.Host(1) ? "of-1" : "of-2";
        return new ListGroupsResponse
        {
            Groups =
            [
                new() { GroupId = own, ProtocolType = "consumer", GroupState = "Empty", GroupType = "classic" },
                new() { GroupId = "both", ProtocolType = "", GroupState = "Empty", GroupType = "Classic" },
            ],
        };
    }

    private FindCoordinatorResponse FindCoordinator(ScriptedRequest request)
    {
        var asked = (FindCoordinatorRequest)request.Message;
        if (request.Version < 4)
        {
            int node = _coordinators[asked.Key];
            return new FindCoordinatorResponse { NodeId = node, Host = AdminScript.Host(node), Port = 9092 };
        }

        return new FindCoordinatorResponse
        {
            Coordinators = [.. asked.CoordinatorKeys.Select(key => new FindCoordinatorResponse.Coordinator
            {
                Key = key, NodeId = _coordinators[key], Host = AdminScript.Host(_coordinators[key]), Port = 9092,
            })],
        };
    }

    private DescribeGroupsResponse Classic(ScriptedRequest request, IEnumerable<string> groups) => new()
    {
        Groups = [.. groups.Select(group => _coordinators[group].ToString(System.Globalization.CultureInfo.InvariantCulture) == request.Broker.Host["broker-".Length..]
            ? new DescribeGroupsResponse.DescribedGroup
            {
                GroupId = group,
                GroupState = "Stable",
                ProtocolType = "consumer",
                ProtocolData = "range",
                Members =
                [
                    new()
                    {
                        MemberId = "m", ClientId = "client", ClientHost = "/10.0.0.1",
                        MemberAssignment = ConsumerProtocol.Encode(new MemberAssignment([A0, A1])),
                    },
                ],
            }
            : new DescribeGroupsResponse.DescribedGroup { GroupId = group, ErrorCode = ErrorCode.NotCoordinator })],
    };

    private static DeleteGroupsResponse DeleteGroups(ScriptedRequest request) => new()
    {
        Results = [.. ((DeleteGroupsRequest)request.Message).GroupsNames.Select(group => new DeleteGroupsResponse.DeletableGroupResult
        {
            GroupId = group, ErrorCode = group == "g3" ? ErrorCode.NonEmptyGroup : ErrorCode.None,
        })],
    };

    private static OffsetFetchResponse OffsetFetch(ScriptedRequest request)
    {
        var asked = (OffsetFetchRequest)request.Message;
        return request.Version < 8
            ? new OffsetFetchResponse
            {
                Topics =
                [
                    new()
                    {
                        Name = "a",
                        Partitions =
                        [
                            new() { PartitionIndex = 0, CommittedOffset = 7, CommittedLeaderEpoch = request.Version >= 5 ? 1 : -1, Metadata = "text" },
                            new() { PartitionIndex = 1, CommittedOffset = -1, Metadata = "", ErrorCode = ErrorCode.UnstableOffsetCommit },
                            new() { PartitionIndex = 2, CommittedOffset = -1, Metadata = "" },
                        ],
                    },
                ],
            }
            : new OffsetFetchResponse
            {
                Groups = [.. asked.Groups.Select(group => new OffsetFetchResponse.OffsetFetchResponseGroup
                {
                    GroupId = group.GroupId,
                    Topics =
                    [
                        new()
                        {
                            Name = "a",
                            Partitions =
                            [
                                new() { PartitionIndex = 0, CommittedOffset = 7, CommittedLeaderEpoch = 1, Metadata = "text" },
                                new() { PartitionIndex = 1, CommittedOffset = -1, Metadata = "", ErrorCode = ErrorCode.UnstableOffsetCommit },
                                new() { PartitionIndex = 2, CommittedOffset = -1, Metadata = "" },
                            ],
                        },
                    ],
                })],
            };
    }

    private static LeaveGroupResponse LeaveGroup(ScriptedRequest request)
    {
        var asked = (LeaveGroupRequest)request.Message;
        return new LeaveGroupResponse
        {
            Members = [.. asked.Members.Select(m => new LeaveGroupResponse.MemberResponse { MemberId = m.MemberId, GroupInstanceId = m.GroupInstanceId })],
        };
    }
}
