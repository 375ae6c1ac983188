using Microsoft.Extensions.Logging;
using Samsa.Broker.Api;
using Samsa.Broker.Configuration;
using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network;
using Samsa.Broker.Replication;
using Samsa.Storage.Directories;
using Samsa.Storage.Files;

namespace Samsa.Broker;

/// <summary>
/// A running broker: the composition of its rooms, from the disk up to the sockets.
/// Owns everything that <see cref="StartAsync"/> makes; no thread of its own.
/// Lives from <see cref="StartAsync"/>, which returns once clients are served, to <see cref="DisposeAsync"/>, which ends
/// cleanly: requests that were read are answered, logs are flushed and closed.
/// A start that fails leaves nothing behind; a running broker ends itself only when its last log directory failed.
/// </summary>
public sealed partial class KafkaBroker : IAsyncDisposable
{
    private static readonly TimeSpan ShutdownBound = TimeSpan.FromSeconds(5);

    private readonly LogManager _logs;
    private readonly ZooKeeperClusterMetadata _metadata;
    private readonly GroupCoordinator _groups;
    private readonly SocketServer _server;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private KafkaBroker(
        LogManager logs, ZooKeeperClusterMetadata metadata, ReplicaManager replicas, GroupCoordinator groups,
        SocketServer server, ApiTable apis, BrokerMetrics metrics, ILogger logger)
    {
        _logs = logs;
        _metadata = metadata;
        Replicas = replicas;
        _groups = groups;
        _server = server;
        Apis = apis;
        Metrics = metrics;
        _logger = logger;
        logs.AllDirectoriesFailed += () => _failed.TrySetResult();
    }

    /// <summary>Completes when the last log directory failed: the broker can serve nothing any more and should be ended.</summary>
    public Task Failed => _failed.Task;

    /// <summary>The listeners with the ports that were really bound.</summary>
    public IReadOnlyList<BoundListener> BoundListeners => _server.BoundListeners;

    /// <summary>What the broker counts.</summary>
    public BrokerMetrics Metrics { get; }

    /// <summary>What the cluster knows.</summary>
    public IClusterMetadata Metadata => _metadata;

    /// <summary>The partitions hosted here.</summary>
    public ReplicaManager Replicas { get; }

    /// <summary>What is served.</summary>
    public ApiTable Apis { get; }

    /// <summary>False when every log directory failed: nothing can be served any more.</summary>
    public bool HasOnlineLogDirectory => _logs.Directories.Any(static directory => directory.IsOnline);

