using Samsa.Broker.Api.Admin;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;
using Samsa.Storage.Directories;
using Samsa.UnitTests.Broker.Metadata;
using Samsa.UnitTests.Storage.Files;
using Xunit;

namespace Samsa.UnitTests.Broker.Admin;

public sealed class DescribeLogDirsHandlerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Every_version_lists_the_partitions_of_a_directory(short version)
    {
        var disk = MetadataHarness.NewDisk();
        await using var logs = await OpenAsync(disk);
        logs.GetOrCreate(new TopicPartition("b", 0), Guid.NewGuid(), LogConfig.Default);
        logs.GetOrCreate(new TopicPartition("a", 1), Guid.NewGuid(), LogConfig.Default);

        var directory = Assert.Single((await AskAsync(disk, logs, version, null)).Results);

        Assert.Equal((ErrorCode.None, MetadataHarness.Directory), (directory.ErrorCode, directory.LogDir));
        Assert.Equal(["a", "b"], directory.Topics.Select(topic => topic.Name));
        Assert.Equal(1, Assert.Single(directory.Topics[0].Partitions).PartitionIndex);
        Assert.Equal(version >= 4, directory.TotalBytes > 0 && directory.UsableBytes > 0);
    }

    [Fact]
    public async Task Only_the_partitions_that_are_asked_for_are_listed()
    {
        var disk = MetadataHarness.NewDisk();
        await using var logs = await OpenAsync(disk);
        logs.GetOrCreate(new TopicPartition("a", 0), Guid.NewGuid(), LogConfig.Default);
        logs.GetOrCreate(new TopicPartition("a", 1), Guid.NewGuid(), LogConfig.Default);

        var some = await AskAsync(disk, logs, 4, [new DescribeLogDirsRequest.DescribableLogDirTopic { Topic = "a", Partitions = [1, 7] }]);
        var none = await AskAsync(disk, logs, 4, []);

        Assert.Equal(1, Assert.Single(Assert.Single(some.Results[0].Topics).Partitions).PartitionIndex);
        Assert.Empty(none.Results[0].Topics);
    }

    private static Task<LogManager> OpenAsync(MemoryFileSystem disk) => LogManager.OpenAsync(new LogManagerOptions
    {
        Directories = [MetadataHarness.Directory],
        BrokerId = 1,
        ClusterId = MetadataHarness.ClusterId,
        FileSystem = disk,
    });

    private static async Task<DescribeLogDirsResponse> AskAsync(
        MemoryFileSystem disk, LogManager logs, short version, List<DescribeLogDirsRequest.DescribableLogDirTopic>? topics)
    {
        IClusterMetadata metadata = await MetadataHarness.StartAsync(disk);
        return await AdminHarness.AskAsync<DescribeLogDirsRequest, DescribeLogDirsResponse>(
            new DescribeLogDirsHandler(metadata, logs).HandleAsync, ApiKey.DescribeLogDirs, version, new DescribeLogDirsRequest { Topics = topics });
    }
}
