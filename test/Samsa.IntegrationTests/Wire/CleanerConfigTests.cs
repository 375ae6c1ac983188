using System.Buffers;
using System.Globalization;
using System.Text;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>The keys <c>log.cleaner.*</c> while the broker runs: which may change (Kafka's update modes), and that a change holds at once.</summary>
public sealed class CleanerConfigTests
{
    private const sbyte Broker = 4;
    private const string IoBytes = "kafka_utils_throttler_cleaner_io";
    private const string SinceLastRun = "kafka_log_logcleanermanager_time_since_last_run_ms";

    private static readonly Dictionary<string, string> Eager = new()
    {
        ["log.cleanup.policy"] = "compact",
        ["log.cleaner.backoff.ms"] = "20",
        ["log.cleaner.min.cleanable.ratio"] = "0",
        ["log.roll.ms"] = "1000",
    };

    [Theory]
    [InlineData("log.cleaner.backoff.ms", "86400000", "20")]
    [InlineData("log.cleaner.io.max.bytes.per.second", "1", "1000000000")]
    [InlineData("log.cleaner.min.compaction.lag.ms", "3153600000000", "0")]
    [InlineData("log.cleaner.min.cleanable.ratio", "1", "0.1")]
    [InlineData("log.cleaner.max.compaction.lag.ms", "9223372036854775807", "1")]
    public async Task A_change_for_the_whole_cluster_starts_a_compaction_that_was_held_back(string key, string before, string after)
    {
        // Where only the lag may start it, the ratio must not.
        var ratio = key.EndsWith("max.compaction.lag.ms", StringComparison.Ordinal) ? "1" : "0";
        await using var broker = await StartAsync(("log.cleaner.min.cleanable.ratio", ratio), (key, before));
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var topic = await CreateAsync(client, "held-back");
        await FillAsync(client, topic);
        var time = TimeProvider.System;
        var filled = time.GetTimestamp();
        if (key.EndsWith("io.max.bytes.per.second", StringComparison.Ordinal))
            await UntilAsync(() => Metric(broker, IoBytes) > 0);
        else if (!key.EndsWith("backoff.ms", StringComparison.Ordinal))
            await UntilAsync(() => Metric(broker, SinceLastRun) < time.GetElapsedTime(filled).TotalMilliseconds);
        Assert.Equal(["v1", "v2", "active"], (await ReadAllAsync(client, topic)).Select(record => record.Value));

        Assert.Equal(ErrorCode.None, await SetAsync(client, "", key, after));

        await UntilAsync(async () => (await ReadAllAsync(client, topic)).Count == 2);
        Assert.Equal(["v2", "active"], (await ReadAllAsync(client, topic)).Select(record => record.Value));
    }

    [Fact]
    public async Task Delete_retention_of_the_cluster_holds_for_topics_that_have_none_of_their_own()
    {
        await using var broker = await StartAsync(("log.cleaner.min.compaction.lag.ms", "3153600000000"));
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        var (without, with) = (await CreateAsync(client, "without"), await CreateAsync(client, "with", ("delete.retention.ms", "86400000")));
        Assert.Equal(ErrorCode.None, await SetAsync(client, "", "log.cleaner.delete.retention.ms", "0"));
        foreach (var topic in new[] { without, with })
        {
            await client.MustProduceAsync(topic, Single("gone", null, age: 20_000));
            await FillAsync(client, topic);
        }

        // The first pass gives a tombstone its time, the next one takes it away.
        Assert.Equal(ErrorCode.None, await SetAsync(client, "", "log.cleaner.min.compaction.lag.ms", "0"));
        foreach (var topic in new[] { without, with })
        {
            await UntilAsync(async () => (await ReadAllAsync(client, topic)).TrueForAll(record => record.Value != "v1"));
            await client.MustProduceAsync(topic, Single("active", "again", age: 0));
            await client.MustProduceAsync(topic, Single("end", "end", age: -5_000));
        }

        await UntilAsync(async () => (await ReadAllAsync(client, without)).TrueForAll(record => record.Value is not null));
        await UntilAsync(async () => (await ReadAllAsync(client, with)).TrueForAll(record => record.Value != "active"));
        Assert.Contains(await ReadAllAsync(client, with), record => record is { Key: "gone", Value: null });
    }

    [Fact]
    public async Task One_more_thread_begins_another_log_while_the_first_one_is_held_up()
    {
        await using var broker = await StartAsync(
            ("log.cleaner.io.max.bytes.per.second", "1"), ("log.cleaner.io.buffer.size", "20000"), ("log.segment.bytes", "40000"));
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        foreach (var name in new[] { "one", "two" })
        {
            var topic = await CreateAsync(client, name);
            for (var i = 0; i < 100; i++)
                await client.MustProduceAsync(topic, Single("k", new string('x', 1000), age: 0));
        }

        // Two buffers of 10,000 bytes: the second waits for hours.
        await UntilAsync(() => Metric(broker, IoBytes) > 15_000);
        var held = Metric(broker, IoBytes);
        Assert.Equal(ErrorCode.None, await SetAsync(client, "", "log.cleaner.threads", "2"));
        await UntilAsync(() => Metric(broker, IoBytes) > held);
    }

    [Fact]
    public async Task Steps_that_Kafka_refuses_are_refused_and_change_nothing()
    {
        await using var broker = await StartAsync(("log.cleaner.threads", "4"), ("log.cleaner.dedupe.buffer.size", "20000000"));
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        Assert.Equal(ErrorCode.InvalidRequest, await SetAsync(client, "", "log.cleaner.enable", "false"));
        Assert.Equal(ErrorCode.InvalidRequest, await SetAsync(client, "0", "log.cleaner.enable", "false"));
        foreach (var (key, value) in new[]
        {
            ("log.cleaner.threads", "0"), ("log.cleaner.threads", "1"), ("log.cleaner.threads", "9"), ("log.cleaner.threads", "many"),
            ("log.cleaner.dedupe.buffer.size", "4000000"), ("log.cleaner.min.cleanable.ratio", "1.1"), ("log.cleaner.backoff.ms", "-1"),
            ("log.cleaner.min.compaction.lag.ms", "-1"), ("log.cleaner.max.compaction.lag.ms", "0"), ("log.cleaner.delete.retention.ms", "-1"),
        })
        {
            Assert.True(await SetAsync(client, "", key, value) is ErrorCode.InvalidRequest or ErrorCode.InvalidConfig, $"{key}={value}");
        }

        Assert.Equal(("4", 4), await DescribeAsync(client, "log.cleaner.threads"));
        Assert.Equal(("20000000", 4), await DescribeAsync(client, "log.cleaner.dedupe.buffer.size"));
        Assert.Equal(("true", 5), await DescribeAsync(client, "log.cleaner.enable"));

        // The value of one broker wins over that of all.
        Assert.Equal(ErrorCode.None, await SetAsync(client, "", "log.cleaner.threads", "8"));
        Assert.Equal(("8", 3), await DescribeAsync(client, "log.cleaner.threads"));
        Assert.Equal(ErrorCode.None, await SetAsync(client, "0", "log.cleaner.threads", "5"));
        Assert.Equal(("5", 2), await DescribeAsync(client, "log.cleaner.threads"));
    }

    private static Task<SamsaBroker> StartAsync(params (string Key, string Value)[] properties)
    {
        var all = new Dictionary<string, string>(Eager);
        foreach (var (key, value) in properties)
            all[key] = value;
        return SamsaBroker.StartAsync(new SamsaBrokerOptions { Overrides = all });
    }

    private static async Task<WireTopic> CreateAsync(WireClient client, string name, params (string Key, string Value)[] configs)
    {
        var topic = new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = 1, ReplicationFactor = 1 };
        foreach (var (key, value) in configs)
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = key, Value = value });
        var response = await client.SendAsync<CreateTopicsResponse>(new CreateTopicsRequest { Topics = [topic] }, 7);
        Assert.Equal(ErrorCode.None, response.Topics[0].ErrorCode);
        return new WireTopic(name, response.Topics[0].TopicId);
    }

    // Three segments: each record is more than log.roll.ms younger than the one before.
    private static async Task FillAsync(WireClient client, WireTopic topic)
    {
        await client.MustProduceAsync(topic, Single("k", "v1", age: 15_000));
        await client.MustProduceAsync(topic, Single("k", "v2", age: 10_000));
        await client.MustProduceAsync(topic, Single("active", "active", age: 5_000));
    }

    private static byte[] Single(string key, string? value, long age) => WireRecords.Single(
        WireRecords.Bytes(key), value is null ? null : WireRecords.Bytes(value), WireRecords.Now - age, CompressionType.None);

    // A fetch is answered from one segment.
    private static async Task<List<SeenRecord>> ReadAllAsync(WireClient client, WireTopic topic)
    {
        var all = new List<SeenRecord>();
        while (await client.ReadAsync(topic, all.Count == 0 ? 0 : all[^1].Offset + 1) is { Count: > 0 } more)
            all.AddRange(more);
        return all;
    }

    private static async Task<ErrorCode> SetAsync(WireClient client, string broker, string key, string value)
    {
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new() { ResourceType = Broker, ResourceName = broker, Configs = [new() { Name = key, ConfigOperation = 0, Value = value }] },
            ],
        };
        return Assert.Single((await client.SendAsync<IncrementalAlterConfigsResponse>(request, 1)).Responses).ErrorCode;
    }

    // Value and source: 2 this broker, 3 all brokers, 4 the properties, 5 Kafka's default.
    private static async Task<(string? Value, int Source)> DescribeAsync(WireClient client, string key)
    {
        var request = new DescribeConfigsRequest { Resources = [new() { ResourceType = Broker, ResourceName = "0", ConfigurationKeys = [key] }] };
        var entry = Assert.Single(Assert.Single((await client.SendAsync<DescribeConfigsResponse>(request, 4)).Results).Configs);
        return (entry.Value, entry.ConfigSource);
    }

    private static double Metric(SamsaBroker broker, string name)
    {
        var output = new ArrayBufferWriter<byte>();
        broker.Server!.Broker.Metrics.WriteTo(output);
        var line = Encoding.UTF8.GetString(output.WrittenSpan).Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, timeout.Token);
    }
}