    /// <summary>Connects to ZooKeeper, opens the logs, reads the metadata and serves clients.</summary>
    /// <param name="config">A checked configuration.</param>
    /// <param name="loggers">Receives the messages; stays the caller's.</param>
    /// <param name="time">The clock of everything below.</param>
    /// <param name="embedded">The ZooKeeper server of this process, used while <c>zookeeper.connect</c> is not set; stays the caller's.</param>
    /// <exception cref="ConfigException">The configuration, the disk and ZooKeeper contradict each other.</exception>
    /// <exception cref="Samsa.Storage.StorageException">No log directory can be used.</exception>
    /// <exception cref="RegistrationException">Another broker has this one's id.</exception>
    /// <exception cref="TimeoutException">ZooKeeper does not answer.</exception>
    /// <exception cref="IOException">A listener cannot be bound.</exception>
    public static async Task<KafkaBroker> StartAsync(
        BrokerConfig config, ILoggerFactory loggers, TimeProvider time, CoordinationService? embedded = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        var files = PhysicalFileSystem.Instance;
        var znodes = await ClusterMetadataStart.ConnectAsync(config, loggers, embedded).ConfigureAwait(false);
        LogManager? logs = null;
        ZooKeeperClusterMetadata? metadata = null;
        SocketServer? server = null;
        GroupCoordinator? groups = null;
        try
        {
            var clusterId = await ClusterMetadataStart.ReadClusterIdAsync(znodes).ConfigureAwait(false);
            var identity = BrokerIdentity.Resolve(files, config, clusterId);
            logs = await LogManager.OpenAsync(LogOptions(config, identity, files, loggers, time)).ConfigureAwait(false);
            var opened = logs;
            metadata = await ClusterMetadataStart.OpenAsync(
                znodes,
                files,
                new ClusterOptions
                {
                    Config = config,
                    Identity = identity,
                    Time = time,
                    HighestProducerId = HighestProducerId(logs),
                    LatestEpochOf = partition => opened.Get(partition)?.LeaderEpochs.LatestEpoch,
                    MayHaveLost = logs.MayHaveLost,
                    Logger = loggers.CreateLogger<ZooKeeperClusterMetadata>(),
                },
                treeIsNew: clusterId is null).ConfigureAwait(false);
            var known = metadata;
            var replicas = new ReplicaManager(
                logs,
                topic => TopicConfigs.ToLogConfig(known.BrokerConfig.Values, topic.Configs),
                config.Storage.FlushOnAck,
                identity.BrokerId,
                loggers.CreateLogger<ReplicaManager>());
            if (config.ZooKeeper.Connect is not null)
            {
                // The tree of an embedded server is changed by nobody while its broker is away.
                StrayLogs.PutAside(logs, metadata.Current, metadata.TopicsInTree);
            }

            replicas.Start(metadata.Current);
            metadata.Changed += replicas.OnChanged;
            StartCleaner(logs, metadata);

            var metrics = new BrokerMetrics(time);
            metadata.Changed += (_, delta) => ForgetTopics(metrics, delta);
            var apis = new ApiTable(config.Values.GetBool(BrokerKeys.UnstableApiVersionsEnable));
            var producerIds = new ProducerIds(metadata);
            groups = new GroupCoordinator(metadata, replicas, config.Groups, loggers.CreateLogger<GroupCoordinator>(), time);
            BrokerApis.Register(apis, new BrokerApiServices(config, identity, metadata, replicas, logs, producerIds, groups, metrics, time));

            server = new SocketServer(apis, SocketServerOptions.From(config), metrics, loggers, time);
            server.Bind();
            await metadata.RegisterBrokerAsync(Register(config, identity, server.BoundListeners, time)).ConfigureAwait(false);
            var limited = server;
            var logger = loggers.CreateLogger<KafkaBroker>();
            metadata.Changed += (_, delta) =>
            {
                if (delta.BrokerConfigsChanged)
                {
                    ChangeLimits(limited, known.BrokerConfig, logger);
                }
            };
            ChangeLimits(limited, metadata.BrokerConfig, logger);
            BrokerGauges.Register(metrics, replicas, logs, metadata, identity.BrokerId, server);
            GroupGauges.Register(metrics, groups);
            groups.Start();
            server.Start();
            return new KafkaBroker(
                logs, metadata, replicas, groups, server, apis, metrics, logger);
        }
        catch
        {
            try
            {
                groups?.Dispose();
                if (server is not null)
                {
                    await server.DisposeAsync().ConfigureAwait(false);
                }

                IAsyncDisposable connection = metadata is null ? znodes : metadata;
                await connection.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                if (logs is not null)
                {
                    await logs.DisposeAsync().ConfigureAwait(false);
                }
            }

            throw;
        }
    }

    // A client may name any id; one beyond the bound must not use up the ids of all others.
    private static long HighestProducerId(LogManager logs)
    {
        const long Bound = 1L << 62;
        var highest = -1L;
        foreach (var log in logs.Logs)
        {
            foreach (var producer in log.Producers.ActiveProducers())
            {
                if (producer.ProducerId > highest && producer.ProducerId < Bound)
                {
                    highest = producer.ProducerId;
                }
            }
        }

        return highest;
    }

    /// <summary>
    /// Closes the listeners, answers what was read and closes every connection, and leaves the logs open: what tests need to
    /// look at the disk as a crash would leave it. The broker cannot serve again; dispose it.
    /// </summary>
    public Task StopServingAsync()
    {
        _groups.Dispose();
        return _server.StopAsync(ShutdownBound);
    }

