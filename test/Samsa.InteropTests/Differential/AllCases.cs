using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.Differential.Cases;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential;

/// <summary>The cases of every API that Samsa serves; a test fails when one has none.</summary>
internal static class AllCases
{
    public static IReadOnlyList<CaseList> Lists { get; } = Make();

    private static List<CaseList> Make()
    {
        IdempotenceCases.AddTo(ProduceCases.List);
        FrameCases.AddTo(ProduceCases.List, s => s.Produce(new WireTopic("nobody", Scene.NobodysId), Batches.Of()));
        FrameCases.AddTo(FetchCases.List, s => s.Fetch(new WireTopic("nobody", Scene.NobodysId), 0));
        FrameCases.AddTo(DataCases.ListOffsets, s => Requests.ListOffsets("nobody", (0, -1)));
        FrameCases.AddTo(DataCases.DeleteRecords, s => DataCases.Delete("nobody", 0, 0));
        FrameCases.AddTo(DataCases.InitProducerId, s => new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 1000 });
        FrameCases.AddTo(DataCases.OffsetForLeaderEpoch, s => new OffsetForLeaderEpochRequest());
        FrameCases.AddTo(IdempotenceCases.DescribeProducers, s => new DescribeProducersRequest());
        FrameCases.AddTo(ClusterCases.ApiVersions, s => new ApiVersionsRequest { ClientSoftwareName = "wire", ClientSoftwareVersion = "1" });
        FrameCases.AddTo(ClusterCases.Metadata, s => new MetadataRequest
        {
            Topics = [new MetadataRequest.MetadataRequestTopic { Name = "no body" }],
            AllowAutoTopicCreation = s.Version < 4,
        });
        FrameCases.AddTo(ClusterCases.DescribeCluster, s => new DescribeClusterRequest());
        FrameCases.AddTo(ClusterCases.DescribeTopicPartitions, s => new DescribeTopicPartitionsRequest { Topics = [new() { Name = "nobody" }] });
        FrameCases.AddTo(ClusterCases.DescribeLogDirs, s => new DescribeLogDirsRequest { Topics = [] });
        FrameCases.AddTo(ClusterCases.FindCoordinator, s => new FindCoordinatorRequest { Key = s.Version < 4 ? "g" : "", KeyType = (sbyte)(s.Version == 0 ? 0 : 9) });
        FrameCases.AddTo(TopicCases.CreateTopics, s => Requests.CreateTopics(Requests.NewTopic("no body")));
        FrameCases.AddTo(TopicCases.CreatePartitions, s => new CreatePartitionsRequest { TimeoutMs = 60_000, Topics = [] });
        FrameCases.AddTo(TopicCases.DeleteTopics, s => new DeleteTopicsRequest { TimeoutMs = 60_000 });
        FrameCases.AddTo(ConfigCases.DescribeConfigs, s => new DescribeConfigsRequest());
        FrameCases.AddTo(ConfigCases.ListConfigResources, s => new ListConfigResourcesRequest());
        FrameCases.AddTo(ConfigCases.AlterConfigs, s => new AlterConfigsRequest());
        FrameCases.AddTo(ConfigCases.IncrementalAlterConfigs, s => new IncrementalAlterConfigsRequest());
        FrameCases.AddTo(GroupCases.JoinGroup, s => GroupScene.Join(""));
        FrameCases.AddTo(GroupCases.SyncGroup, s => new SyncGroupRequest());
        FrameCases.AddTo(GroupCases.Heartbeat, s => new HeartbeatRequest());
        FrameCases.AddTo(GroupCases.LeaveGroup, s => new LeaveGroupRequest());
        FrameCases.AddTo(GroupOffsetCases.OffsetCommit, s => new OffsetCommitRequest());
        FrameCases.AddTo(GroupOffsetCases.OffsetFetch, s => s.Version < 8 ? new OffsetFetchRequest { Topics = [] } : new OffsetFetchRequest { Groups = [new() { GroupId = "nobody", Topics = [] }] });
        FrameCases.AddTo(GroupOffsetCases.OffsetDelete, s => new OffsetDeleteRequest());
        FrameCases.AddTo(GroupAdminCases.DescribeGroups, s => new DescribeGroupsRequest());
        FrameCases.AddTo(GroupAdminCases.ListGroups, s => new ListGroupsRequest { StatesFilter = s.Version < 4 ? [] : ["Dead"] });
        FrameCases.AddTo(GroupAdminCases.DeleteGroups, s => new DeleteGroupsRequest());
        GroupMigrationCases.AddTo(ConsumerGroupCases.Heartbeat);
        FrameCases.AddTo(ConsumerGroupCases.Heartbeat, s => ConsumerGroupScene.Joining("", "m1", "t"));
        FrameCases.AddTo(ConsumerGroupAdminCases.Describe, s => new ConsumerGroupDescribeRequest());
        return
        [
            ProduceCases.List, FetchCases.List, DataCases.ListOffsets, DataCases.DeleteRecords, DataCases.InitProducerId, DataCases.OffsetForLeaderEpoch,
            IdempotenceCases.DescribeProducers, ClusterCases.ApiVersions, ClusterCases.Metadata, ClusterCases.DescribeCluster,
            ClusterCases.DescribeTopicPartitions, ClusterCases.DescribeLogDirs, ClusterCases.FindCoordinator, TopicCases.CreateTopics,
            TopicCases.CreatePartitions, TopicCases.DeleteTopics, ConfigCases.DescribeConfigs, ConfigCases.AlterConfigs, ConfigCases.IncrementalAlterConfigs, ConfigCases.ListConfigResources,
            GroupCases.JoinGroup, GroupCases.SyncGroup, GroupCases.Heartbeat, GroupCases.LeaveGroup, GroupOffsetCases.OffsetCommit,
            GroupOffsetCases.OffsetFetch, GroupOffsetCases.OffsetDelete, GroupAdminCases.DescribeGroups, GroupAdminCases.ListGroups, GroupAdminCases.DeleteGroups,
            ConsumerGroupCases.Heartbeat, ConsumerGroupAdminCases.Describe,
        ];
    }
}
