using System.Text.Json;
using Microsoft.Extensions.Logging;
using Samsa.Broker.Api;
using Samsa.Broker.Configuration;
using Samsa.Broker.Groups;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network;
using Samsa.Broker.Replication;
using Samsa.Fuzz.Engine;
using Samsa.Fuzz.Files;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Directories;

namespace Samsa.Fuzz.Targets;

/// <summary>
/// A broker as <see cref="Samsa.Broker.KafkaBroker"/> puts it together, but with its disk in memory, its clock in the hands of
/// whoever runs it, and connections without sockets.
/// Owns logs, metadata and clock. One thread at a time enters. Dispose it to stop its timers.
/// </summary>
internal sealed class FuzzBroker : IDisposable
{
    public const string ClusterId = "fuzzAAAAAAAAAAAAAAAAAA";
    public const string Directory = "/data";

    private readonly LogManager _logs;
    private readonly GroupCoordinator _groups;
    private readonly ConnectionServices _services;
    private long _connections;
    private bool _stopped;

    private FuzzBroker(RamFileSystem files, ManualClock clock, ErrorLog log)
    {
        Files = files;
        Clock = clock;
        Log = log;
        var config = BrokerConfig.Create(new Dictionary<string, string>(BrokerConfig.EmbeddedDefaults)
        {
            [BrokerKeys.LogDirs] = Directory,

            // The clock runs ahead of a busy machine.
            [BrokerKeys.RequestTimeoutMs] = "2000000000",
        });
        var identity = BrokerIdentity.Resolve(files, config);
        var defaults = TopicConfigs.ToLogConfig(config.Values, null);
        _logs = Waiting.For(LogManager.OpenAsync(new LogManagerOptions
        {
            Directories = [Directory],
            BrokerId = identity.BrokerId,
            ClusterId = identity.ClusterId,
            ConfigOf = _ => defaults,
            Clock = clock,
            FileSystem = files,
            Logger = log,
        }), clock);
        int? LatestEpochOf(TopicPartition partition) => _logs.Get(partition)?.LeaderEpochs.LatestEpoch;
        Metadata = Waiting.For(ZooKeeperClusterMetadata.OpenAsync(
            new ClusterOptions
            {
                Config = config,
                Identity = identity,
                Time = clock,
                Logger = log,
                LatestEpochOf = LatestEpochOf,
                MayHaveLost = _logs.MayHaveLost,
                CarriedOver = PreviousMetadata.Find(files, [Directory], identity, !files.Znodes.Tree.ContainsKey("/cluster/id"), LatestEpochOf, log),
            },
            files.Znodes.ConnectAlone(),
            TimeSpan.FromDays(1)), clock);
        PreviousMetadata.PutAway(files, Directory);
        Replicas = new ReplicaManager(
            _logs, LogConfigOf, false, identity.BrokerId, log.CreateLogger<ReplicaManager>());
        Replicas.Start(Metadata.Current);
        Metadata.Changed += Replicas.OnChanged;
        var metrics = new BrokerMetrics(clock);
        Apis = new ApiTable();
        _groups = new GroupCoordinator(Metadata, Replicas, config.Groups, log.CreateLogger<GroupCoordinator>(), clock);
        BrokerApis.Register(Apis, new BrokerApiServices(config, identity, Metadata, Replicas, _logs, new ProducerIds(Metadata), _groups, metrics, clock));
        _groups.Start();
        Waiting.For(Metadata.RegisterBrokerAsync(new BrokerImage(identity.BrokerId, null, config.AdvertisedListeners, 1)), clock);
        var options = SocketServerOptions.From(config);
        _services = new ConnectionServices(Apis, options, new RequestMemory(options.QueuedMaxRequestBytes), metrics, new ConnectionLog(log, clock), clock);
    }

    public RamFileSystem Files { get; }

    public ManualClock Clock { get; }

    public ErrorLog Log { get; }

    public ZooKeeperClusterMetadata Metadata { get; }

    public ReplicaManager Replicas { get; }

    public ApiTable Apis { get; }

    /// <summary>True while its disk is served.</summary>
    public bool IsOnline => _logs.Directories[0].IsOnline;

    /// <summary>A disk with the metadata of <see cref="FuzzTopics"/> and nothing else.</summary>
    public static RamFileSystem EmptyDisk()
    {
        var files = new RamFileSystem();
        files.Put($"{Directory}/meta.properties", System.Text.Encoding.ASCII.GetBytes($"version=0\nbroker.id=0\ncluster.id={ClusterId}\n"));
        files.Put($"{Directory}/{MetadataFile.Name}", JsonSerializer.SerializeToUtf8Bytes(
            new MetadataDocument { ClusterId = ClusterId, Topics = [.. FuzzTopics.Images().Values.Select(ToDocument)] },
            MetadataJson.Default.MetadataDocument));
        return files;
    }

    private static MetadataDocument.TopicDocument ToDocument(TopicImage topic) => new()
    {
        Name = topic.Name,
        Id = KafkaUuid.Format(topic.Id),
        Configs = new Dictionary<string, string>(topic.Configs),
        Partitions =
        [
            .. topic.Partitions.Select(static partition => new MetadataDocument.PartitionDocument
            {
                LeaderEpoch = partition.LeaderEpoch,
                PartitionEpoch = partition.PartitionEpoch,
                Replicas = [.. partition.Replicas],
            }),
        ],
    };

    /// <summary>Starts on a disk, which it changes.</summary>
    public static FuzzBroker Start(RamFileSystem files, ErrorLog log) => new(files, new ManualClock(), log);

    /// <summary>Runs a connection whose peer sends these bytes and closes; returns what the peer was sent.</summary>
    public byte[] Converse(ReadOnlyMemory<byte> stream)
    {
        using var transport = new ScriptedTransport(stream);
        using var connection = new BrokerConnection(transport, "PLAINTEXT", ++_connections, _services);
        Waiting.For(connection.RunAsync(), Clock);
        return transport.Sent;
    }

    /// <summary>Throws when something was logged as an error.</summary>
    public void CheckLog()
    {
        if (Log.Take() is var (text, cause))
        {
            throw new FindingException("error in the log: " + (cause is null ? text[..Math.Min(40, text.Length)] : Cause(cause)), text, cause);
        }
    }

    /// <summary>Waits for changes that connections left behind when they closed: this one is done after them.</summary>
    public void Settle()
    {
        if (IsOnline && !_stopped)
        {
            Waiting.For(Metadata.AllocateProducerIdsAsync(), Clock);
        }
    }

    /// <summary>Stops cleanly: the next broker on this disk finds the mark.</summary>
    public void Stop()
    {
        Settle();
        _stopped = true;
        _groups.Dispose();
        Waiting.For(_logs.CloseAsync(), Clock);
    }

    public void Dispose()
    {
        Stop();
    }

    private LogConfig LogConfigOf(TopicImage topic)
    {
        var config = TopicConfigs.ToLogConfig(Metadata.BrokerConfig.Values, topic.Configs);
        return topic.Name == FuzzTopics.Segments ? config with { SegmentBytes = 2000 } : config;
    }

    private static string Cause(Exception cause) =>
        cause.GetType().Name + " " + new System.Diagnostics.StackTrace(cause).GetFrames()
            .Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method?.DeclaringType?.FullName?.StartsWith("Samsa.", StringComparison.Ordinal) == true)?.Name;
}