    /// <summary>Ends cleanly: answers what was read, then closes the logs so that the next start needs no recovery.</summary>
    public async ValueTask DisposeAsync()
    {
        LogStopping(_logger);
        try
        {
            _groups.Dispose();
            await _server.StopAsync(ShutdownBound).ConfigureAwait(false);
            await _server.DisposeAsync().ConfigureAwait(false);
            await _metadata.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            // Whatever else failed, the next start should not have to recover.
            await _logs.DisposeAsync().ConfigureAwait(false);
        }

        LogStopped(_logger);
    }

    private static LogManagerOptions LogOptions(
        BrokerConfig config, BrokerIdentity identity, IStorageFileSystem files, ILoggerFactory loggers, TimeProvider time)
    {
        // Topics have their own values, but those are known only after the directories are locked: the replica manager
        // hands them to the logs before anybody is served.
        var defaults = TopicConfigs.ToLogConfig(config.Values, null);
        return new LogManagerOptions
        {
            Directories = config.LogDirs,
            BrokerId = identity.BrokerId,
            ClusterId = identity.ClusterId,
            ConfigOf = _ => defaults,
            Clock = time,
            FileSystem = files,
            Logger = loggers.CreateLogger<LogManager>(),
            Cleaner = config.Storage.Cleaner,
            RecoveryThreadsPerDirectory = config.Storage.RecoveryThreadsPerDirectory,
            RetentionCheckIntervalMs = config.Storage.RetentionCheckIntervalMs,
            FlushCheckIntervalMs = config.Storage.FlushSchedulerIntervalMs,
            RecoveryPointCheckpointIntervalMs = config.Storage.RecoveryPointCheckpointIntervalMs,
            LogStartOffsetCheckpointIntervalMs = config.Storage.LogStartOffsetCheckpointIntervalMs,
            HighWatermarkCheckpointIntervalMs = config.Storage.HighWatermarkCheckpointIntervalMs,
            ProducerIdExpirationMs = config.Storage.ProducerIdExpirationMs,
            ProducerIdExpirationCheckIntervalMs = config.Storage.ProducerIdExpirationCheckIntervalMs,
        };
    }

    // Only now has every log its topic's configuration, and the broker what was set at run time.
    private static void StartCleaner(LogManager logs, ZooKeeperClusterMetadata metadata)
    {
        if (logs.Cleaner is not { } cleaner)
        {
            return;
        }

        void Update() => cleaner.Update(metadata.BrokerConfig.Storage.Cleaner ?? cleaner.Options);
        Update();
        metadata.Changed += (_, delta) =>
        {
            if (delta.BrokerConfigsChanged)
            {
                Update();
            }
        };
        cleaner.Start();
    }

    private static BrokerImage Register(
        BrokerConfig config, BrokerIdentity identity, IReadOnlyList<BoundListener> bound, TimeProvider time)
    {
        var endpoints = new List<ListenerEndpoint>();
        foreach (var advertised in config.AdvertisedListeners)
        {
            var port = advertised.Port != 0 ? advertised.Port : bound.First(listener => listener.Name == advertised.Name).EndPoint.Port;
            endpoints.Add(advertised with { Port = port });
        }

        return new BrokerImage(identity.BrokerId, config.Rack, endpoints, time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    // The connection limits are dynamic. A host name among the overrides that no longer resolves must not fail the change of
    // something else, so the limits stay as they were.
    private static void ChangeLimits(SocketServer server, BrokerConfig config, ILogger logger)
    {
        try
        {
            server.ChangeLimits(SocketServerOptions.From(config));
        }
        catch (ConfigException e)
        {
            LogLimitsKept(logger, e.Message);
        }
    }

    private static void ForgetTopics(BrokerMetrics metrics, MetadataDelta delta)
    {
        foreach (var topic in delta.DeletedTopics)
        {
            metrics.RemoveTopic(topic.Name);
        }
    }

    [LoggerMessage(EventId = 1001, Level = LogLevel.Information, Message = "Stopping: no new connections, answering what was read")]
    private static partial void LogStopping(ILogger logger);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Error, Message = "The connection limits stay as they were: {Why}")]
    private static partial void LogLimitsKept(ILogger logger, string why);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Information, Message = "Stopped; every log is flushed and closed")]
    private static partial void LogStopped(ILogger logger);
}
