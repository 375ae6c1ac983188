using System.Globalization;
using System.Text;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Samsa.Protocol.Wire;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Client;

/// <summary>The consumer against a broker of ours, over sockets.</summary>
public sealed class ConsumerTests
{
    private const string Topic = "orders";
    private const int BatchSize = 100;
    private const long FirstTimestamp = 1_700_000_000_000;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TopicPartition Partition = new(Topic, 0);

    [Fact]
    public async Task Ten_thousand_records_of_every_codec_are_read_from_the_beginning_an_offset_and_a_time()
    {
        const int Count = 10_000;
        await using var broker = await SamsaBroker.StartAsync();
        using var writer = await WireClient.ConnectAsync(broker.BootstrapServers);
        await writer.CreateTopicAsync(Topic);
        await WriteAsync(writer, 0, Count);
        await using var consumer = Consumer(broker);

        consumer.Assign(Partition);
        Check(await TakeAsync(consumer, Count), 0);
        Assert.Equal(Count, consumer.Position(Partition)!.Value.Offset);
        Assert.Equal(0, consumer.Lag(Partition));

        consumer.Seek(new TopicPartitionOffset(Partition, 4321));
        Check(await TakeAsync(consumer, Count - 4321), 4321);

        var time = DateTimeOffset.FromUnixTimeMilliseconds(FirstTimestamp + 7_777);
        var found = (await consumer.OffsetsForTimesAsync([KeyValuePair.Create(Partition, time)], TestContext.Current.CancellationToken))[Partition];
        Assert.Equal((7_777L, FirstTimestamp + 7_777), (found!.Value.Offset, found.Value.Timestamp));
        consumer.Seek(new TopicPartitionOffset(Partition, found.Value.Offset));
        Check(await TakeAsync(consumer, 100), 7_777);
    }

    [Fact]
    public async Task A_restart_of_the_broker_costs_no_record()
    {
        await using var broker = await SamsaBroker.StartAsync();
        using (var writer = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await writer.CreateTopicAsync(Topic);
            await WriteAsync(writer, 0, 500);
        }

        await using var consumer = Consumer(broker);
        consumer.Assign(Partition);
        Check(await TakeAsync(consumer, 250), 0);
        await broker.RestartAsync();
        using (var writer = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            await WriteAsync(writer, 500, 500);
        }

        Check(await TakeAsync(consumer, 750), 250);
    }

    [Fact]
    public async Task Records_that_are_deleted_before_they_are_read_are_passed_without_doubling_others()
    {
        await using var broker = await SamsaBroker.StartAsync();
        using var writer = await WireClient.ConnectAsync(broker.BootstrapServers);
        await writer.CreateTopicAsync(Topic);
        await WriteAsync(writer, 0, 5_000);
        await using var consumer = Consumer(broker, options =>
        {
            options.MaxPartitionFetchBytes = 4_000;
            options.QueuedMaxBytes = 16_000;
        });
        consumer.Assign(Partition);
        Check(await TakeAsync(consumer, 50), 0);

        var request = new DeleteRecordsRequest { TimeoutMs = 60_000 };
        request.Topics.Add(new DeleteRecordsRequest.DeleteRecordsTopic
        {
            Name = Topic,
            Partitions = [new DeleteRecordsRequest.DeleteRecordsPartition { PartitionIndex = 0, Offset = 4_000 }],
        });
        var deleted = await writer.SendAsync<DeleteRecordsResponse>(ApiKey.DeleteRecords, 1, request);
        Assert.Equal(ErrorCode.None, deleted.Topics[0].Partitions[0].ErrorCode);

        var offsets = (await ReadToAsync(consumer, 4_999)).Select(r => r.Offset).ToList();
        var jump = offsets.FindIndex(offset => offset >= 4_000);
        Assert.InRange(jump, 0, 3_000);
        Assert.Equal(Enumerable.Range(50, jump).Select(i => (long)i), offsets.Take(jump));
        Assert.Equal(Enumerable.Range(4_000, 1_000).Select(i => (long)i), offsets.Skip(jump));
    }

    private static KafkaConsumer<string, string> Consumer(SamsaBroker broker, Action<ConsumerOptions>? change = null)
    {
        var options = new ConsumerOptions { BootstrapServers = broker.BootstrapServers, AutoOffsetReset = AutoOffsetReset.Earliest };
        change?.Invoke(options);
        return new KafkaConsumer<string, string>(options, Deserializers.Utf8, Deserializers.Utf8);
    }

    private static async Task WriteAsync(WireClient writer, int first, int count)
    {
        for (var from = first; from < first + count; from += BatchSize)
        {
            using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = (CompressionType)(from / BatchSize % 5) });
            for (var i = from; i < from + BatchSize; i++)
            {
                builder.Append(
                    FirstTimestamp + i,
                    Encoding.UTF8.GetBytes(Key(i)),
                    Encoding.UTF8.GetBytes(Value(i)),
                    [new RecordHeader("number", BitConverter.GetBytes(i)), new RecordHeader("none", null)]);
            }

            var request = new ProduceRequest { Acks = -1, TimeoutMs = 60_000 };
            var data = new ProduceRequest.TopicProduceData { Name = Topic };
            data.PartitionData.Add(new ProduceRequest.PartitionProduceData { Index = 0, Records = new RecordSlice(builder.Build()) });
            request.TopicData.Add(data);
            var answer = await writer.SendAsync<ProduceResponse>(ApiKey.Produce, 9, request);
            Assert.Equal(ErrorCode.None, answer.Responses[0].PartitionResponses[0].ErrorCode);
        }
    }

    private static string Key(long number) => "k" + (number % 97).ToString(CultureInfo.InvariantCulture);

    private static string Value(long number) => "value " + number.ToString(CultureInfo.InvariantCulture);

    private static async Task<List<ConsumerRecord<string, string>>> TakeAsync(KafkaConsumer<string, string> consumer, int count) =>
        await ReadAsync(consumer, records => records.Count == count);

    private static async Task<List<ConsumerRecord<string, string>>> ReadToAsync(KafkaConsumer<string, string> consumer, long offset) =>
        await ReadAsync(consumer, records => records[^1].Offset == offset);

    private static async Task<List<ConsumerRecord<string, string>>> ReadAsync(
        KafkaConsumer<string, string> consumer, Func<List<ConsumerRecord<string, string>>, bool> enough)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        List<ConsumerRecord<string, string>> records = [];
        await foreach (var record in consumer.ConsumeAsync(limit.Token))
        {
            records.Add(record);
            if (enough(records))
            {
                break;
            }
        }

        return records;
    }

    private static void Check(List<ConsumerRecord<string, string>> records, long first)
    {
        foreach (var record in records)
        {
            Assert.Equal((first, Key(first), Value(first), FirstTimestamp + first), (record.Offset, record.Key, record.Value, record.TimestampMs));
            Assert.Equal(BitConverter.GetBytes((int)first), record.Headers[0].Value!.Value.ToArray());
            Assert.Null(record.Headers[1].Value);
            first++;
        }
    }
}
