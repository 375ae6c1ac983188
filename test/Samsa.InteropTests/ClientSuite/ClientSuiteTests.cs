using System.Globalization;
using System.Text;
using Samsa.Client;
using Samsa.Client.Admin;
using Samsa.Client.Consumer;
using Samsa.Client.Producer;
using Samsa.Client.Serialization;
using Samsa.InteropTests.Support;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.InteropTests.ClientSuite;

/// <summary>
/// Producer, consumer and admin client together, with the same expectations of every broker: Samsa, and Apache Kafka 3.9 and 4.3 where they are.
/// </summary>
public abstract partial class ClientSuiteTests(SuiteBroker target)
{
    private const long Time = 1_700_000_000_000;
    private const int Partitions = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("none", "all")]
    [InlineData("gzip", "all")]
    [InlineData("snappy", "1")]
    [InlineData("lz4", "all")]
    [InlineData("zstd", "all")]
    [InlineData("none", "0")]
    public async Task What_is_produced_is_consumed(string codec, string acks)
    {
        const int Records = 3000;
        var topic = await CreateAsync($"round-{codec}-{acks}");
        Assert.SkipUnless(codec == "none" || Compresses(codec), $"The library of {codec} is missing.");
        var options = Options<ProducerOptions>(await target.AddressAsync());
        options.Set("compression.type", codec);
        options.Set("acks", acks);
        options.Set("batch.size", "4000");
        List<Task<RecordMetadata>> sent = [];
        await using (var producer = new KafkaProducer<string, string>(options, Serializers.Utf8, Serializers.Utf8))
        {
            for (var i = 0; i < Records; i++)
            {
                sent.Add(producer.ProduceAsync(
                    new ProducerRecord<string, string>
                    {
                        Topic = topic,
                        Partition = i % Partitions,
                        Key = i % 7 == 0 ? null : Key(i),
                        Value = i % 11 == 0 ? null : Value(i),
                        Timestamp = Time + i,
                        Headers = i % 5 == 0 ? new[] { new RecordHeader("n", Encoding.UTF8.GetBytes(Key(i))), new RecordHeader("null", null) } : default,
                    },
                    Cancellation).AsTask());
            }

            await Task.WhenAll(sent);
        }

        for (var i = 0; i < Records; i++)
        {
            Assert.Equal(new RecordMetadata(topic, i % Partitions, acks == "0" ? -1 : i / Partitions, Time + i), await sent[i]);
        }

        await using var consumer = await TypedAsync();
        consumer.Assign(All(topic));
        var read = await TakeAsync(consumer, Records);
        foreach (var partition in All(topic))
        {
            var own = read.Where(r => r.Partition == partition).ToList();
            Assert.Equal(Records / Partitions, own.Count);
            for (var k = 0; k < own.Count; k++)
            {
                var (record, i) = (own[k], (k * Partitions) + partition.Partition);
                Assert.Equal((k, Time + i, TimestampType.CreateTime), (record.Offset, record.TimestampMs, record.TimestampType));
                Assert.Equal((i % 7 == 0 ? null : Key(i), i % 11 == 0 ? null : Value(i), i % 11 == 0), (record.Key, record.Value, record.IsTombstone));
                Assert.Equal(i % 5 == 0 ? ["n=" + Key(i), "null="] : [], record.Headers.Select(h => $"{Utf8(h.Key)}={(h.Value is { } v ? Utf8(v) : "")}"));
            }
        }

        await using var raw = new KafkaConsumer(Options<ConsumerOptions>(await target.AddressAsync()));
        raw.Assign(All(topic).Select(p => new TopicPartitionOffset(p, 500)));
        var left = Records - (500 * Partitions);
        await raw.ConsumeAsync((TopicPartition _, in RecordView _) => --left > 0, Cancellation).WaitAsync(Child.Patience, TimeProvider.System, Cancellation);
        Assert.All(All(topic), p => Assert.Equal(Records / Partitions, raw.Position(p)!.Value.Offset));
    }

    [Fact]
    public async Task Positions_ends_and_times_are_found()
    {
        var topic = await CreateAsync("places", partitions: 1);
        var partition = new TopicPartition(topic, 0);
        await ProduceAsync(topic, 100);
        await using var consumer = await TypedAsync();
        consumer.Assign(partition);

        Assert.Equal(0, (await consumer.PositionAsync(partition, Cancellation)).Offset);
        Assert.Equal((0, 100), (
            (await consumer.BeginningOffsetsAsync([partition], Cancellation))[partition], (await consumer.EndOffsetsAsync([partition], Cancellation))[partition]));
        var times = await consumer.OffsetsForTimesAsync(
            [KeyValuePair.Create(partition, DateTimeOffset.FromUnixTimeMilliseconds(Time + 42))], Cancellation);
        Assert.Equal((42, Time + 42), (times[partition]!.Value.Offset, times[partition]!.Value.Timestamp));
        Assert.Null((await consumer.OffsetsForTimesAsync(
            [KeyValuePair.Create(partition, DateTimeOffset.FromUnixTimeMilliseconds(Time + 1000))], Cancellation))[partition]);

        Assert.Equal(0, (await TakeAsync(consumer, 1))[0].Offset);
        Assert.Equal(99, consumer.Lag(partition));
        consumer.Seek(new TopicPartitionOffset(partition, 90));
        Assert.Equal(90, (await TakeAsync(consumer, 1))[0].Offset);
        consumer.SeekToBeginning(partition);
        Assert.Equal(0, (await TakeAsync(consumer, 1))[0].Offset);
        consumer.SeekToEnd(partition);
        Assert.Equal(100, (await consumer.PositionAsync(partition, Cancellation)).Offset);
        consumer.Pause(partition);
        await ProduceAsync(topic, 1);
        Assert.Empty(await consumer.PollAsync(TimeSpan.FromMilliseconds(200), Cancellation));
        consumer.Resume(partition);
        Assert.Equal(100, Assert.Single(await consumer.PollAsync(Child.Patience, Cancellation)).Offset);
    }

    [Fact]
    public async Task A_consumer_begins_by_duration_and_behind_deleted_records()
    {
        var topic = await CreateAsync("starts", partitions: 1);
        var partition = new TopicPartition(topic, 0);
        await ProduceAsync(topic, 100);
        await using (var admin = new KafkaAdmin(Options<AdminOptions>(await target.AddressAsync())))
        {
            var deleted = await admin.DeleteRecordsAsync(new Dictionary<TopicPartition, long> { [partition] = 30 }, Cancellation);
            Assert.Equal(30, Assert.Single(deleted).LowWatermark);
        }

        // The records are of 2023: the first not older than that long ago is the first there is; none is younger than an hour.
        foreach (var (duration, first) in ((string Duration, long First)[])[("P36500D", 30), ("PT1H", 100)])
        {
            var options = Options<ConsumerOptions>(await target.AddressAsync());
            options.Set("auto.offset.reset", "by_duration:" + duration);
            await using var consumer = new KafkaConsumer(options);
            consumer.Assign(partition);
            Assert.Equal(first, (await consumer.PositionAsync(partition, Cancellation)).Offset);
        }

        await using var late = await TypedAsync();
        late.Assign(new TopicPartitionOffset(partition, 5));
        Assert.Equal(30, (await TakeAsync(late, 1))[0].Offset);

        var none = Options<ConsumerOptions>(await target.AddressAsync());
        none.AutoOffsetReset = AutoOffsetReset.None;
        await using var strict = new KafkaConsumer<string, string>(none, Deserializers.Utf8, Deserializers.Utf8);
        strict.Assign(new TopicPartitionOffset(partition, 5));
        var failure = await Assert.ThrowsAsync<ConsumeException>(() => strict.PollAsync(Child.Patience, Cancellation));
        Assert.Equal((ErrorCode.OffsetOutOfRange, 5L), (failure.ErrorCode, failure.Offset));
    }

    [Fact]
    public async Task What_a_broker_refuses_is_told_with_its_own_code()
    {
        var topic = await CreateAsync("refusals", partitions: 1, ("max.message.bytes", "1000"));
        await using var producer = new KafkaProducer(Options<ProducerOptions>(await target.AddressAsync()));

        var large = await Assert.ThrowsAsync<KafkaException>(async () => await producer.ProduceAsync(topic, default, new byte[2000], Cancellation));
        var nowhere = await Assert.ThrowsAsync<KafkaException>(
            async () => await producer.ProduceAsync(new ProducerRecord { Topic = topic, Partition = 9 }, Cancellation));
        var bad = await Assert.ThrowsAsync<KafkaException>(async () => await producer.ProduceAsync("no such/topic", default, "x"u8, Cancellation));
        Assert.Equal(
            (ErrorCode.MessageTooLarge, ErrorCode.UnknownTopicOrPartition, ErrorCode.InvalidTopicException),
            (large.ErrorCode, nowhere.ErrorCode, bad.ErrorCode));

        // A batch that is too large goes in parts.
        for (var i = 0; i < 20; i++)
        {
            await producer.SendAsync(topic, default, new byte[300], Cancellation);
        }

        await producer.FlushAsync(Cancellation);
        await using var consumer = await TypedAsync();
        consumer.Assign(new TopicPartition(topic, 0));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (long)i), (await TakeAsync(consumer, 20)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Times_of_the_broker_come_back_to_the_producer()
    {
        var topic = await CreateAsync("append-time", partitions: 1, ("message.timestamp.type", "LogAppendTime"));
        await using var producer = new KafkaProducer(Options<ProducerOptions>(await target.AddressAsync()));
        var metadata = await producer.ProduceAsync(new ProducerRecord { Topic = topic, Timestamp = Time }, Cancellation);
        await using var consumer = await TypedAsync();
        consumer.Assign(new TopicPartition(topic, 0));

        var record = (await TakeAsync(consumer, 1))[0];

        Assert.True(metadata.Timestamp > Time);
        Assert.Equal((TimestampType.LogAppendTime, metadata.Timestamp), (record.TimestampType, record.TimestampMs));
    }

    [Fact]
    public async Task A_group_keeps_offsets_for_assigned_partitions()
    {
        var address = await target.ServingAsync(ApiKey.OffsetCommit);
        var topic = await CreateAsync("committed", partitions: 2);
        await ProduceAsync(topic, 100);
        var (first, second) = (new TopicPartition(topic, 0), new TopicPartition(topic, 1));
        var options = Options<ConsumerOptions>(address);
        options.GroupId = "keeps-offsets";
        options.EnableAutoCommit = false;
        await using (var consumer = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8))
        {
            Assert.All((await consumer.CommittedAsync([first, second], Cancellation)).Values, o => Assert.Null(o));
            consumer.Assign(first);
            await TakeAsync(consumer, 20);
            await consumer.CommitAsync(Cancellation);
            await consumer.CommitAsync(new Dictionary<TopicPartition, CommittedOffset> { [second] = new(33, -1, "by hand") }, Cancellation);
        }

        options.EnableAutoCommit = true;
        await using (var consumer = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8))
        {
            consumer.Assign(first);
            Assert.Equal(Enumerable.Range(20, 11).Select(i => (long)i), (await TakeAsync(consumer, 11)).Select(r => r.Offset));
        }

        await using var last = new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8);
        var committed = await last.CommittedAsync([first, second], Cancellation);
        Assert.Equal(30, committed[first]!.Value.Offset);
        Assert.Equal((33, "by hand"), (committed[second]!.Value.Offset, committed[second]!.Value.Metadata));
    }

    private static string Key(int i) => string.Create(CultureInfo.InvariantCulture, $"key {i}");

    private static string Value(int i) => string.Create(CultureInfo.InvariantCulture, $"value {i} {new string('x', i % 100)}");

    private static string Utf8(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static bool Compresses(string codec)
    {
        try
        {
            var options = new ProducerOptions();
            options.Set("compression.type", codec);
            using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = options.CompressionType });
            builder.Append(0, "k"u8, "v"u8);
            builder.Build();
            return true;
        }
        catch (Protocol.Compression.CodecUnavailableException)
        {
            return false;
        }
    }

    private static IEnumerable<TopicPartition> All(string topic) => Enumerable.Range(0, Partitions).Select(p => new TopicPartition(topic, p));

    private static TOptions Options<TOptions>(string address)
        where TOptions : Samsa.Client.Configuration.ClientOptions, new()
    {
        var options = new TOptions { BootstrapServers = address };
        if (options is ConsumerOptions consumer)
        {
            consumer.AutoOffsetReset = AutoOffsetReset.Earliest;
        }

        return options;
    }

    private static async Task<List<ConsumerRecord<string, string>>> TakeAsync(KafkaConsumer<string, string> consumer, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Child.Patience);
        List<ConsumerRecord<string, string>> records = [];
        await foreach (var record in consumer.ConsumeAsync(limit.Token))
        {
            records.Add(record);
            if (records.Count == count)
            {
                break;
            }
        }

        return records;
    }

    private async Task<KafkaConsumer<string, string>> TypedAsync() =>
        new(Options<ConsumerOptions>(await target.AddressAsync()), Deserializers.Utf8, Deserializers.Utf8);

    private async Task ProduceAsync(string topic, int count)
    {
        await using var producer = new KafkaProducer(Options<ProducerOptions>(await target.AddressAsync()));
        for (var i = 0; i < count; i++)
        {
            await producer.SendAsync(
                new ProducerRecord { Topic = topic, Partition = 0, Value = Encoding.UTF8.GetBytes(Value(i)), Timestamp = Time + i }, Cancellation);
        }

        await producer.FlushAsync(Cancellation);
    }

    private async Task<string> CreateAsync(string name, int partitions = Partitions, params (string Key, string Value)[] configs)
    {
        await using var admin = new KafkaAdmin(Options<AdminOptions>(await target.AddressAsync()));

        // Records of these tests are of 2023: Kafka would delete them half a minute after its start.
        var values = configs.Append((Key: "retention.ms", Value: "-1")).ToDictionary(c => c.Key, c => (string?)c.Value);
        await admin.CreateTopicAsync(new NewTopic(name) { Partitions = partitions, ReplicationFactor = 1, Configs = values }, Cancellation);

        // A leader that is named may not serve yet: without idempotence, a batch that is refused comes behind those after it.
        var ends = Enumerable.Range(0, partitions).ToDictionary(partition => new TopicPartition(name, partition), _ => OffsetSpec.Latest);
        await Conditions.UntilAsync(
            $"the leaders of {name} serve it", () => admin.ListOffsetsAsync(ends, cancellation: Cancellation), results => results.All(result => result.Succeeded));
        return name;
    }
}
