using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Storage.Files;
using Samsa.UnitTests.Storage.Files;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Metadata of broker 1 in /data on a disk in memory.</summary>
internal static class MetadataHarness
{
    public const string Directory = "/data";
    public const string ClusterId = "AAAAAAAAAAAAAAAAAAAAAQ";

    public static MemoryFileSystem NewDisk()
    {
        var disk = new MemoryFileSystem();
        disk.CreateDirectory(Directory);
        return disk;
    }

    public static async Task<LocalClusterMetadata> StartAsync(IStorageFileSystem disk, params string[] properties)
    {
        var metadata = Open(disk, [Directory], properties);
        var endpoint = new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9092);
        await metadata.RegisterBrokerAsync(new BrokerImage(1, null, [endpoint], 1));
        return metadata;
    }

    public static LocalClusterMetadata Open(IStorageFileSystem disk, string[] directories, params string[] properties) => LocalClusterMetadata.Open(
        new LocalMetadataOptions
        {
            Config = BrokerConfig.Create(PropertiesFile.Parse(string.Join('\n', properties))),
            Identity = new BrokerIdentity(1, ClusterId),
            Files = disk,
            Logger = NullLogger.Instance,
            LogDirs = directories,
        });

    public static async Task<MetadataError> CreateAsync(this IClusterMetadata metadata, NewTopic topic, bool validateOnly = false) =>
        (await metadata.CreateTopicsAsync([topic], validateOnly))[0].Error;

    public static async Task<MetadataError> AlterAsync(
        this IClusterMetadata metadata, ConfigResourceType type, string name, params (string Name, ConfigOperation Operation, string? Value)[] changes) =>
        (await metadata.AlterConfigsAsync(
            [new ConfigAlteration(type, name, [.. changes.Select(change => new ConfigChange(change.Name, change.Operation, change.Value))])],
            validateOnly: false))[0];
}
