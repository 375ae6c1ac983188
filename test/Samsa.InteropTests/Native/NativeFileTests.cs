using System.Net;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Native;

/// <summary>
/// `samsa` as one native file (docs/decisions/0011-native-file.md). Without the runtime's compiler whatever is found by
/// reflection only is missing: a client goes through every codec, a restart and the HTTP port. The whole of these tests runs
/// against it with SAMSA_INTEROP_TARGET=native.
/// </summary>
public sealed class NativeFileTests
{
    private const string HowTo = "dotnet publish src/Samsa.Cli -r linux-x64 -p:SamsaNative=true -o artifacts/native";

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("lz4")]
    [InlineData("zstd")]
    public async Task Kcat_reads_back_what_it_wrote(string codec)
    {
        await using TestBroker broker = await StartAsync();
        await RoundTrip.RunAsync(broker, new KcatClient(), codec, "native-" + codec);
    }

    [Fact]
    public async Task Health_and_metrics_are_served()
    {
        int port = FreePorts.Next();
        await using TestBroker broker = await StartAsync($"samsa.http.port={port}");
        using HttpClient http = new();

        using HttpResponseMessage health = await http.GetAsync($"http://127.0.0.1:{port}/healthz");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        string metrics = await http.GetStringAsync($"http://127.0.0.1:{port}/metrics");
        Assert.Contains("kafka_server_replicamanager_partitioncount", metrics, StringComparison.OrdinalIgnoreCase);
    }

    private static Task<TestBroker> StartAsync(params string[] overrides)
    {
        Assert.SkipUnless(File.Exists(RepositoryPaths.NativeFile), $"{RepositoryPaths.NativeFile} is missing: {HowTo}");
        DateTime built = Directory.GetFiles(Path.GetDirectoryName(RepositoryPaths.SamsaAssembly)!, "Samsa.*.dll").Max(File.GetLastWriteTimeUtc);
        Assert.SkipWhen(File.GetLastWriteTimeUtc(RepositoryPaths.NativeFile) < built, $"{RepositoryPaths.NativeFile} is older than the build: {HowTo}");
        return TestBroker.StartAsync("native", ["num.partitions=3", .. overrides]);
    }
}
