using System.Globalization;
using System.Text;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Disk;

/// <summary>
/// A directory of Apache Kafka 3.9 in ZooKeeper mode with what Samsa itself cannot write yet: transactions, committed, aborted and
/// left open, and messages of the formats 0 and 1. Samsa serves it, survives a kill, compacts it as Apache Kafka compacts its own
/// copy, and gives it back.
/// </summary>
public sealed class AdoptedDirectoryTests : IDisposable
{
    private const string Transactions = "transactions";
    private const string Open = "left-open";
    private static readonly string[] Formats = ["format-0.9.0", "format-0.10.2"];
    private static readonly string[] Versions = ["3.9", "4.3"];
    private readonly TemporaryDirectory _directory = new();

    private static string[] Topics => [Transactions, Open, .. Formats];

    private string Copy => _directory.File("data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Transactions_and_old_formats_are_served_compacted_and_given_back()
    {
        Dictionary<string, string> properties = new() { ["log.segment.bytes"] = "8000", ["log.index.interval.bytes"] = "500", ["log.retention.ms"] = "-1" };
        Dictionary<string, string> ofKafka = new(properties)
        {
            // The newest protocol that still lets a topic have an old message format.
            ["inter.broker.protocol.version"] = "2.8",
            ["transaction.state.log.num.partitions"] = "1",
        };
        await using ZooKeeperProcess zooKeeper = await ZooKeeperProcess.StartAsync();
        await using ApacheKafkaProcess kafka = new("3.9", ofKafka, zooKeeper.Address);
        await kafka.StartAsync();
        await WriteAsync(kafka.BootstrapServers);
        Dictionary<string, string[]> before = await ReadAsync(kafka.BootstrapServers, "read_committed");
        Dictionary<string, string[]> uncommitted = await ReadAsync(kafka.BootstrapServers, "read_uncommitted");
        Assert.True(before[Transactions].Length < uncommitted[Transactions].Length);
        Assert.True(before[Open].Length < uncommitted[Open].Length);
        await kafka.StopAsync();
        CopyDirectory(kafka.DataDirectory, Copy);

        // Served as it is, killed and recovered.
        await using (SamsaProcess samsa = new(properties) { DataDirectory = Copy })
        {
            await samsa.StartAsync();
            Assert.Equal(before, await ReadAsync(samsa.BootstrapServers, "read_committed"));
            Assert.Equal(uncommitted, await ReadAsync(samsa.BootstrapServers, "read_uncommitted"));
            await samsa.KillAsync();
            await samsa.StartAsync();
            Assert.Equal(before, await ReadAsync(samsa.BootstrapServers, "read_committed"));
        }

        await AssertSoundAsync(Copy);

        // Compacted by both, each on its own copy.
        Dictionary<string, string> cleaning = new()
        {
            ["log.cleanup.policy"] = "compact",
            ["log.cleaner.backoff.ms"] = "20",
            ["log.cleaner.min.cleanable.ratio"] = "0",
            ["log.cleaner.dedupe.buffer.size"] = "4194304",
        };
        foreach ((string key, string value) in cleaning)
        {
            properties[key] = value;
            ofKafka[key] = value;
        }

        Dictionary<string, string[]> compacted;
        await using (SamsaProcess samsa = new(properties) { DataDirectory = Copy })
        {
            await samsa.StartAsync();
            await UntilCompactedAsync(samsa);
            compacted = await ReadAsync(samsa.BootstrapServers, "read_committed");
        }

        await kafka.StartAsync();
        await UntilCompactedAsync(kafka);
        Assert.Equal(await ReadAsync(kafka.BootstrapServers, "read_committed"), compacted);
        await kafka.StopAsync();
        Assert.True(compacted[Transactions].Length < before[Transactions].Length);
        await AssertSameAsync(kafka.DataDirectory);

        // Samsa goes on writing, and Apache Kafka takes the directory back: even the open transaction can be ended.
        await using (SamsaProcess samsa = new(properties) { DataDirectory = Copy })
        {
            await samsa.StartAsync();
            foreach (string topic in Topics)
            {
                await ProduceAsync(samsa.BootstrapServers, topic, "gzip", "last");
            }

            compacted = await ReadAsync(samsa.BootstrapServers, "read_committed");
            Assert.EndsWith("-last", compacted[Transactions][^1], StringComparison.Ordinal);
            await samsa.KillAsync();
        }

        Directory.Delete(kafka.DataDirectory, recursive: true);
        CopyDirectory(Copy, kafka.DataDirectory);
        await kafka.StartAsync();
        Assert.Equal(compacted, await ReadAsync(kafka.BootstrapServers, "read_committed"));
        new TransactionLoad(Open).ComeBack(kafka.BootstrapServers);
        string[] ended = (await ReadAsync(kafka.BootstrapServers, "read_committed"))[Open];
        Assert.Contains(ended, line => line.EndsWith("-last", StringComparison.Ordinal));
        Assert.Equal(compacted[Open], ended[..compacted[Open].Length]);
    }

    private static async Task WriteAsync(string server)
    {
        foreach (string topic in Topics)
        {
            string[] format = Formats.Contains(topic) ? ["--config", "message.format.version=" + topic["format-".Length..]] : [];
            (await ApacheTool.RunAsync("3.9", "kafka-topics", ["--bootstrap-server", server, "--create", "--topic", topic, "--partitions", "1", .. format]))
                .Succeeded();
        }

        new TransactionLoad(Transactions).Run(server, rounds: 12);
        new TransactionLoad(Open).LeaveOpen(server);
        foreach (string topic in Formats)
        {
            foreach (string codec in new[] { "none", "gzip", "snappy", "lz4" })
            {
                await ProduceAsync(server, topic, codec, codec);
            }
        }
    }

    // Two hundred records over forty keys, in small batches.
    private static async Task ProduceAsync(string server, string topic, string codec, string end)
    {
        string lines = string.Concat(Enumerable.Range(0, 200).Select(i => $"key-{i * 7 % 40}:value-{i}-{new string('y', i % 50)}-{end}\n"));
        string[] arguments =
            ["-P", "-E", "-b", server, "-t", topic, "-p", "0", "-K", ":", "-z", codec, "-X", "batch.num.messages=9", "-X", "max.in.flight=1"];
        (await Child.RunAsync(Tools.Kcat, arguments, Encoding.UTF8.GetBytes(lines))).Succeeded();
    }

    private static async Task<Dictionary<string, string[]>> ReadAsync(string server, string isolation)
    {
        Dictionary<string, string[]> read = [];
        foreach (string topic in Topics)
        {
            string[] arguments =
            [
                "-C", "-E", "-q", "-e", "-b", server, "-t", topic, "-p", "0", "-o", "beginning", "-f", "%o %T %k %s\n",
                "-X", "check.crcs=true", "-X", "isolation.level=" + isolation,
            ];
            read[topic] = (await Child.RunAsync(Tools.Kcat, arguments)).Succeeded().Lines;
        }

        return read;
    }

    // What precedes the active segment, or the open transaction.
    private static async Task UntilCompactedAsync(TestBroker broker)
    {
        string checkpoint = Path.Combine(broker.DataDirectory, "cleaner-offset-checkpoint");
        foreach (string topic in Topics.Where(topic => topic != Open))
        {
            string active = Directory.GetFiles(Path.Combine(broker.DataDirectory, topic + "-0"), "*.log").Max()!;
            string wanted = $"{topic} 0 {long.Parse(Path.GetFileNameWithoutExtension(active), CultureInfo.InvariantCulture)}";
            await Conditions.UntilAsync(
                $"{broker.GetType().Name} has compacted '{wanted}'",
                async () => File.Exists(checkpoint) ? await File.ReadAllTextAsync(checkpoint) : string.Empty,
                text => text.Split('\n').Contains(wanted));
        }
    }

    private static async Task AssertSoundAsync(string directory)
    {
        foreach (string version in Versions)
        {
            List<PartitionDump> dumps = await PartitionDump.OfAsync(version, PartitionsOf(directory));
            foreach ((string topic, PartitionDump dump) in Topics.Zip(dumps))
            {
                int magic = topic switch { "format-0.9.0" => 0, "format-0.10.2" => 1, _ => 2 };
                Assert.All(dump.Batches, batch => Assert.Equal(magic, batch.Magic));
                Assert.Equal(topic == Transactions, dump.Aborted.Count > 0);
                Assert.Equal(topic is Transactions or Open, dump.Producers.Count > 0);
            }
        }
    }

    private async Task AssertSameAsync(string ofKafka)
    {
        List<PartitionDump> kafka = await PartitionDump.OfAsync("3.9", PartitionsOf(ofKafka), gaps: true, isOurs: false);
        foreach (string version in Versions)
        {
            List<PartitionDump> samsa = await PartitionDump.OfAsync(version, PartitionsOf(Copy), gaps: true);
            for (int i = 0; i < kafka.Count; i++)
            {
                Assert.Equal(kafka[i].Records, samsa[i].Records);
                Assert.Equal(WithRecords(kafka[i]), WithRecords(samsa[i]));
                Assert.Equal(kafka[i].Aborted, samsa[i].Aborted);
            }
        }

        static IEnumerable<DumpedBatch> WithRecords(PartitionDump dump) =>
            dump.Batches.Where(batch => batch.Count != 0).Select(batch => batch.WithoutSegment);
    }

    private static string[] PartitionsOf(string directory) => [.. Topics.Select(topic => Path.Combine(directory, topic + "-0"))];

    private static void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (string folder in Directory.GetDirectories(from))
        {
            CopyDirectory(folder, Path.Combine(to, Path.GetFileName(folder)));
        }
    }
}
