using System.Text;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Disk;

/// <summary>One log directory that Apache Kafka 3.9 and the real Samsa process serve in turn, as one migrates and goes back.</summary>
public sealed class SharedDirectoryTests
{
    private const string Topic = "shared-directory";

    private static readonly string[] Codecs = ["none", "gzip", "snappy", "lz4", "zstd"];

    [Theory]
    [InlineData("KRaft", false)]
    [InlineData("KRaft", true)]
    [InlineData("ZooKeeper", false)]
    [InlineData("ZooKeeper", true)]
    public async Task A_directory_goes_from_Apache_Kafka_to_Samsa_and_back(string mode, bool killed)
    {
        Dictionary<string, string> properties = new() { ["log.segment.bytes"] = "40000", ["num.partitions"] = "1" };
        await using ZooKeeperProcess? zooKeeper = mode == "ZooKeeper" ? await ZooKeeperProcess.StartAsync() : null;
        await using ApacheKafkaProcess kafka = new("3.9", new Dictionary<string, string>(properties)
        {
            // A broker that was killed may come back when its session is over, whoever keeps it.
            ["zookeeper.session.timeout.ms"] = killed ? "6000" : "30000",
            ["broker.session.timeout.ms"] = killed ? "9000" : "30000",
        }, zooKeeper?.Address);
        await kafka.StartAsync();
        List<string> written = [];
        await ProduceAsync(kafka.BootstrapServers, "kafka", written);
        await (killed ? kafka.KillAsync() : kafka.StopAsync());

        // Who the directory belongs to, as the peers' script has it.
        properties["broker.id"] = zooKeeper is null ? "1" : "0";
        await using (SamsaProcess samsa = new(properties) { DataDirectory = kafka.DataDirectory })
        {
            await samsa.StartAsync();
            Assert.Equal(written, await ConsumeAsync(samsa.BootstrapServers));
            await ProduceAsync(samsa.BootstrapServers, "samsa", written);
            Assert.Equal(written, await ConsumeAsync(samsa.BootstrapServers));
            await (killed ? samsa.KillAsync() : samsa.StopAsync());
        }

        if (zooKeeper is not null)
        {
            await zooKeeper.UntilGoneAsync("/brokers/ids/0");
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
