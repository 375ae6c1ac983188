using Samsa.Client.Connections;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <content>The cluster and its brokers.</content>
public sealed partial class KafkaAdmin
{
    /// <summary>Describes the cluster.</summary>
    /// <param name="includeAuthorizedOperations">Asks for the operations that the caller may do, too (Kafka 2.3, KIP-430).</param>
    /// <param name="includeFencedBrokers">Asks for the brokers that are out of service, too (Kafka 4.0, KIP-1073).</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">No broker could be asked, or it is too old for fenced brokers.</exception>
    public async Task<ClusterDescription> DescribeClusterAsync(
        bool includeAuthorizedOperations = false, bool includeFencedBrokers = false, CancellationToken cancellation = default)
    {
        var call = Begin(cancellation);
        return await call.RetryAsync(async () =>
        {
            var connection = await _cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
            if (includeFencedBrokers)
            {
                RequireVersion(connection, ClientApis.DescribeCluster, 2, "tell of fenced brokers");
            }

            // Before Kafka 2.8 the metadata say it.
            return connection.Versions.Serves(ClientApis.DescribeCluster)
                ? await DescribeAsync(call, connection, includeAuthorizedOperations, includeFencedBrokers).ConfigureAwait(false)
                : Described(await MetadataAsync(call, [], clusterOperations: includeAuthorizedOperations).ConfigureAwait(false));
        }).ConfigureAwait(false);
    }

    /// <summary>Tells what lies in the log directories of brokers.</summary>
    /// <param name="brokerIds">The brokers.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<IReadOnlyList<BrokerLogDirs>> DescribeLogDirsAsync(IEnumerable<int> brokerIds, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(brokerIds);
        var call = Begin(cancellation);
        return call.RunAsync(
            brokerIds,
            RetriedErrors.OfAny,
            (id, error, message) => new BrokerLogDirs { BrokerId = id, Error = error, ErrorMessage = message },
            async pending =>
            {
                await KnowBrokersAsync(call).ConfigureAwait(false);
                await Task.WhenAll(pending.Items.Select(id => AskBrokerAsync(call, id, pending, [id], async (connection, _) =>
                {
                    var answer = await call.AskAsync(
                        connection, ClientApis.DescribeLogDirs, _ => new DescribeLogDirsRequest { Topics = null }).ConfigureAwait(false);
                    pending.Answer(id, new BrokerLogDirs { BrokerId = id, Error = answer.ErrorCode, LogDirs = answer.Results.ConvertAll(Directory) });
                }))).ConfigureAwait(false);
            });
    }

    /// <summary>Tells which APIs each broker of the cluster serves, by the brokers' ids.</summary>
    /// <exception cref="KafkaException">No broker could be asked for the others.</exception>
    public async Task<IReadOnlyList<BrokerApiVersions>> DescribeApiVersionsAsync(CancellationToken cancellation = default)
    {
        var cluster = await DescribeClusterAsync(cancellation: cancellation).ConfigureAwait(false);
        var call = Begin(cancellation);
        return await call.RunAsync(
            cluster.Brokers,
            RetriedErrors.OfAny,
            (broker, error, message) => new BrokerApiVersions { Broker = broker, Error = error, ErrorMessage = message },
            async pending =>
            {
                await KnowBrokersAsync(call).ConfigureAwait(false);
                await Task.WhenAll(pending.Items.Select(broker => AskBrokerAsync(call, broker.Id, pending, [broker], (connection, _) =>
                {
                    var apis = connection.Versions.Answer.ApiKeys;
                    pending.Answer(broker, new BrokerApiVersions
                    {
                        Broker = broker,
                        Apis = apis.ConvertAll(api => new ApiVersionRange(api.ApiKey, api.MinVersion, api.MaxVersion)),
                    });
                    return Task.CompletedTask;
                }))).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    /// <summary>Takes a broker that is gone for good out of a cluster in KRaft mode (Kafka 3.0, KIP-631).</summary>
    /// <param name="brokerId">The broker.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KafkaException">
    /// The controller refused, or the cluster has no such request (<see cref="ErrorCode.UnsupportedVersion"/>).
    /// </exception>
    public async Task UnregisterBrokerAsync(int brokerId, CancellationToken cancellation = default)
    {
        var call = Begin(cancellation);
        await call.RetryAsync(async () =>
        {
            var connection = await _cluster.ConnectToAnyAsync(cancellation).ConfigureAwait(false);
            var answer = await call.AskAsync(
                connection, ClientApis.UnregisterBroker, _ => new UnregisterBrokerRequest { BrokerId = brokerId }).ConfigureAwait(false);
            KafkaException.ThrowIfError(answer.ErrorCode, answer.ErrorMessage);
            return true;
        }).ConfigureAwait(false);
    }

    private static async Task<ClusterDescription> DescribeAsync(AdminCall call, BrokerConnection connection, bool operations, bool fenced)
    {
        var answer = await call.AskAsync(connection, ClientApis.DescribeCluster, _ => new DescribeClusterRequest
        {
            IncludeClusterAuthorizedOperations = operations,
            IncludeFencedBrokers = fenced,
        }).ConfigureAwait(false);
        KafkaException.ThrowIfError(answer.ErrorCode, answer.ErrorMessage);
        return new ClusterDescription
        {
            ClusterId = answer.ClusterId,
            ControllerId = answer.ControllerId,
            AuthorizedOperations = answer.ClusterAuthorizedOperations,
            Brokers = [.. answer.Brokers.OrderBy(b => b.BrokerId)
                .Select(b => new BrokerDescription(b.BrokerId, b.Host, b.Port, b.Rack, b.IsFenced))],
        };
    }

    private static ClusterDescription Described(MetadataResponse metadata) => new()
    {
        ClusterId = metadata.ClusterId,
        ControllerId = metadata.ControllerId,
        AuthorizedOperations = metadata.ClusterAuthorizedOperations,
        Brokers = [.. metadata.Brokers.OrderBy(b => b.NodeId).Select(b => new BrokerDescription(b.NodeId, b.Host, b.Port, b.Rack))],
    };

    private static LogDirDescription Directory(DescribeLogDirsResponse.DescribeLogDirsResult directory) => new()
    {
        Path = directory.LogDir,
        Error = directory.ErrorCode,
        TotalBytes = directory.TotalBytes,
        UsableBytes = directory.UsableBytes,
        IsCordoned = directory.IsCordoned,
        Replicas = [.. directory.Topics.SelectMany(topic => topic.Partitions.Select(p => new LogDirReplica(
            new TopicPartition(topic.Name, p.PartitionIndex), p.PartitionSize, p.OffsetLag, p.IsFutureKey)))],
    };
}
