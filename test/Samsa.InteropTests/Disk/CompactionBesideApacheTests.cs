using System.Text;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Disk;

/// <summary>
/// The same batches written to Samsa and to Apache Kafka and compacted by both: a consumer reads the same from both, and Apache's
/// kafka-dump-log finds the same batches in the files of both.
/// </summary>
public sealed class CompactionBesideApacheTests
{
    private const string Kept = "tombstones-kept";
    private const string Dropped = "tombstones-dropped";
    private const string Large = "several-segments";

    // Each one only appends what differs from the defaults of the pair.
    private static readonly Dictionary<string, (string Key, string Value)[]> Topics = new()
    {
        [Kept] = [("delete.retention.ms", "86400000")],
        [Dropped] = [("delete.retention.ms", "0")],
        [Large] = [("segment.bytes", "1048576")],
    };

    private static readonly int FirstSeed = int.Parse(Environment.GetEnvironmentVariable("SAMSA_COMPACTION_FIRST_SEED") ?? "1", null);
    private static readonly int Seeds = int.Parse(Environment.GetEnvironmentVariable("SAMSA_COMPACTION_SEEDS") ?? "1", null);

    [Theory]
    [InlineData("3.9")]
    [InlineData("4.3")]
    public async Task The_same_records_stay_as_Apache_Kafka_keeps(string version)
    {
        _ = Tools.Kcat;
        await using CompactionPair pair = await CompactionPair.StartAsync(version);
        for (int seed = FirstSeed; seed < FirstSeed + Seeds; seed++)
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
            foreach ((string name, (string Key, string Value)[] configs) in Topics)
            {
                string topic = $"{name}-{seed}";
                KeyedHistory history = new(seed);
                int valueBytes = name == Large ? 20_000 : 120;
                await pair.CreateTopicAsync(topic, configs);
                await RoundAsync(pair, topic, history, segments: 5, batches: 12, valueBytes);
                await RoundAsync(pair, topic, history, segments: 2, batches: 6, valueBytes);
                // One that overwrites little, so that what was compacted twice is compacted again.
                await RoundAsync(pair, topic, history, segments: 1, batches: 1, valueBytes);
                await AssertSameForConsumersAsync(pair, topic, history);
            }
        }

        foreach (TestBroker broker in pair.Brokers)
        {
            await broker.StopAsync();
        }

        string[] topics = [.. Enumerable.Range(FirstSeed, Seeds).SelectMany(seed => Topics.Keys.Select(name => $"{name}-{seed}"))];
        List<PartitionDump> samsa = await DumpAsync(version, pair.Brokers[0], topics, isOurs: true);
        List<PartitionDump> kafka = await DumpAsync(version, pair.Brokers[1], topics, isOurs: false);
        for (int i = 0; i < topics.Length; i++)
        {
            AssertSameFiles(topics[i], samsa[i], kafka[i]);
        }

        // The same history: what is missing in the other one are tombstones.
        for (int seed = FirstSeed; seed < FirstSeed + Seeds; seed++)
        {
            int RecordsOf(string name) => samsa[Array.IndexOf(topics, $"{name}-{seed}")].Records.Count;
            Assert.True(RecordsOf(Dropped) < RecordsOf(Kept));
        }
    }

    private static Task<List<PartitionDump>> DumpAsync(string version, TestBroker broker, string[] topics, bool isOurs) => PartitionDump.OfAsync(
        version, [.. topics.Select(topic => CompactionPair.PartitionOf(broker, topic))], gaps: true, isOurs);

    private static async Task RoundAsync(CompactionPair pair, string topic, KeyedHistory history, int segments, int batches, int valueBytes)
    {
        for (int i = 0; i < segments; i++)
        {
            await pair.AppendAsync(topic, history.Segment(batches, valueBytes));
        }

        // The active segment is left alone by both: it has to begin at the same record.
        await pair.AppendAsync(topic, history.Segment(batches: 1, valueBytes));
        Assert.Equal(CompactionPair.Segments(pair.Brokers[1], topic)[^1], CompactionPair.Segments(pair.Brokers[0], topic)[^1]);
        await pair.CompactAsync(topic);
    }

    private static async Task AssertSameForConsumersAsync(CompactionPair pair, string topic, KeyedHistory history)
    {
        KcatClient kcat = new();
        List<ConsumedRecord> samsa = (await kcat.ConsumeAsync(pair.Brokers[0].BootstrapServers, topic, RecordQuery.All))![0];
        List<ConsumedRecord> kafka = (await kcat.ConsumeAsync(pair.Brokers[1].BootstrapServers, topic, RecordQuery.All))![0];
        RecordComparison.AssertSame(topic, kafka, samsa);

        Dictionary<string, string?> latest = [];
        foreach (ConsumedRecord record in samsa)
        {
            latest[Encoding.UTF8.GetString(record.Key!)] = record.Value is null ? null : Encoding.UTF8.GetString(record.Value);
        }

        Assert.Equal(
            history.Latest.Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal),
            latest.Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    private static void AssertSameFiles(string topic, PartitionDump samsa, PartitionDump kafka)
    {
        Assert.Equal(kafka.Records, samsa.Records);
        Assert.Equal(WithRecords(kafka), WithRecords(samsa));

        // The last batch of a producer stays without records, for its sequence. Samsa keeps the last batch of a segment so too.
        HashSet<DumpedBatch> emptied = [.. samsa.Batches.Where(batch => batch.Count == 0).Select(batch => batch.WithoutSegment)];
        Assert.All(kafka.Batches.Where(batch => batch.Count == 0), batch => Assert.Contains(batch.WithoutSegment, emptied));
        Assert.Equal(kafka.Producers.Order(StringComparer.Ordinal), samsa.Producers.Order(StringComparer.Ordinal));
        Assert.Contains(samsa.Batches, batch => batch.HasDeleteHorizon);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{topic}: {samsa.Records.Count} records in {samsa.Batches.Count} and {kafka.Batches.Count} batches, "
            + $"{samsa.Batches.DistinctBy(batch => batch.Segment).Count()} and {kafka.Batches.DistinctBy(batch => batch.Segment).Count()} segments");
    }

    private static IEnumerable<DumpedBatch> WithRecords(PartitionDump dump) =>
        dump.Batches.Where(batch => batch.Count > 0).Select(batch => batch.WithoutSegment);
}
