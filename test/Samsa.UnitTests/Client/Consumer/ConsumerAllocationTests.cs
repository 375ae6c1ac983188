using Samsa.Client.Consumer;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>What the raw path allocates once it is warm: nothing per record, and nothing per batch that is there.</summary>
public sealed class ConsumerAllocationTests
{
    private const int BatchCount = 200;
    private const int RecordsPerBatch = 50;
    private const int Rounds = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Lz4)]
    public async Task Reading_what_was_fetched_allocates_nothing(CompressionType codec)
    {
        var stage = new ConsumerStage();
        for (var i = 0; i < BatchCount; i++)
        {
            stage.First.Add(RecordsPerBatch, codec);
        }

        await using var consumer = stage.Raw();
        consumer.Assign(stage.First.Id);
        Assert.NotNull(await consumer.PollBatchAsync(Conditions.Limit, Cancellation));

        Assert.Equal((BatchCount - 1L) * RecordsPerBatch, Read(consumer, out _));

        // A pool or the runtime may still grow on a thread that reads for the first time: one clean round is the proof.
        var least = long.MaxValue;
        for (var round = 0; round < Rounds && least > 0; round++)
        {
            consumer.SeekToBeginning();
            Assert.NotNull(await consumer.PollBatchAsync(Conditions.Limit, Cancellation));
            Assert.Equal((BatchCount - 1L) * RecordsPerBatch, Read(consumer, out var allocated));
            least = Math.Min(least, allocated);
        }

        Assert.Equal(0, least);
    }

    private static long Read(KafkaConsumer consumer, out long allocated)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        long records = 0;
        long bytes = 0;
        while (true)
        {
            var poll = consumer.PollBatchAsync(TimeSpan.Zero);
            if (!poll.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("A poll that must not wait did.");
            }

            if (poll.GetAwaiter().GetResult() is not { } batch)
            {
                break;
            }

            foreach (var record in batch)
            {
                records++;
                bytes += record.Key.Length + record.Value.Length;
            }
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.NotEqual(0, bytes);
        return records;
    }
}
