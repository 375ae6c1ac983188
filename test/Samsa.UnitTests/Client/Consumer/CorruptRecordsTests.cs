using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Bytes that are no records: the caller gets all before them and hears where they are.</summary>
public sealed class CorruptRecordsTests
{
    private static readonly TimeSpan Limit = Conditions.Limit;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_corrupt_batch_names_partition_and_offset_and_a_seek_goes_on(bool typed)
    {
        var stage = new ConsumerStage();
        var corrupt = Batches.Make(new RecordBatchOptions { BaseOffset = 3 }, 3);
        corrupt[^1] ^= 1;
        stage.First.Add(3).Add(corrupt).Add(3);
        await using KafkaConsumerBase consumer = typed ? stage.Typed() : stage.Raw();
        consumer.Assign(stage.First.Id);
        Assert.Equal([0, 1, 2], await ReadAsync(consumer, 3));

        for (var i = 0; i < 2; i++)
        {
            var failure = await Assert.ThrowsAsync<ConsumeException>(() => ReadAsync(consumer, 1));
            Assert.Equal((ErrorCode.CorruptMessage, stage.First.Id, 3), (failure.ErrorCode, failure.Partition, failure.Offset));
            Assert.Contains("orders-0 at offset 3", failure.Message, StringComparison.Ordinal);
        }

        consumer.Seek(new TopicPartitionOffset(stage.First.Id, 6));
        Assert.Equal([6, 7, 8], await ReadAsync(consumer, 3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_corrupt_record_behind_a_sound_checksum_stops_behind_the_sound_records(bool typed)
    {
        var stage = new ConsumerStage();
        var corrupt = Batches.Make(new RecordBatchOptions(), 3);
        corrupt[^11] = 0x7f; // the length of the last record
        RecordBatch.UpdateCrc(corrupt);
        stage.First.Add(corrupt);
        await using KafkaConsumerBase consumer = typed ? stage.Typed() : stage.Raw();
        consumer.Assign(stage.First.Id);
        Assert.Equal([0, 1], await ReadAsync(consumer, 2));

        var failure = await Assert.ThrowsAsync<ConsumeException>(() => ReadAsync(consumer, 1));

        Assert.Equal((ErrorCode.CorruptMessage, 2), (failure.ErrorCode, failure.Offset));
        Assert.Equal(2, consumer.Position(stage.First.Id)!.Value.Offset);
    }

    [Fact]
    public async Task A_last_batch_that_is_cut_off_is_fetched_again()
    {
        var stage = new ConsumerStage();
        stage.First.CutOff = 10;
        stage.First.Add(3).Add(3).Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal(Enumerable.Range(0, 9).Select(i => (long)i), (await consumer.TakeAsync(9)).Select(r => r.Offset));
    }

    private static async Task<List<long>> ReadAsync(KafkaConsumerBase consumer, int count)
    {
        if (consumer is KafkaConsumer<string, string> typed)
        {
            return [.. (await typed.TakeAsync(count)).Select(r => r.Offset)];
        }

        List<long> offsets = [];
        while (offsets.Count < count)
        {
            var batch = await ((KafkaConsumer)consumer).PollBatchAsync(Limit, Cancellation);
            Assert.NotNull(batch);
            foreach (var record in batch)
            {
                offsets.Add(record.Offset);
                if (offsets.Count == count && count == 2)
                {
                    // The next one is corrupt: it is for the caller of the next read.
                    consumer.Seek(new TopicPartitionOffset(batch.Partition, record.Offset + 1));
                    break;
                }
            }
        }

        return offsets;
    }
}
