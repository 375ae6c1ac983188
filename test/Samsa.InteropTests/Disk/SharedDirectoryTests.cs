using System.Text;
using Samsa.InteropTests.Support;
using Samsa.Testing;
using Xunit;

namespace Samsa.InteropTests.Disk;

/// <summary>One log directory that Apache Kafka 3.9 (KRaft) and Samsa serve in turn, as one migrates and goes back.</summary>
public sealed class SharedDirectoryTests
{
    private const string Topic = "shared-directory";

    private static readonly string[] Codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_directory_goes_from_Apache_Kafka_to_Samsa_and_back(bool killed)
    {
        Dictionary<string, string> properties = new() { ["log.segment.bytes"] = "40000", ["num.partitions"] = "1" };
        await using ApacheKafkaProcess kafka = new("3.9", properties);
        await kafka.StartAsync();
        List<string> written = [];
        await ProduceAsync(kafka.BootstrapServers, "kafka", written);
        await (killed ? kafka.KillAsync() : kafka.StopAsync());

        SamsaBrokerOptions options = new()
        {
            DataDirectory = kafka.DataDirectory,
            Overrides = new Dictionary<string, string>(properties) { ["broker.id"] = "1" },
        };
        await using (SamsaBroker samsa = await SamsaBroker.StartAsync(options))
        {
            Assert.Equal(written, await ConsumeAsync(samsa.BootstrapServers));
            await ProduceAsync(samsa.BootstrapServers, "samsa", written);
            Assert.Equal(written, await ConsumeAsync(samsa.BootstrapServers));
            await (killed ? samsa.CrashAsync() : samsa.StopAsync());
        }

        await kafka.StartAsync();
        Assert.Equal(written, await ConsumeAsync(kafka.BootstrapServers));
        await ProduceAsync(kafka.BootstrapServers, "again", written);
        Assert.Equal(written, await ConsumeAsync(kafka.BootstrapServers));
    }

    // Idempotent, with each codec; several segments.
    private static async Task ProduceAsync(string server, string who, List<string> written)
    {
        foreach (string codec in Codecs)
        {
            string[] lines = [.. Enumerable.Range(0, 400).Select(i => $"{who}-{codec}-{i}-{new string('x', i % 97)}")];
            string[] arguments = ["-P", "-E", "-b", server, "-t", Topic, "-p", "0", "-z", codec, "-X", "enable.idempotence=true"];
            (await Child.RunAsync(Tools.Kcat, arguments, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"))).Succeeded();
            written.AddRange(lines);
        }
    }

    private static async Task<string[]> ConsumeAsync(string server) =>
        (await Child.RunAsync(Tools.Kcat, "-C", "-b", server, "-t", Topic, "-p", "0", "-o", "beginning", "-e", "-q")).Succeeded().Lines;
}
