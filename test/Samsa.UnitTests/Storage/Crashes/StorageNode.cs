using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Replication;
using Samsa.Storage;
using Samsa.Storage.Directories;
using Samsa.UnitTests.Storage.Log;

namespace Samsa.UnitTests.Storage.Crashes;

/// <summary>
/// A broker without its network: metadata, log directories and partitions on one disk, put together as the broker does it, with
/// clock and delayed work in the test's hands. Left alone it is as good as dead: nothing of it runs by itself.
/// </summary>
internal sealed class StorageNode
{
    public const string Directory = "/data";

    private const int BrokerId = 1;
    private const string ClusterId = "AAAAAAAAAAAAAAAAAAAAAQ";

    // Timers come due only when the test says so; this is longer than any of them.
    private static readonly TimeSpan PastCheckpoints = TimeSpan.FromSeconds(61);

    private StorageNode(
        LogManager logs, LocalClusterMetadata metadata, ReplicaManager replicas, ManualTimeProvider clock, ManualScheduler scheduler)
    {
        Logs = logs;
        Metadata = metadata;
        Replicas = replicas;
        Clock = clock;
        Scheduler = scheduler;
    }

    public LogManager Logs { get; }

    public LocalClusterMetadata Metadata { get; }

    public ReplicaManager Replicas { get; }

    public ManualTimeProvider Clock { get; }

    public ManualScheduler Scheduler { get; }

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
        });
        var metadata = LocalClusterMetadata.Open(new LocalMetadataOptions
        {
            Config = BrokerConfig.Create(new Dictionary<string, string>()),
            Identity = new BrokerIdentity(BrokerId, ClusterId),
            Files = disk,
            Logger = NullLogger.Instance,
            LogDirs = [Directory],
        });
        var replicas = new ReplicaManager(logs, _ => config, flushOnAck: false, NullLogger<ReplicaManager>.Instance);
        replicas.Start(metadata.Current);
        metadata.Changed += replicas.OnChanged;
        return new StorageNode(logs, metadata, replicas, clock, scheduler);
    }

    /// <summary>A clean stop.</summary>
    public Task StopAsync() => Logs.CloseAsync();

    /// <summary>Lets the time pass that all checkpoints need to be written.</summary>
    public void WriteCheckpoints() => Clock.Advance(PastCheckpoints);
}
