using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Samsa.IntegrationTests.Wire;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using ErrorCode = Samsa.Protocol.ErrorCode;

namespace Samsa.InteropTests.Disk;

/// <summary>
/// Samsa and Apache Kafka with cleaners that look around all the time, and topics that are compacted when the test says so. Owns
/// both brokers; one test uses it; lives until disposed.
/// </summary>
internal sealed class CompactionPair : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Properties = new()
    {
        ["log.cleaner.backoff.ms"] = "20",
        ["log.cleaner.dedupe.buffer.size"] = "4194304",
        ["log.roll.jitter.ms"] = "0",
    };

    // As long ago as nothing is.
    private static readonly string Never = TimeSpan.FromDays(36500).TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);

    private readonly Dictionary<string, Dictionary<string, string>> _topics = [];

    private CompactionPair(string version)
    {
        _ = new ConfluentDotnetClient();
        Brokers = [new SamsaProcess(Properties), new ApacheKafkaProcess(version, Properties)];
    }

    /// <summary>Samsa first.</summary>
    public IReadOnlyList<TestBroker> Brokers { get; }

    public static async Task<CompactionPair> StartAsync(string version)
    {
        CompactionPair pair = new(version);
        try
        {
            await Task.WhenAll(pair.Brokers.Select(broker => broker.StartAsync()));
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>A compacted topic of one partition on both, of which nothing is compacted yet.</summary>
    public async Task CreateTopicAsync(string topic, params (string Key, string Value)[] configs)
    {
        Dictionary<string, string> all = new()
        {
            ["cleanup.policy"] = "compact",
            ["segment.ms"] = KeyedHistory.SegmentMs.ToString(CultureInfo.InvariantCulture),
            ["min.cleanable.dirty.ratio"] = "0",
            ["min.compaction.lag.ms"] = Never,
        };
        foreach ((string key, string value) in configs)
        {
            all[key] = value;
        }

        _topics[topic] = all;
        foreach (TestBroker broker in Brokers)
        {
            using IAdminClient admin = ConfluentDotnetClient.Admin(broker.BootstrapServers);
            await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, ReplicationFactor = 1, Configs = all }]);
        }
    }

    /// <summary>Appends the same bytes to both.</summary>
    public async Task AppendAsync(string topic, IEnumerable<byte[]> batches)
    {
        foreach (TestBroker broker in Brokers)
        {
            using WireClient client = await WireClient.ConnectAsync(broker.BootstrapServers);
            foreach (byte[] batch in batches)
            {
                // Apache Kafka creates a topic before its leader serves it.
                await Conditions.UntilAsync(
                    $"{topic} takes a batch",
                    async () => (await client.ProduceAsync(new WireTopic(topic, default), [.. batch])).ErrorCode,
                    error => error is ErrorCode.None or not (ErrorCode.NotLeaderOrFollower or ErrorCode.UnknownTopicOrPartition));
            }
        }
    }

    /// <summary>Lets both compact everything before the active segments, and returns when they have.</summary>
    public async Task CompactAsync(string topic)
    {
        await AlterAsync(topic, "min.compaction.lag.ms", "0");
        foreach (TestBroker broker in Brokers)
        {
            string active = Segments(broker, topic)[^1];
            string checkpoint = Path.Combine(broker.DataDirectory, "cleaner-offset-checkpoint");
            string wanted = $"{topic} 0 {long.Parse(active, CultureInfo.InvariantCulture)}";
            await Conditions.UntilAsync(
                $"{broker.GetType().Name} has compacted '{wanted}'",
                async () => File.Exists(checkpoint) ? await File.ReadAllTextAsync(checkpoint) : string.Empty,
                text => text.Split('\n').Contains(wanted));
        }

        await AlterAsync(topic, "min.compaction.lag.ms", Never);
    }

    /// <summary>The names of the segments, oldest first.</summary>
    public static string[] Segments(TestBroker broker, string topic) =>
    [
        .. Directory.GetFiles(PartitionOf(broker, topic), "*.log").Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Order(StringComparer.Ordinal),
    ];

    public static string PartitionOf(TestBroker broker, string topic) => Path.Combine(broker.DataDirectory, topic + "-0");

    public async ValueTask DisposeAsync()
    {
        foreach (TestBroker broker in Brokers)
        {
            await broker.DisposeAsync();
        }
    }

    private async Task AlterAsync(string topic, string key, string value)
    {
        _topics[topic][key] = value;
        foreach (TestBroker broker in Brokers)
        {
            using IAdminClient admin = ConfluentDotnetClient.Admin(broker.BootstrapServers);
            ConfigResource resource = new() { Type = ResourceType.Topic, Name = topic };
            await admin.AlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
            {
                [resource] = [.. _topics[topic].Select(config => new ConfigEntry { Name = config.Key, Value = config.Value })],
            });

            // Apache Kafka answers before its broker has heard of it; what comes next must not be compacted too early.
            await Conditions.UntilAsync(
                $"{key} of {topic} is {value}", () => admin.DescribeConfigsAsync([resource]), answer => answer[0].Entries[key].Value == value);
        }
    }
}
