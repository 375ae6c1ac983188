using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Compaction;
using Samsa.Storage.Directories;
using Samsa.UnitTests.Storage.Log;
using Xunit;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// A broker without its network: metadata, log directories and partitions on one disk, put together as the broker does it, with
/// clock and delayed work in the test's hands. The tree of ZooKeeper's nodes belongs to the disk and loses nothing: its server has crash
/// tests of its own. Left alone it is as good as dead: nothing of it runs by itself.
/// </summary>
internal sealed class StorageNode
{
    public const string Directory = "/data";

    private const int BrokerId = 1;
    private const string ClusterId = "AAAAAAAAAAAAAAAAAAAAAQ";

    // Timers come due only when the test says so; this is longer than any of them.
    private static readonly TimeSpan PastCheckpoints = TimeSpan.FromSeconds(61);

    private StorageNode(
        LogManager logs, ZooKeeperClusterMetadata metadata, ReplicaManager replicas, ManualTimeProvider clock, ManualScheduler scheduler)
    {
        Logs = logs;
        Metadata = metadata;
        Replicas = replicas;
        Clock = clock;
        Scheduler = scheduler;
    }

    public LogManager Logs { get; }

    public ZooKeeperClusterMetadata Metadata { get; }

    public ReplicaManager Replicas { get; }

    public ManualTimeProvider Clock { get; }

    public ManualScheduler Scheduler { get; }

    /// <summary>Topics of this name are compacted.</summary>
    public const string CompactedTopic = "k";

    public static bool IsCompacted(TopicPartition partition) => partition.Topic == CompactedTopic;

    public static async Task<StorageNode> StartAsync(CrashDisk disk, LogConfig config, DateTimeOffset now)
    {
        var clock = new ManualTimeProvider(now);
        var scheduler = new ManualScheduler();
        var logs = await LogManager.OpenAsync(new LogManagerOptions
        {
            Directories = [Directory],
            BrokerId = BrokerId,
            ClusterId = ClusterId,
            ConfigOf = _ => config,
            Clock = clock,
            FileSystem = disk,
            Scheduler = scheduler,
            // One after the other, so that a seed always gives the same run; retention comes when the test wants it.
            RecoveryThreadsPerDirectory = 1,
            ClosingThreadsPerDirectory = 1,
            RetentionCheckIntervalMs = long.MaxValue,
            Cleaner = new CleanerOptions { DedupeBufferBytes = 100_000, IoBufferBytes = 2000 },
        });
        var metadata = await ZooKeeperClusterMetadata.OpenAsync(
            new ClusterOptions
            {
                Config = BrokerConfig.Create(new Dictionary<string, string>()),
                Identity = new BrokerIdentity(BrokerId, ClusterId),
                Time = clock,
                Logger = NullLogger.Instance,
                LatestEpochOf = partition => logs.Get(partition)?.LeaderEpochs.LatestEpoch,

                // As after a kill, also where the stop was clean: so every life has epochs of its own, and the checks can tell them apart.
                MayHaveLost = static _ => true,
            },
            disk.Znodes.ConnectAlone(),
            Timeout.InfiniteTimeSpan);
        var replicas = new ReplicaManager(
            logs, topic => ConfigOf(config, topic.Name), flushOnAck: false, BrokerId, NullLogger<ReplicaManager>.Instance);
        replicas.Start(metadata.Current);
        metadata.Changed += replicas.OnChanged;
        await metadata.RegisterBrokerAsync(new BrokerImage(BrokerId, null, [], 0));
        return new StorageNode(logs, metadata, replicas, clock, scheduler);
    }

    /// <summary>A clean stop.</summary>
    public Task StopAsync() => Logs.CloseAsync();

    /// <summary>The settings of a topic's logs. While they are opened these are not known, and those of all others hold.</summary>
    public static LogConfig ConfigOf(LogConfig config, string topic) => topic != CompactedTopic ? config : config with
    {
        Compact = true,
        Delete = config.DeleteRetentionMs % 2 == 0,
        MinCleanableDirtyRatio = 0,
    };

    /// <summary>What the model allows while the dirtiest log is compacted, whichever that is.</summary>
    public NodeState MayCompact(NodeState state)
    {
        foreach (var (partition, log) in state.Logs.Where(static pair => IsCompacted(pair.Key)))
        {
            state = state.With(partition, Compacted(Replicas.Find(partition.Topic, partition.Partition)!.Log, log));
        }

        return state;
    }

    /// <summary>Compacts the dirtiest log. Returns what the model then knows: also that all of that log is durable.</summary>
    public NodeState CompactFilthiest(NodeState state)
    {
        var cleaner = Logs.Cleaner!;
        if (!cleaner.TryTake(thread: 0, out var job))
        {
            return state;
        }

        using var compactor = new LogCompactor(Clock, cleaner.Throttle);
        cleaner.Clean(thread: 0, job, compactor, CancellationToken.None);
        Assert.Equal(0, cleaner.UncleanablePartitions(Directory));
        return state.With(job.Log.TopicPartition, Compacted(job.Log, state.Logs[job.Log.TopicPartition]).Flushed());
    }

    private LogState Compacted(PartitionLog log, LogState state) => state with
    {
        CompactedTo = Math.Max(state.CompactedTo, log.LastStableOffset),
        SeenByCompaction = state.End,
        TombstonesUntil = Math.Max(state.TombstonesUntil, Clock.Milliseconds - log.Config.DeleteRetentionMs),
    };

    /// <summary>Lets the time pass that all checkpoints need to be written.</summary>
    public void WriteCheckpoints() => Clock.Advance(PastCheckpoints);
}
