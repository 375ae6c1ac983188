using Samsa.Client;
using Samsa.Client.Consumer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer;

/// <summary>Reading, positions and questions, on scripted brokers that behave.</summary>
public sealed class KafkaConsumerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ConsumeAsync_reads_all_partitions_from_the_beginning_each_in_order()
    {
        var stage = new ConsumerStage(partitions: 3);
        stage.Partitions[1].Leader = 2;
        foreach (var partition in stage.Partitions)
        {
            partition.Add(5).Add(7).Add(1);
        }

        await using var consumer = stage.Typed();
        consumer.Assign(stage.Partitions.Select(p => p.Id));

        var records = await consumer.TakeAsync(39);

        foreach (var partition in stage.Partitions)
        {
            var own = records.Where(r => r.Partition == partition.Id).ToList();
            Assert.Equal(Enumerable.Range(0, 13).Select(i => (long)i), own.Select(r => r.Offset));
            Assert.All(own, r => Assert.Equal(($"k{r.Offset}", $"v{r.Offset}", Batches.Timestamp + r.Offset), (r.Key, r.Value, r.TimestampMs)));
            Assert.Equal(new TopicPartitionOffset(partition.Id, 13, 1), consumer.Position(partition.Id));
            Assert.Equal(0, consumer.Lag(partition.Id));
        }
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public async Task Every_codec_is_read_from_the_middle_of_a_batch(CompressionType codec)
    {
        var stage = new ConsumerStage();
        stage.First.Add(100, codec).Add(100, codec);
        await using var consumer = stage.Typed();
        consumer.Assign(new TopicPartitionOffset(stage.First.Id, 42));

        Assert.Equal(Enumerable.Range(42, 158).Select(i => (long)i), (await consumer.TakeAsync(158)).Select(r => r.Offset));
    }

    [Theory]
    [InlineData((sbyte)0, CompressionType.None)]
    [InlineData((sbyte)0, CompressionType.Gzip)]
    [InlineData((sbyte)1, CompressionType.None)]
    [InlineData((sbyte)1, CompressionType.Snappy)]
    [InlineData((sbyte)1, CompressionType.Lz4)]
    public async Task Old_formats_are_read_from_the_middle(sbyte magic, CompressionType codec)
    {
        var stage = new ConsumerStage();
        stage.First.Add(Batches.Legacy(magic, codec, 0, 10), 9).Add(Batches.Legacy(magic, codec, 10, 10), 19).Add(3);
        await using var consumer = stage.Typed();
        consumer.Assign(new TopicPartitionOffset(stage.First.Id, 4));

        var records = await consumer.TakeAsync(19);

        Assert.Equal(Enumerable.Range(4, 19).Select(i => (long)i), records.Select(r => r.Offset));
        Assert.All(records, r => Assert.Equal($"v{r.Offset}", r.Value));
        Assert.Equal(magic == 0 ? -1 : Batches.Timestamp + 4, records[0].TimestampMs);
    }

    [Fact]
    public async Task Holes_that_compaction_left_are_passed()
    {
        var stage = new ConsumerStage();
        stage.First.Add(Batches.Compacted(0, 9, 2, 7)).Add(RecordBatch.BuildEmpty(new RecordBatchHeader(Batches.Compacted(10, 19, 10)))).Add(Batches.Compacted(20, 29, 25));
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal([2, 7, 25], (await consumer.TakeAsync(3)).Select(r => r.Offset));
        Assert.Equal(30, consumer.Position(stage.First.Id)!.Value.Offset);
        Assert.Equal(0, consumer.Lag(stage.First.Id));
    }

    [Fact]
    public async Task Headers_null_keys_and_tombstones_come_as_they_are()
    {
        var stage = new ConsumerStage();
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(1, OptionalBytes.Null, OptionalBytes.Null, [new RecordHeader("a", [1]), new RecordHeader("a", null)]);
        stage.First.Add(builder.Build().ToArray());
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        var record = Assert.Single(await consumer.TakeAsync(1));

        Assert.Null(record.Key);
        Assert.Null(record.Value);
        Assert.True(record.IsTombstone);
        Assert.Equal([1], record.Headers[0].Value!.Value.ToArray());
        Assert.Null(record.Headers[1].Value);
    }

    [Fact]
    public async Task Read_committed_leaves_out_aborted_transactions_and_markers()
    {
        var stage = new ConsumerStage();
        stage.Options.IsolationLevel = IsolationLevel.ReadCommitted;
        stage.First.Add(Transactional(7, 0, 2)).Add(Transactional(8, 2, 2)).Add(Marker(7, 4, ControlRecordType.Abort)).Add(Transactional(7, 5, 2))
            .Add(Marker(8, 7, ControlRecordType.Commit)).Add(Marker(7, 8, ControlRecordType.Commit)).Add(1).Add(Transactional(9, 10, 3)).Add(Marker(9, 13, ControlRecordType.Abort));
        stage.First.Aborted.Add(new FetchResponse.AbortedTransaction { ProducerId = 9, FirstOffset = 10 });
        stage.First.Aborted.Add(new FetchResponse.AbortedTransaction { ProducerId = 7, FirstOffset = 0 });
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal([2, 3, 5, 6, 9], (await consumer.TakeAsync(5)).Select(r => r.Offset));
        Assert.Empty(await consumer.PollAsync(TimeSpan.Zero, Cancellation));
        Assert.Equal(14, consumer.Position(stage.First.Id)!.Value.Offset);
        Assert.Equal(1, stage.Fetches.First().IsolationLevel);
    }

    [Fact]
    public async Task Read_uncommitted_leaves_out_only_markers()
    {
        var stage = new ConsumerStage();
        stage.First.Add(Transactional(7, 0, 2)).Add(Marker(7, 2, ControlRecordType.Abort)).Add(1);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal([0, 1, 3], (await consumer.TakeAsync(3)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Seek_drops_what_was_fetched_ahead()
    {
        var stage = new ConsumerStage();
        stage.First.Add(10).Add(10);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        Assert.Equal(2, (await consumer.TakeAsync(3))[^1].Offset);
        consumer.Seek(new TopicPartitionOffset(stage.First.Id, 15));
        Assert.Equal(15, (await consumer.TakeAsync(1))[0].Offset);
        consumer.SeekToBeginning();
        Assert.Equal(0, (await consumer.TakeAsync(1))[0].Offset);
        consumer.SeekToEnd(stage.First.Id);
        Assert.Equal(20, (await consumer.PositionAsync(stage.First.Id, Cancellation)).Offset);
        stage.First.Add(1);
        Assert.Equal(20, (await consumer.TakeAsync(1))[0].Offset);
    }

    [Fact]
    public async Task A_paused_partition_is_silent_and_goes_on_where_it_was()
    {
        var stage = new ConsumerStage(partitions: 2);
        stage.Partitions[0].Add(10);
        stage.Partitions[1].Add(10);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);
        await consumer.TakeAsync(4);

        consumer.Assign(stage.Partitions.Select(p => p.Id));
        consumer.Pause(stage.First.Id);
        Assert.Equal([stage.First.Id], consumer.Paused);
        Assert.All(await consumer.TakeAsync(10), r => Assert.Equal(1, r.Partition.Partition));
        Assert.Equal(4, consumer.Position(stage.First.Id)!.Value.Offset);
        consumer.Resume(stage.First.Id);

        Assert.Equal([4, 5, 6, 7, 8, 9], (await consumer.TakeAsync(6)).Select(r => r.Offset));
    }

    [Fact]
    public async Task Offsets_are_found_by_time_and_at_both_ends()
    {
        var stage = new ConsumerStage(partitions: 2);
        stage.Partitions[0].Add(10).LogStart = 3;
        stage.Partitions[1].Add(5);
        stage.Partitions[1].Leader = 2;
        await using var consumer = stage.Raw();
        TopicPartition[] both = [.. stage.Partitions.Select(p => p.Id)];

        var times = await consumer.OffsetsForTimesAsync(
            both.Select(p => KeyValuePair.Create(p, DateTimeOffset.FromUnixTimeMilliseconds(Batches.Timestamp + 6))), Cancellation);

        Assert.Equal(new OffsetAndTimestamp(6, Batches.Timestamp + 6, 1), times[both[0]]);
        Assert.Null(times[both[1]]);
        Assert.Equal([3, 0], (await consumer.BeginningOffsetsAsync(both, Cancellation)).OrderBy(p => p.Key.Partition).Select(p => p.Value));
        Assert.Equal([10, 5], (await consumer.EndOffsetsAsync(both, Cancellation)).OrderBy(p => p.Key.Partition).Select(p => p.Value));
        Assert.Equal([1, 2], (await consumer.PartitionsForAsync(ConsumerStage.Topic, Cancellation)).Select(p => p.Leader));
        Assert.Equal(ConsumerStage.Topic, Assert.Single(await consumer.ListTopicsAsync(Cancellation)).Name);
    }

    [Fact]
    public async Task PollAsync_gives_max_poll_records_and_nothing_at_the_end()
    {
        var stage = new ConsumerStage();
        stage.Options.MaxPollRecords = 4;
        stage.First.Add(10);
        await using var consumer = stage.Typed();
        consumer.Assign(stage.First.Id);

        var polls = new List<int>();
        while (polls.Sum() < 10)
        {
            polls.Add((await consumer.PollAsync(TimeSpan.FromMinutes(1), Cancellation)).Count);
        }

        Assert.Equal([4, 4, 2], polls);
        Assert.Empty(await consumer.PollAsync(TimeSpan.FromMilliseconds(1), Cancellation));
    }

    [Fact]
    public async Task Fetching_ahead_stays_within_its_memory()
    {
        var stage = new ConsumerStage(partitions: 4);
        stage.Options.QueuedMaxBytes = 4000;
        stage.Options.FetchMaxBytes = 2000;
        stage.Options.MaxPartitionFetchBytes = 1000;
        foreach (var partition in stage.Partitions)
        {
            partition.BatchesAtOnce = 1;
            for (var i = 0; i < 50; i++)
            {
                partition.Add(10);
            }
        }

        await using var consumer = stage.Typed();
        consumer.Assign(stage.Partitions.Select(p => p.Id));

        var highest = 0L;
        for (var i = 0; i < 2000; i++)
        {
            await consumer.TakeAsync(1);
            highest = Math.Max(highest, consumer.UsedBytes);
        }

        // One answer of the stage has a batch of each partition, whatever was asked for.
        Assert.InRange(highest, 1, 4000 + 2000);
        Assert.All(stage.Fetches, f => Assert.InRange(f.MaxBytes, 1000, 2000));
        // With the last batch its memory goes; a fetch that is held back reserves its own.
        Assert.Empty(await consumer.PollAsync(TimeSpan.Zero, Cancellation));
        await Conditions.UntilAsync(() => consumer.UsedBytes <= 2000, Cancellation);
    }

    [Fact]
    public async Task What_is_not_assigned_cannot_be_moved_in()
    {
        await using var consumer = new ConsumerStage().Raw();

        Assert.Throws<InvalidOperationException>(() => consumer.Seek(new TopicPartitionOffset("x", 0, 1)));
        Assert.Throws<InvalidOperationException>(() => consumer.Pause(new TopicPartition("x", 0)));
        Assert.Throws<InvalidOperationException>(() => consumer.Position(new TopicPartition("x", 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => consumer.Seek(new TopicPartitionOffset("x", 0, -3)));
    }

    private static byte[] Transactional(long producer, long offset, int count) => Batches.Make(
        new RecordBatchOptions { BaseOffset = offset, ProducerId = producer, ProducerEpoch = 0, BaseSequence = (int)offset, IsTransactional = true }, count);

    private static byte[] Marker(long producer, long offset, ControlRecordType type) =>
        ControlRecord.BuildMarkerBatch(new EndTransactionMarker(type, 0), producer, 0, 1, offset);
}
