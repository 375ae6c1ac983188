using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Fuzz.Targets;
using Samsa.Storage.Files;
using Samsa.UnitTests.Storage.Files;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>
/// Metadata of broker 1 with a log directory /data on a disk in memory. Each disk has a tree of ZooKeeper's nodes beside it; a start
/// ends whatever ran on the disk before.
/// </summary>
internal static class MetadataHarness
{
    public const string Directory = "/data";
    public const string ClusterId = "AAAAAAAAAAAAAAAAAAAAAQ";

    private static readonly ConditionalWeakTable<IStorageFileSystem, MemoryZnodes> Trees = [];

    public static MemoryFileSystem NewDisk()
    {
        var disk = new MemoryFileSystem();
        disk.CreateDirectory(Directory);
        return disk;
    }

    /// <summary>The tree beside a disk.</summary>
    public static MemoryZnodes TreeOf(IStorageFileSystem disk) => Trees.GetValue(disk, static _ => new MemoryZnodes(TimeProvider.System));

    public static async Task<ZooKeeperClusterMetadata> StartAsync(IStorageFileSystem disk, params string[] properties)
    {
        var metadata = await OpenAsync(disk, [Directory], properties);
        var endpoint = new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9092);
        await metadata.RegisterBrokerAsync(new BrokerImage(1, null, [endpoint], 1));
        return metadata;
    }

    public static Task<ZooKeeperClusterMetadata> OpenAsync(IStorageFileSystem disk, string[] directories, params string[] properties) =>
        OpenAsync(disk, TreeOf(disk), directories, properties);

    public static async Task<ZooKeeperClusterMetadata> OpenAsync(
        IStorageFileSystem disk, MemoryZnodes tree, string[] directories, params string[] properties)
    {
        var identity = new BrokerIdentity(1, ClusterId);
        var metadata = await ZooKeeperClusterMetadata.OpenAsync(
            new ClusterOptions
            {
                Config = BrokerConfig.Create(PropertiesFile.Parse(string.Join('\n', properties))),
                Identity = identity,
                Time = TimeProvider.System,
                Logger = NullLogger.Instance,
                CarriedOver = PreviousMetadata.Find(
                    disk, directories, identity, !tree.Tree.ContainsKey("/cluster/id"), static _ => null, NullLogger.Instance),
            },
            tree.ConnectAlone(),
            TimeSpan.FromSeconds(30));
        PreviousMetadata.PutAway(disk, directories[0]);
        return metadata;
    }

    public static async Task<MetadataError> CreateAsync(this IClusterMetadata metadata, NewTopic topic, bool validateOnly = false) =>
        (await metadata.CreateTopicsAsync([topic], validateOnly))[0].Error;

    public static async Task<MetadataError> AlterAsync(
        this IClusterMetadata metadata, ConfigResourceType type, string name, params (string Name, ConfigOperation Operation, string? Value)[] changes) =>
        (await metadata.AlterConfigsAsync(
            [new ConfigAlteration(type, name, [.. changes.Select(change => new ConfigChange(change.Name, change.Operation, change.Value))])],
            validateOnly: false))[0];
}
