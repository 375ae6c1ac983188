using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage.Directories;

namespace Samsa.Broker.Api.Admin;

/// <summary>The administration of topics, configurations and log directories.</summary>
public static class AdminApi
{
    /// <summary>Adds the handlers that work on the metadata.</summary>
    public static ApiTable AddAdmin(this ApiTable table, IClusterMetadata metadata, int brokerId)
    {
        ArgumentNullException.ThrowIfNull(table);
        var alterConfigs = new AlterConfigsHandler(metadata);
        return table
            .Add<MetadataRequest>(ApiKey.Metadata, 0, 13, new MetadataHandler(metadata).HandleAsync)
            .Add<CreateTopicsRequest>(ApiKey.CreateTopics, 0, 7, new CreateTopicsHandler(metadata).HandleAsync)
            .Add<DeleteTopicsRequest>(ApiKey.DeleteTopics, 0, 6, new DeleteTopicsHandler(metadata).HandleAsync)
            .Add<CreatePartitionsRequest>(ApiKey.CreatePartitions, 0, 3, new CreatePartitionsHandler(metadata).HandleAsync)
            .Add<DescribeConfigsRequest>(ApiKey.DescribeConfigs, 0, 4, new DescribeConfigsHandler(metadata, brokerId).HandleAsync)
            .Add<AlterConfigsRequest>(ApiKey.AlterConfigs, 0, 2, alterConfigs.HandleAsync)
            .Add<IncrementalAlterConfigsRequest>(ApiKey.IncrementalAlterConfigs, 0, 1, alterConfigs.HandleAsync)
            .Add<ListConfigResourcesRequest>(ApiKey.ListConfigResources, 0, 1, new ListConfigResourcesHandler(metadata).HandleAsync)
            .Add<DescribeClusterRequest>(ApiKey.DescribeCluster, 0, 2, new DescribeClusterHandler(metadata).HandleAsync)
            .Add<DescribeTopicPartitionsRequest>(ApiKey.DescribeTopicPartitions, 0, 0, new DescribeTopicPartitionsHandler(metadata).HandleAsync);
    }

    /// <summary>Adds the handlers that look at the disks.</summary>
    public static ApiTable AddLogDirs(this ApiTable table, IClusterMetadata metadata, LogManager logs)
    {
        ArgumentNullException.ThrowIfNull(table);
        return table.Add<DescribeLogDirsRequest>(ApiKey.DescribeLogDirs, 0, 5, new DescribeLogDirsHandler(metadata, logs).HandleAsync);
    }
}
