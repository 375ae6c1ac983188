using Samsa.Client.Configuration;
using Samsa.Client.Connections;
using Samsa.Client.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.Client.Admin;

/// <summary>
/// Administers a cluster: topics, partitions, records, configurations, brokers. For brokers from Kafka 0.11 on.
/// Owns its connections, which are opened when they are needed; entered from any thread; lives until it is disposed.
/// </summary>
/// <remarks>
/// <para>
/// A call for several items returns a result for each, in the order asked for (repetitions once), and does not throw for the failure of
/// one: see <see cref="AdminResult"/>. A call with one answer throws <see cref="KafkaException"/>. What may pass (a controller or leader
/// that moved, a lost connection) is retried within <see cref="AdminOptions.DefaultApiTimeout"/>, for the items that need it only.
/// </para>
/// <para>
/// A change whose answer was lost is asked for again: creating a topic may then fail with
/// <see cref="ErrorCode.TopicAlreadyExists"/>, although this call made it. Cancellation ends the wait, not what a broker is doing already.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// await using var admin = new KafkaAdmin(new AdminOptions { BootstrapServers = "localhost:9092" });
/// await admin.CreateTopicAsync(new NewTopic("orders") { Partitions = 3 });
/// </code>
/// </example>
public sealed partial class KafkaAdmin : IAsyncDisposable
{
    private readonly AdminOptions _options;
    private readonly ClusterClient _cluster;

    /// <summary>Makes a client; nothing is connected before the first call.</summary>
    /// <exception cref="ClientConfigException">The options cannot work.</exception>
    public KafkaAdmin(AdminOptions options) : this(options, null)
    {
    }

    internal KafkaAdmin(AdminOptions options, IConnector? connector)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _cluster = new ClusterClient(options, connector: connector);
    }

    internal TimeProvider Time => _options.TimeProvider;

    /// <summary>Closes the connections. Calls under way fail.</summary>
    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private AdminCall Begin(CancellationToken cancellation) => new(_cluster, _options, cancellation);

    /// <summary>Metadata of the named topics, null for all, from any broker.</summary>
    private static async Task<MetadataResponse> MetadataAsync(
        AdminCall call, IReadOnlyCollection<MetadataRequest.MetadataRequestTopic>? topics, bool topicOperations = false, bool clusterOperations = false)
    {
        var connection = await call.Cluster.ConnectToAnyAsync(call.Cancellation).ConfigureAwait(false);
        var answer = await call.AskAsync(connection, ClientApis.Metadata, version => new MetadataRequest
        {
            // Version 0 takes an empty list for all topics; before version 4 the broker makes missing topics without being asked to.
            Topics = topics is null && version > 0 ? null : [.. topics ?? []],
            AllowAutoTopicCreation = version < 4,
            IncludeTopicAuthorizedOperations = topicOperations && version >= 8,
            IncludeClusterAuthorizedOperations = clusterOperations && version is >= 8 and <= 10,
        }).ConfigureAwait(false);
        KafkaException.ThrowIfError(answer.ErrorCode);
        return answer;
    }

    /// <summary>Makes sure that the brokers of the cluster are known, so that one can be found by its id.</summary>
    private static Task KnowBrokersAsync(AdminCall call) =>
        call.Cluster.Metadata.Snapshot.Brokers.Count > 0 ? Task.CompletedTask : call.Cluster.Metadata.RefreshAsync(call.Cancellation);

    /// <summary>Asks the leader of each pending partition, all leaders at once.</summary>
    private static async Task AskLeadersAsync<TResult>(
        AdminCall call, PendingItems<TopicPartition, TResult> pending, Func<BrokerConnection, TopicPartition[], Task> ask)
        where TResult : AdminResult
    {
        await KnowBrokersAsync(call).ConfigureAwait(false);
        var topics = pending.Items.Select(p => p.Topic).Distinct().Select(name => new MetadataRequest.MetadataRequestTopic { Name = name });
        var metadata = await MetadataAsync(call, [.. topics]).ConfigureAwait(false);
        var leaders = new Dictionary<TopicPartition, (int Leader, ErrorCode Error)>();
        foreach (var topic in metadata.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                leaders[new TopicPartition(topic.Name!, partition.PartitionIndex)] = (partition.LeaderId, partition.ErrorCode);
            }

            foreach (var partition in pending.Items.Where(p => topic.ErrorCode != ErrorCode.None && p.Topic == topic.Name))
            {
                leaders[partition] = (-1, topic.ErrorCode);
            }
        }

        var questions = new List<Task>();
        foreach (var group in pending.Items.GroupBy(p => leaders.GetValueOrDefault(p, (-1, ErrorCode.UnknownTopicOrPartition))))
        {
            var (leader, error) = group.Key;
            if (leader >= 0)
            {
                questions.Add(AskBrokerAsync(call, leader, pending, [.. group], ask));
                continue;
            }

            foreach (var partition in group)
            {
                pending.Refuse(partition, error == ErrorCode.None ? ErrorCode.LeaderNotAvailable : error, NoLeader(partition, error));
            }
        }

        await Task.WhenAll(questions).ConfigureAwait(false);
    }

    private static string NoLeader(TopicPartition partition, ErrorCode error) => error == ErrorCode.UnknownTopicOrPartition
        ? $"The cluster has no partition {partition.Topic}-{partition.Partition}."
        : $"Partition {partition.Topic}-{partition.Partition} cannot be asked: {(error == ErrorCode.None ? "it has no leader" : error.Name())}.";

    /// <summary>Asks one broker for its items; that it cannot be asked is a failure of these items only.</summary>
    private static async Task AskBrokerAsync<TKey, TResult>(
        AdminCall call, int broker, PendingItems<TKey, TResult> pending, TKey[] items, Func<BrokerConnection, TKey[], Task> ask)
        where TKey : notnull
        where TResult : AdminResult
    {
        try
        {
            var connection = await call.Cluster.ConnectAsync(broker, ConnectionPurpose.Control, call.Cancellation).ConfigureAwait(false);
            await ask(connection, items).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            pending.Lose(items, e);
        }
    }
}
