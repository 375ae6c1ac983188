using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Samsa.InteropTests.RoundTrips;
using Samsa.InteropTests.Support;
using Xunit;

namespace Samsa.InteropTests.Retention;

/// <summary>
/// What retention takes away, seen through kcat: whole segments, oldest first, by size and by time, the active one too when all
/// of it is too old; and records before a point that DeleteRecords names. None of it comes back after a restart.
/// </summary>
public sealed class RetentionTests : IAsyncLifetime
{
    private const int SegmentBytes = 1024 * 1024;
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private readonly ConfluentDotnetClient _client = new();
    private readonly KcatClient _kcat = new(readHeaders: false);
    private TestBroker? _broker;

    private TestBroker Broker => _broker!;

    public async ValueTask InitializeAsync() => _broker = await TestBroker.StartAsync(
        "log.retention.check.interval.ms=200", "log.initial.task.delay.ms=0", "log.segment.delete.delay.ms=100");

    public ValueTask DisposeAsync() => Broker.DisposeAsync();

    [Fact]
    public async Task Retention_by_size_removes_the_oldest_segments_down_to_the_limit()
    {
        const string Topic = "by-size";
        const long Limit = 3 * SegmentBytes;
        await CreateAsync(Topic, ("retention.bytes", "-1"), ("retention.ms", "-1"));
        List<TestRecord> sent = await ProduceAsync(Topic, 80, 100_000, TimeSpan.Zero);
        List<(long BaseOffset, long Size)> segments = Segments(Topic);
        Assert.True(segments.Count >= 6, $"Only {segments.Count} segments.");
        long expected = segments[0].BaseOffset;
        long total = segments.Sum(segment => segment.Size);
        foreach ((long _, long size) in segments)
        {
            if (total - size < Limit)
            {
                break;
            }

            total -= size;
            expected = segments.First(segment => segment.BaseOffset > expected).BaseOffset;
        }

        await AlterAsync(Topic, ("retention.bytes", Limit.ToString(CultureInfo.InvariantCulture)), ("retention.ms", "-1"));
        await AssertStartsAtAsync(Topic, expected, sent);
    }

    [Fact]
    public async Task Retention_by_time_removes_segments_whose_youngest_record_is_too_old()
    {
        const string Topic = "by-time";
        await CreateAsync(Topic, ("retention.ms", "-1"));
        List<TestRecord> sent = await ProduceAsync(Topic, 45, 100_000, TimeSpan.FromDays(10));
        sent.AddRange(await ProduceAsync(Topic, 25, 100_000, TimeSpan.FromDays(1)));
        long expected = Segments(Topic).Last(segment => segment.BaseOffset <= 45).BaseOffset;
        Assert.True(expected > 0);

        await AlterAsync(Topic, ("retention.ms", Milliseconds(Week)));
        await AssertStartsAtAsync(Topic, expected, sent);
    }

    [Fact]
    public async Task Retention_by_time_empties_a_partition_without_young_records_and_offsets_go_on()
    {
        const string Topic = "by-time-all";
        await CreateAsync(Topic, ("retention.ms", "-1"));
        List<TestRecord> sent = await ProduceAsync(Topic, 15, 1_000, TimeSpan.FromDays(10));

        await AlterAsync(Topic, ("retention.ms", Milliseconds(Week)));
        await AssertStartsAtAsync(Topic, 15, sent);
        sent.AddRange(await ProduceAsync(Topic, 1, 1_000, TimeSpan.Zero));
        await AssertStartsAtAsync(Topic, 15, sent);
    }

    [Fact]
    public async Task Deleted_records_are_gone_for_consumers_and_stay_gone()
    {
        const string Topic = "deleted-records";
        await CreateAsync(Topic, ("retention.ms", "-1"));
        List<TestRecord> sent = await ProduceAsync(Topic, 60, 100_000, TimeSpan.Zero);
        using IAdminClient admin = ConfluentDotnetClient.Admin(Broker.BootstrapServers);
        List<DeleteRecordsResult> deleted = await admin.DeleteRecordsAsync([new TopicPartitionOffset(Topic, 0, 37)]);
        Assert.Equal(37, deleted[0].Offset.Value);
        await AssertStartsAtAsync(Topic, 37, sent);

        DeleteRecordsException beyond = await Assert.ThrowsAsync<DeleteRecordsException>(
            () => admin.DeleteRecordsAsync([new TopicPartitionOffset(Topic, 0, 61)]));
        Assert.Equal(ErrorCode.OffsetOutOfRange, beyond.Results[0].Error.Code);
        await AssertStartsAtAsync(Topic, 37, sent);
    }

