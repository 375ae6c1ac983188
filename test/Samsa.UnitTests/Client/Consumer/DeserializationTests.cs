using System.Globalization;
using System.Text;
using Samsa.Client.Consumer;
using Samsa.Client.Serialization;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Records that are not what the caller expects.</summary>
public sealed class DeserializationTests
{
    private readonly ConsumerStage _stage = new();

    public DeserializationTests() => _stage.First.Add(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_that_cannot_be_read_is_thrown_with_its_position_until_a_seek()
    {
        await using var consumer = Consumer(null);

        Assert.Equal([0, 1, 2], (await TakeAsync(consumer, 3)).Select(r => r.Offset));
        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<DeserializationException>(() => TakeAsync(consumer, 1));
            Assert.Equal((ErrorCode.InvalidRecord, 3, RecordPart.Value), (failure.ErrorCode, failure.Offset, failure.Record.Part));
            Assert.Contains("orders-0 at offset 3", failure.Message, StringComparison.Ordinal);
            Assert.Equal(3, consumer.Position(_stage.First.Id)!.Value.Offset);
        }

        consumer.Seek(new TopicPartitionOffset(_stage.First.Id, 4));
        Assert.Equal([4, 5], (await TakeAsync(consumer, 2)).Select(r => r.Offset));
    }

    [Fact]
    public async Task A_poll_hands_out_what_is_before_the_failure_first()
    {
        await using var consumer = Consumer(null);

        Assert.Equal([0, 1, 2], (await consumer.PollAsync(Conditions.Limit, Cancellation)).Select(r => r.Offset));
        await Assert.ThrowsAsync<DeserializationException>(() => consumer.PollAsync(Conditions.Limit, Cancellation));
    }

    [Fact]
    public async Task A_handler_may_skip_and_keep_the_record_elsewhere()
    {
        List<FailedRecord> letters = [];
        await using var consumer = Consumer((record, _) =>
        {
            letters.Add(record);
            return ValueTask.FromResult(DeserializationAction.Skip);
        });

        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 8, 9], (await TakeAsync(consumer, 9)).Select(r => r.Offset));

        var letter = Assert.Single(letters);
        Assert.Equal((3, "k3", "v3"), (letter.Offset, Encoding.UTF8.GetString(letter.Key!), Encoding.UTF8.GetString(letter.Value!)));
        Assert.IsType<FormatException>(letter.Cause);
    }

    [Fact]
    public async Task A_handler_that_fails_leaves_the_position_at_the_record()
    {
        await using var consumer = Consumer((_, _) => throw new IOException("the dead-letter topic is full"));

        await TakeAsync(consumer, 3);
        await Assert.ThrowsAsync<IOException>(() => TakeAsync(consumer, 1));

        Assert.Equal(3, consumer.Position(_stage.First.Id)!.Value.Offset);
    }

    private KafkaConsumer<string, int> Consumer(DeserializationFailureHandler? handler)
    {
        var consumer = new KafkaConsumer<string, int>(_stage.Options, Deserializers.Utf8, new Numbers(), handler, _stage.Cluster);
        consumer.Assign(_stage.First.Id);
        return consumer;
    }

    private static async Task<List<ConsumerRecord<string, int>>> TakeAsync(KafkaConsumer<string, int> consumer, int count)
    {
        using var limit = new CancellationTokenSource(Conditions.Limit);
        List<ConsumerRecord<string, int>> records = [];
        await foreach (var record in consumer.ConsumeAsync(limit.Token))
        {
            Assert.Equal(record.Offset, record.Value);
            records.Add(record);
            if (records.Count == count)
            {
                break;
            }
        }

        return records;
    }

    private sealed class Numbers : IDeserializer<int>
    {
        public int Deserialize(ReadOnlySpan<byte> bytes, in SerializationContext context) =>
            bytes.SequenceEqual("v3"u8) ? throw new FormatException("three") : int.Parse(bytes[1..], CultureInfo.InvariantCulture);
    }
}
