using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>
/// Classes of the integration suite once more, with the metadata in Apache ZooKeeper instead of the embedded server. All of the suite:
/// <c>SAMSA_TESTING_ZOOKEEPER=host:port ./test.sh integration</c>.
/// </summary>
public sealed class OnApacheZooKeeperTests
{
    // Topics, configurations, restarts and crashes: what has to do with metadata.
    private static readonly string[] Classes = ["Wire.TopicAdminTests", "Wire.MetadataTests", "Wire.ConfigTests", "Wire.ProducerRestartTests", "Testing.SamsaBrokerTests"];

    [Fact]
    public async Task The_integration_suite_passes_on_Apache_ZooKeeper()
    {
        string suite = Path.Combine(
            RepositoryPaths.Root, "artifacts", "bin", "Samsa.IntegrationTests", new DirectoryInfo(AppContext.BaseDirectory).Name,
            "Samsa.IntegrationTests.dll");
        Assert.SkipUnless(File.Exists(suite), "the integration tests are not built");
        await using ZooKeeperProcess zooKeeper = await ZooKeeperProcess.StartAsync();
        string[] arguments = [suite, "-noLogo", "-noColor", .. Classes.SelectMany(name => new[] { "-class", "Samsa.IntegrationTests." + name })];

        ChildResult run = await Child.RunAsync(
            "dotnet", arguments, input: null, new Dictionary<string, string> { ["SAMSA_TESTING_ZOOKEEPER"] = zooKeeper.Address }, Child.LongPatience);

        run.Succeeded();
        Assert.Contains("Failed: 0", run.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Total: 0,", run.Text, StringComparison.Ordinal);
    }
}
