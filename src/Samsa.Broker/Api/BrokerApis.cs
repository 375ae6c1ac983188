using Samsa.Broker.Api.Admin;
using Samsa.Broker.Api.Data;
using Samsa.Broker.Api.Fetching;
using Samsa.Broker.Api.Groups;
using Samsa.Broker.Metrics;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Broker.Api;

/// <summary>The one list of what a broker serves: API, versions, handler.</summary>
public static class BrokerApis
{
    /// <summary>Fills the table. The registry narrows each range to the versions that exist and are stable.</summary>
    public static void Register(ApiTable table, BrokerApiServices services)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(services);
        var (config, identity, metadata, replicas, logs, producerIds, _, metrics, time) = services;
        var sessions = new FetchSessionCache(config.Fetch.SessionSlots, time);
        var fetch = new FetchHandler(replicas, sessions, metrics, new FetchLimits(config.Fetch.MaxBytes), time);

        metrics.AddGauge(MetricCatalogue.FetchSessions, () => sessions.Count);
        metrics.AddGauge(MetricCatalogue.FetchSessionPartitions, () => sessions.PartitionCount);
        metrics.AddGauge(MetricCatalogue.FetchSessionEvictions, () => sessions.Evictions);
        metrics.AddGauge(MetricCatalogue.DelayedOperations, "Fetch", () => fetch.Waiting);
        table
            .Add<ApiVersionsRequest>(ApiKey.ApiVersions, 0, 5, new ApiVersionsHandler(table, identity.ClusterId, identity.BrokerId).HandleAsync)
            .Add<ProduceRequest>(ApiKey.Produce, 0, 13, new ProduceHandler(replicas, metrics, time).HandleAsync)
            .Add<FetchRequest>(ApiKey.Fetch, 0, 18, fetch.HandleAsync)
            .Add<ListOffsetsRequest>(ApiKey.ListOffsets, 0, 11, new ListOffsetsHandler(replicas, time).HandleAsync)
            .Add<DeleteRecordsRequest>(ApiKey.DeleteRecords, 0, 2, new DeleteRecordsHandler(replicas).HandleAsync)
            .Add<InitProducerIdRequest>(ApiKey.InitProducerId, 0, 5, new InitProducerIdHandler(producerIds).HandleAsync)
            .Add<OffsetForLeaderEpochRequest>(ApiKey.OffsetForLeaderEpoch, 0, 4, new OffsetForLeaderEpochHandler(replicas).HandleAsync)
            .Add<DescribeProducersRequest>(ApiKey.DescribeProducers, 0, 0, new DescribeProducersHandler(replicas).HandleAsync)
            .AddGroups(services.Groups, metadata, identity.BrokerId, time)
            .AddAdmin(metadata, identity.BrokerId)
            .AddLogDirs(metadata, logs);
    }
}
