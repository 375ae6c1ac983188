using System.Text;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Single records as views, one after the other.</summary>
public sealed class RawRecordsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Zstd)]
    public async Task ConsumeAsync_hands_out_every_record_until_the_handler_has_enough(CompressionType codec)
    {
        var stage = new ConsumerStage();
        stage.First.Add(10, codec).Add(10, codec);
        await using var consumer = stage.Raw();
        consumer.Assign(new TopicPartitionOffset(stage.First.Id, 4));
        List<string> seen = [];

        await consumer.ConsumeAsync(
            (TopicPartition partition, in RecordView record) =>
            {
                seen.Add($"{partition} {record.Offset} {Encoding.UTF8.GetString(record.Key.Span)}={Encoding.UTF8.GetString(record.Value.Span)}");
                return record.Offset < 12;
            },
            Cancellation);

        Assert.Equal(Enumerable.Range(4, 9).Select(i => $"orders-0 {i} k{i}=v{i}"), seen);
        Assert.Equal(13, consumer.Position(stage.First.Id)!.Value.Offset);

        // The rest of the batch comes to whoever goes on.
        await consumer.ConsumeAsync((TopicPartition _, in RecordView record) => Add(seen, record) < 19, Cancellation);
        Assert.Equal(Enumerable.Range(13, 7).Select(i => $"{i}"), seen.Skip(9));
    }

    [Fact]
    public async Task What_the_handler_throws_leaves_the_position_at_the_record()
    {
        var stage = new ConsumerStage();
        stage.First.Add(10);
        await using var consumer = stage.Raw();
        consumer.Assign(stage.First.Id);

        await Assert.ThrowsAsync<FormatException>(() => consumer.ConsumeAsync(
            static (TopicPartition _, in RecordView record) => record.Offset < 5 ? true : throw new FormatException(), Cancellation));

        Assert.Equal(5, consumer.Position(stage.First.Id)!.Value.Offset);
        Assert.Equal(5, (await consumer.PollBatchAsync(Conditions.Limit, Cancellation))!.FirstOffset);
    }

    [Fact]
    public async Task A_seek_of_the_handler_holds_with_the_next_batch()
    {
        var stage = new ConsumerStage();
        stage.First.Add(3).Add(3);
        await using var consumer = stage.Raw();
        consumer.Assign(stage.First.Id);
        List<long> seen = [];

        await consumer.ConsumeAsync(
            (TopicPartition partition, in RecordView record) =>
            {
                seen.Add(record.Offset);
                if (seen.Count == 2)
                {
                    consumer.Seek(new TopicPartitionOffset(partition, 5));
                }

                return record.Offset < 5;
            },
            Cancellation);

        Assert.Equal([0L, 1, 2, 5], seen);
        Assert.Equal(6, consumer.Position(stage.First.Id)!.Value.Offset);
    }

    [Fact]
    public async Task Handing_out_records_allocates_nothing()
    {
        const int Rounds = 20;
        var stage = new ConsumerStage();
        for (var i = 0; i < 100; i++)
        {
            stage.First.Add(50);
        }

        await using var consumer = stage.Raw();
        consumer.Assign(stage.First.Id);
        var least = long.MaxValue;
        long before = 0;
        long first = 0;
        var thread = 0;
        RecordHandler handler = (TopicPartition _, in RecordView record) =>
        {
            // Measured within one answer, which is handed out on one thread without a wait.
            if (first < 0)
            {
                first = record.Offset;
                thread = Environment.CurrentManagedThreadId;
                before = GC.GetAllocatedBytesForCurrentThread();
            }

            if (record.Offset < first + 2000)
            {
                return true;
            }

            least = thread == Environment.CurrentManagedThreadId ? Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before) : least;
            return false;
        };
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            first = -1;
            consumer.SeekToBeginning();
            await consumer.ConsumeAsync(handler, Cancellation);
        }

        Assert.Equal(0, least);
    }

    private static long Add(List<string> seen, in RecordView record)
    {
        seen.Add($"{record.Offset}");
        return record.Offset;
    }
}
