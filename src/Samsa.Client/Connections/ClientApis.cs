using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Connections;

/// <summary>
/// The one list of what this client speaks. The highest version is the newest that the calling code was written for, so that a new
/// field of a newer one is never left out by accident.
/// </summary>
internal static class ClientApis
{
    public static readonly ClientApi<ApiVersionsRequest, ApiVersionsResponse> ApiVersions = new(ApiKey.ApiVersions, 0, 4);
    public static readonly ClientApi<MetadataRequest, MetadataResponse> Metadata = new(ApiKey.Metadata, 0, 13);
    public static readonly ClientApi<ProduceRequest, ProduceResponse> Produce = new(ApiKey.Produce, 3, 12);
    public static readonly ClientApi<FetchRequest, FetchResponse> Fetch = new(ApiKey.Fetch, 4, 18);
    public static readonly ClientApi<ListOffsetsRequest, ListOffsetsResponse> ListOffsets = new(ApiKey.ListOffsets, 1, 11);
    public static readonly ClientApi<InitProducerIdRequest, InitProducerIdResponse> InitProducerId = new(ApiKey.InitProducerId, 0, 5);
    public static readonly ClientApi<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> OffsetForLeaderEpoch =
        new(ApiKey.OffsetForLeaderEpoch, 0, 4);

    public static readonly ClientApi<FindCoordinatorRequest, FindCoordinatorResponse> FindCoordinator = new(ApiKey.FindCoordinator, 0, 6);
    // From version 10 on topics are named by their ids, which a group's offsets may lack.
    public static readonly ClientApi<OffsetCommitRequest, OffsetCommitResponse> OffsetCommit = new(ApiKey.OffsetCommit, 2, 9);
    public static readonly ClientApi<OffsetFetchRequest, OffsetFetchResponse> OffsetFetch = new(ApiKey.OffsetFetch, 1, 9);
    // Version 0 knows no rebalance time-out, and every broker from 0.11 on serves newer ones.
    public static readonly ClientApi<JoinGroupRequest, JoinGroupResponse> JoinGroup = new(ApiKey.JoinGroup, 1, 9);
    public static readonly ClientApi<SyncGroupRequest, SyncGroupResponse> SyncGroup = new(ApiKey.SyncGroup, 0, 5);
    public static readonly ClientApi<HeartbeatRequest, HeartbeatResponse> Heartbeat = new(ApiKey.Heartbeat, 0, 4);
    public static readonly ClientApi<OffsetDeleteRequest, OffsetDeleteResponse> OffsetDelete = new(ApiKey.OffsetDelete, 0, 0);
    public static readonly ClientApi<ListGroupsRequest, ListGroupsResponse> ListGroups = new(ApiKey.ListGroups, 0, 5);
    public static readonly ClientApi<DescribeGroupsRequest, DescribeGroupsResponse> DescribeGroups = new(ApiKey.DescribeGroups, 0, 6);
    public static readonly ClientApi<ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse> ConsumerGroupDescribe =
        new(ApiKey.ConsumerGroupDescribe, 0, 1);

    public static readonly ClientApi<ListConfigResourcesRequest, ListConfigResourcesResponse> ListConfigResources = new(ApiKey.ListConfigResources, 0, 1);
    public static readonly ClientApi<DeleteGroupsRequest, DeleteGroupsResponse> DeleteGroups = new(ApiKey.DeleteGroups, 0, 3);
    public static readonly ClientApi<LeaveGroupRequest, LeaveGroupResponse> LeaveGroup = new(ApiKey.LeaveGroup, 0, 5);
    public static readonly ClientApi<ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse> ConsumerGroupHeartbeat =
        new(ApiKey.ConsumerGroupHeartbeat, 0, 1);

    public static readonly ClientApi<CreateTopicsRequest, CreateTopicsResponse> CreateTopics = new(ApiKey.CreateTopics, 2, 7);
    public static readonly ClientApi<DeleteTopicsRequest, DeleteTopicsResponse> DeleteTopics = new(ApiKey.DeleteTopics, 1, 6);
    public static readonly ClientApi<CreatePartitionsRequest, CreatePartitionsResponse> CreatePartitions = new(ApiKey.CreatePartitions, 0, 3);
    public static readonly ClientApi<DeleteRecordsRequest, DeleteRecordsResponse> DeleteRecords = new(ApiKey.DeleteRecords, 0, 2);
    public static readonly ClientApi<DescribeConfigsRequest, DescribeConfigsResponse> DescribeConfigs = new(ApiKey.DescribeConfigs, 0, 4);
    public static readonly ClientApi<AlterConfigsRequest, AlterConfigsResponse> AlterConfigs = new(ApiKey.AlterConfigs, 0, 2);
    public static readonly ClientApi<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> IncrementalAlterConfigs =
        new(ApiKey.IncrementalAlterConfigs, 0, 1);

    public static readonly ClientApi<DescribeClusterRequest, DescribeClusterResponse> DescribeCluster = new(ApiKey.DescribeCluster, 0, 2);
    public static readonly ClientApi<DescribeLogDirsRequest, DescribeLogDirsResponse> DescribeLogDirs = new(ApiKey.DescribeLogDirs, 0, 5);
    public static readonly ClientApi<DescribeProducersRequest, DescribeProducersResponse> DescribeProducers =
        new(ApiKey.DescribeProducers, 0, 0);

    public static readonly ClientApi<UnregisterBrokerRequest, UnregisterBrokerResponse> UnregisterBroker = new(ApiKey.UnregisterBroker, 0, 0);

    public static readonly ClientApi<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> DescribeTopicPartitions =
        new(ApiKey.DescribeTopicPartitions, 0, 0);
}