    [Fact]
    public async Task A_deleted_topic_leaves_no_files_and_its_name_can_be_used_again()
    {
        const string Topic = "deleted-topic";
        using IAdminClient admin = ConfluentDotnetClient.Admin(Broker.BootstrapServers);
        await CreateAsync(Topic);
        await ProduceAsync(Topic, 10, 1_000, TimeSpan.Zero);
        string[] Directories() => Directory.GetDirectories(Broker.DataDirectory, Topic + "*");
        Assert.Single(Directories());
        await admin.DeleteTopicsAsync([Topic]);
        await Conditions.UntilAsync("the files are gone", () => Task.FromResult(Directories().Length), count => count == 0);

        await CreateAsync(Topic);
        List<TestRecord> sent = await ProduceAsync(Topic, 3, 1_000, TimeSpan.Zero);
        await AssertStartsAtAsync(Topic, 0, sent);
    }

    /// <summary>Waits until kcat says where the partition begins, reads it, and reads it again after a restart.</summary>
    private async Task AssertStartsAtAsync(string topic, long start, List<TestRecord> sent)
    {
        await Conditions.UntilAsync(
            $"{topic} starts at {start}",
            async () =>
            {
                string answer = (await Child.RunAsync(Tools.Kcat, "-Q", "-b", Broker.BootstrapServers, "-t", topic + ":0:-2")).Succeeded().Text;
                // "topic [0] offset 37"
                return long.Parse(answer.Trim().Split(' ')[^1], CultureInfo.InvariantCulture);
            },
            offset => offset == start);
        for (int reading = 0; reading < 2; reading++)
        {
            List<ConsumedRecord> left = (await _kcat.ConsumeAsync(Broker.BootstrapServers, topic, RecordQuery.All))![0];
            RecordComparison.AssertSame(
                topic,
                sent.Select((record, i) => new ConsumedRecord(0, i, record.Timestamp, record.Key, record.Value, [])).Skip((int)start),
                left);
            if (reading == 0)
            {
                await Broker.RestartAsync();
            }
        }

        await Conditions.UntilAsync(
            $"{topic} keeps no file of segments before {start}",
            () => Task.FromResult(BaseOffsets(topic)),
            offsets => offsets.Count < 2 || offsets[1] > start);
    }

    private async Task CreateAsync(string topic, params (string Name, string Value)[] configs)
    {
        using IAdminClient admin = ConfluentDotnetClient.Admin(Broker.BootstrapServers);
        Dictionary<string, string> all = configs.ToDictionary(config => config.Name, config => config.Value);
        all["segment.bytes"] = SegmentBytes.ToString(CultureInfo.InvariantCulture);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = 1, Configs = all }]);
    }

    private async Task AlterAsync(string topic, params (string Name, string Value)[] configs)
    {
        using IAdminClient admin = ConfluentDotnetClient.Admin(Broker.BootstrapServers);
        List<ConfigEntry> entries =
        [
            new() { Name = "segment.bytes", Value = SegmentBytes.ToString(CultureInfo.InvariantCulture) },
            .. configs.Select(config => new ConfigEntry { Name = config.Name, Value = config.Value }),
        ];
        await admin.AlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] = entries,
        });
    }

    private async Task<List<TestRecord>> ProduceAsync(string topic, int count, int size, TimeSpan age)
    {
        long timestamp = TimeProvider.System.GetUtcNow().Subtract(age).ToUnixTimeMilliseconds();
        Random random = new(count);
        List<TestRecord> records = [];
        for (int i = 0; i < count; i++)
        {
            byte[] value = new byte[size];
            random.NextBytes(value);
            records.Add(new TestRecord(0, timestamp, BitConverter.GetBytes(i), value, []));
        }

        await _client.ProduceAsync(Broker.BootstrapServers, topic, "none", records);
        return records;
    }

    /// <summary>The base offsets alone, from names: a file may go while one looks.</summary>
    private List<long> BaseOffsets(string topic) =>
    [
        .. Directory.GetFiles(Path.Combine(Broker.DataDirectory, topic + "-0"), "*.log")
            .Select(file => long.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture))
            .Order(),
    ];

    /// <summary>Base offset and size of each segment, oldest first, as the files in the log directory show them while nothing is deleted.</summary>
    private List<(long BaseOffset, long Size)> Segments(string topic) =>
    [
        .. new DirectoryInfo(Path.Combine(Broker.DataDirectory, topic + "-0")).GetFiles("*.log")
            .Select(file => (long.Parse(Path.GetFileNameWithoutExtension(file.Name), CultureInfo.InvariantCulture), file.Length))
            .OrderBy(segment => segment.Item1),
    ];

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
}
