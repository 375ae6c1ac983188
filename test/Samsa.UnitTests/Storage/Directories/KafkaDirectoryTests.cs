using Samsa.UnitTests.Protocol.Records;
using Xunit;
using static Samsa.UnitTests.Storage.Directories.LogManagerHarness;

namespace Samsa.UnitTests.Storage.Directories;

/// <summary>Whole log directories that Apache Kafka left after a clean stop.</summary>
public sealed class KafkaDirectoryTests
{
    private readonly LogManagerHarness _harness = new();

    [Theory]
    [InlineData(Samples.Kafka39, 0, "fHUAva03TduhNYrRVUqFfA")]
    [InlineData(Samples.Kafka43, 1, "FactsDiskFactsDisk43AA")]
    public async Task A_directory_of_Kafka_is_opened_and_closed_without_a_change(string version, int brokerId, string clusterId)
    {
        var before = Copy(version);
        var options = _harness.Options() with { BrokerId = brokerId, ClusterId = clusterId };
        var manager = await OpenAsync(options);

        Assert.True(manager.Directories[0].IsOnline, manager.Directories[0].Error);
        Assert.Equal(12, manager.Logs.Count());
        var start = manager.Get(Partition(0, "start"));
        Assert.NotNull(start);
        Assert.Equal((2, 3, 3), (start.LogStartOffset, start.LogEndOffset, start.HighWatermark));
        Assert.Equal(start.LogEndOffset, start.RecoveryPoint);
        Assert.NotNull(start.TopicId);
        Assert.False(_harness.Files.FileExists($"{First}/.kafka_cleanshutdown"));
        await CloseAsync(manager);

        Assert.True(_harness.Files.FileExists($"{First}/.kafka_cleanshutdown"));
        foreach (var (path, content) in before)
        {
            var name = Path.GetFileName(path);
            if (name.EndsWith("-offset-checkpoint", StringComparison.Ordinal))
            {
                // The order of the lines is that of a hash table.
                Assert.Equal(Lines(content), Lines(_harness.Files.ReadAllBytes(path)));
            }
            else if (name != ".kafka_cleanshutdown")
            {
                Assert.True(content.AsSpan().SequenceEqual(_harness.Files.ReadAllBytes(path)), $"{path} changed");
            }
        }
    }

    private Dictionary<string, byte[]> Copy(string version)
    {
        var root = Path.Combine(AppContext.BaseDirectory, "TestData", version);
        var files = new Dictionary<string, byte[]>();
        foreach (var path in Directory.EnumerateFiles(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var target = $"{First}/{Path.GetRelativePath(root, path).Replace('\\', '/')}";
            files[target] = File.ReadAllBytes(path);
            _harness.Files.WriteFile(target, files[target]);
        }

        return files;
    }

    private static List<string> Lines(byte[] content) =>
        [.. System.Text.Encoding.UTF8.GetString(content).Split('\n').Order(StringComparer.Ordinal)];
}
