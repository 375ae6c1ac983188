using Samsa.Protocol.Records;
using Samsa.Storage.Compaction;
using Samsa.UnitTests.Storage.Log;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

public sealed class CompactionRuleTests
{
    [Fact]
    public void The_newest_record_of_every_key_stays_at_its_offset()
    {
        using var test = new CompactionHarness();
        test.Put(("a", "1"), ("b", "1"), ("c", "1"));
        test.Put(("a", "2"), ("b", "2"));
        test.Put(("a", "3"));
        var outcome = test.Clean();
        Assert.True(outcome.IsComplete);
        Assert.Equal(6, outcome.EndOffset);
        Assert.Equal([(2, "c", "1"), (4, "b", "2"), (5, "a", "3")], test.ReadAll());
        Assert.Equal((6, 3), (outcome.Statistics.RecordsRead, outcome.Statistics.RecordsWritten));
        Assert.Equal(6, test.Log.LogEndOffset);
    }

    [Fact]
    public void A_batch_that_loses_records_keeps_its_extent_its_sequence_and_its_headers()
    {
        using var test = new CompactionHarness();
        test.Put(new RecordBatchOptions { ProducerId = 9, ProducerEpoch = 0, BaseSequence = 0 }, ("a", "1"), ("b", "1"), ("c", "1"));
        test.Put(("c", "2"), ("a", "2"));
        test.Clean();
        var batch = test.ReadBatches()[0];
        Assert.Equal((0, 2, 9, 0, 2), (batch.BaseOffset, batch.LastOffset, batch.ProducerId, batch.BaseSequence, batch.LastSequence));
        Assert.Equal([(1, "b", "1")], batch.Records);
        var bytes = test.Harness.ReadFile("00000000000000000000.log");
        using var reader = new RecordReader();
        var records = reader.Read(bytes.AsSpan(0, (int)new RecordBatchHeader(bytes).TotalSize));
        Assert.True(records.MoveNext());
        Assert.Equal(LogHarness.StartTime + 1, records.Current.Timestamp);
        Assert.Equal(1, records.Current.Headers.Count);
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void A_batch_keeps_its_codec(CompressionType codec)
    {
        using var test = new CompactionHarness();
        test.Put(new RecordBatchOptions { Compression = codec }, ("a", "1"), ("b", new string('x', 500)), ("c", "1"));
        test.Put(("c", "2"));
        test.Clean();
        var batch = test.ReadBatches()[0];
        Assert.Equal(codec, batch.Compression);
        Assert.Equal([(0, "a", "1"), (1, "b", new string('x', 500))], batch.Records);
    }

    [Fact]
    public void A_batch_that_loses_nothing_is_copied_byte_for_byte()
    {
        using var test = new CompactionHarness();
        test.Put(new RecordBatchOptions { Compression = CompressionType.Zstd }, ("a", "1"), ("b", "1"));
        var before = test.Harness.ReadFile("00000000000000000000.log");
        test.Put(("c", "1"));
        test.Put(("c", "2"));
        test.Clean();
        Assert.Equal(before, test.Harness.ReadFile("00000000000000000000.log")[..before.Length]);
    }

    [Fact]
    public void The_active_segment_is_left_alone()
    {
        using var test = new CompactionHarness();
        test.Put(("a", "1"));
        test.Log.Roll();
        test.Put(("a", "2"));
        test.Clean(roll: false);
        Assert.Equal([(0, "a", "1"), (1, "a", "2")], test.ReadAll());
        test.Clean();
        Assert.Equal([(1, "a", "2")], test.ReadAll());
    }

    [Fact]
    public void Nothing_above_the_high_watermark_or_of_an_open_transaction_is_touched()
    {
        using var test = new CompactionHarness();
        test.Put(("a", "1"));
        test.Log.Roll();
        test.Put(new RecordBatchOptions { ProducerId = 1, ProducerEpoch = 0, BaseSequence = 0, IsTransactional = true }, ("a", "2"));
        test.Log.Roll();
        test.Put(("a", "3"));
        test.Log.Roll();
        Assert.Equal((0, 1), (test.Range().FirstDirtyOffset, test.Range().End));
        test.Clean();
        Assert.Equal([(0, "a", "1"), (1, "a", "2"), (2, "a", "3")], test.ReadAll());
        test.Marker(1, commit: true);
        test.Clean();
        Assert.Equal([(2, "a", "3")], test.ReadAll());
    }

    [Fact]
    public void Records_without_a_key_are_dropped_and_counted()
    {
        using var test = new CompactionHarness();
        test.Put((null, "1"), ("a", "1"), (null, "2"));
        test.Put(("b", "1"));
        var outcome = test.Clean();
        Assert.Equal([(1, "a", "1"), (3, "b", "1")], test.ReadAll());
        Assert.Equal(2, outcome.Statistics.KeylessRecords);
    }

    [Fact]
    public void Tombstone_stays_for_delete_retention_after_its_first_compaction_and_goes_then()
    {
        using var test = new CompactionHarness(CompactionHarness.Compacted with { DeleteRetentionMs = 1000 });
        test.Put(("a", "1"), ("b", "1"));
        test.Put(("a", null));
        test.Put(("c", "1"));
        test.Harness.Clock.Advance(5000);
        test.Clean();
        Assert.Equal([(1, "b", "1"), (2, "a", null), (3, "c", "1")], test.ReadAll());
        var batch = test.ReadBatches().Single(batch => batch.BaseOffset == 2);
        Assert.Equal(LogHarness.StartTime + 6000, batch.DeleteHorizonMs);
        Assert.Equal(LogHarness.StartTime, batch.MaxTimestamp);

        test.Harness.Clock.Advance(999);
        test.Put(("d", "1"));
        test.Clean();
        Assert.Contains((2, "a", null), test.ReadAll());
        Assert.Equal(LogHarness.StartTime + 6000, test.ReadBatches().Single(batch => batch.BaseOffset == 2).DeleteHorizonMs);

        test.Harness.Clock.Advance(1);
        test.Put(("e", "1"));
        test.Clean();
        Assert.Equal([(1, "b", "1"), (3, "c", "1"), (4, "d", "1"), (5, "e", "1")], test.ReadAll());
    }

    [Fact]
    public void A_tombstone_that_was_overwritten_goes_at_once()
    {
        using var test = new CompactionHarness();
        test.Put(("a", "1"));
        test.Put(("a", null));
        test.Put(("a", "2"));
        test.Clean();
        Assert.Equal([(2, "a", "2")], test.ReadAll());
    }

    [Fact]
    public void A_delete_retention_without_end_keeps_tombstones()
    {
        using var test = new CompactionHarness(CompactionHarness.Compacted with { DeleteRetentionMs = long.MaxValue });
        test.Put(("a", null), ("b", "1"));
        test.Clean();
        test.Harness.Clock.Advance(1_000_000_000_000);
        test.Put(("b", "2"));
        test.Clean();
        Assert.Equal([(0, "a", null), (2, "b", "2")], test.ReadAll());
        Assert.Equal(long.MaxValue, test.ReadBatches()[0].DeleteHorizonMs);
    }

    [Fact]
    public void Records_with_the_append_time_of_their_batch_keep_it()
    {
        using var test = new CompactionHarness();
        var batch = CompactionHarness.Batch(new RecordBatchOptions(), 5, ("a", "1"), ("b", "1"));
        RecordBatch.SetLogAppendTime(batch, 777);
        test.Append(batch);
        test.Put(("b", "2"));
        test.Clean();
        var bytes = test.Harness.ReadFile("00000000000000000000.log");
        var header = new RecordBatchHeader(bytes);
        Assert.Equal((TimestampType.LogAppendTime, 777), (header.TimestampType, header.MaxTimestamp));
        using var reader = new RecordReader();
        var records = reader.Read(bytes.AsSpan(0, (int)header.TotalSize));
        Assert.True(records.MoveNext());
        Assert.Equal(777, records.Current.Timestamp);
    }

    [Fact]
    public void A_map_that_is_too_small_takes_several_passes_and_loses_nothing()
    {
        using var test = new CompactionHarness { Options = new CleanerOptions { DedupeBufferBytes = 11 * OffsetMap.SlotBytes, IoBufferBytes = 200 } };
        for (var round = 0; round < 3; round++)
        {
            for (var key = 0; key < 25; key++)
            {
                test.Put(($"k{key}", $"{round}"));
            }

            test.Log.Roll();
        }

        var passes = 0;
        while (test.Range().DirtyBytes > 0)
        {
            var before = test.Checkpoint ?? 0;
            test.Clean(roll: false);
            Assert.True(test.Checkpoint > before);
            passes++;
            Assert.Equal(
                Enumerable.Range(0, 25).Select(key => ($"k{key}", "2")).Order(),
                test.ReadAll().GroupBy(record => record.Key).Select(group => (group.Key!, group.Last().Value!)).Order());
        }

        Assert.Equal(75, test.Checkpoint);
        Assert.InRange(passes, 8, 9);
    }

    [Fact]
    public void A_record_larger_than_the_buffers_is_compacted_too()
    {
        using var test = new CompactionHarness { Options = new CleanerOptions { IoBufferBytes = 100 } };
        var large = new string('x', 50_000);
        test.Put(("a", "1"), ("b", large));
        test.Put(("a", large));
        test.Put(("a", "3"));
        test.Clean();
        Assert.Equal([(1, "b", large), (3, "a", "3")], test.ReadAll());
    }

    [Fact]
    public void Small_neighbours_become_one_segment_and_each_ends_where_the_next_begins()
    {
        using var test = new CompactionHarness(CompactionHarness.Compacted with { SegmentBytes = 700 });
        for (var i = 0; i < 60; i++)
        {
            test.Put(($"k{i % 10}", new string((char)('a' + (i % 26)), 30)));
        }

        // What the sources took decides, so that only a second pass finds them small.
        test.Clean();
        var before = test.Log.SegmentCount;
        test.Put(("k0", "z"));
        test.Clean();
        Assert.InRange(test.Log.SegmentCount, 2, before / 2);
        var end = 0L;
        foreach (var batch in test.ReadBatches())
        {
            Assert.True(batch.BaseOffset >= end);
            end = batch.LastOffset + 1;
        }

        for (var i = 0; i + 1 < test.Log.Segments.Count; i++)
        {
            var bytes = test.Harness.Files.ReadAllBytes(test.Log.Segments[i].File.Path);
            Assert.Equal(test.Log.Segments[i + 1].BaseOffset, StoredBatch.Parse(bytes)[^1].LastOffset + 1);
        }

        Assert.Equal(10, test.ReadAll().Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_segment_without_records_is_passed_over_while_there_is_more_and_shown_at_the_end(int producers)
    {
        using var test = new CompactionHarness();
        for (var i = 0; i < producers; i++)
        {
            // The last batch of each producer stays, for its sequence.
            test.Put(new RecordBatchOptions { ProducerId = i, ProducerEpoch = 0, BaseSequence = 0 }, ("a", "1"));
        }

        test.Log.Roll();
        test.Put(("a", "2"));
        test.Log.Roll();
        test.Log.UpdateConfig(test.Harness.Config with { SegmentBytes = 100 });
        test.Clean(roll: false);
        Assert.Equal(producers * RecordBatchHeader.Size, test.Log.Segments[0].Size);
        using (var region = test.Log.Read(0, 1000, test.Log.LogEndOffset, minOneMessage: true).Region!)
        {
            var bytes = new byte[region.Length];
            region.CopyTo(0, bytes);
            Assert.Equal([(producers, "a", "2")], StoredBatch.Parse(bytes)[0].Records);
        }

        // Below a bound that ends there it is all there is, and a consumer must get past it.
        using var last = test.Log.Read(0, 1000, producers, minOneMessage: true).Region!;
        Assert.Equal(producers * RecordBatchHeader.Size, last.Length);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(9)]
    public void Times_are_those_of_records_that_stay_not_of_emptied_batches(long producer)
    {
        using var test = new CompactionHarness();
        var now = test.Harness.Clock.Now;
        var options = producer < 0
            ? new RecordBatchOptions()
            : new RecordBatchOptions { ProducerId = producer, ProducerEpoch = 0, BaseSequence = 0 };
        test.Append(CompactionHarness.Batch(options, now + 1000, ("a", "1")));
        test.Log.Roll();
        test.Append(CompactionHarness.Batch(new RecordBatchOptions(), now, ("a", "2"), ("b", "2")));
        test.Log.Roll();
        test.Log.UpdateConfig(test.Harness.Config with { SegmentBytes = 100 });
        test.Clean(roll: false);
        Assert.Equal(RecordBatchHeader.Size, test.Log.Segments[0].Size);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal((now + 1, 2), (test.Log.MaxTimestamp()!.Value.Timestamp, test.Log.MaxTimestamp()!.Value.Offset));
            Assert.Equal(1, test.Log.OffsetForTimestamp(now - 5)!.Value.Offset);
            Assert.Null(test.Log.OffsetForTimestamp(now + 500));

            // Once more with the indexes that recovery makes.
            test.Log.Close();
            foreach (var name in test.Harness.FileNames().Where(name => name.EndsWith("index", StringComparison.Ordinal)))
            {
                test.Harness.Files.DeleteFile($"{LogHarness.Directory}/{name}");
            }

            test.Harness.Open(clean: false);
        }
    }

    [Fact]
    public void A_segment_that_cannot_get_cleaner_is_not_rewritten()
    {
        using var test = new CompactionHarness();
        test.Put(("a", "1"), ("b", "1"));
        test.Clean();
        var first = test.Log.Segments[0];
        test.Put(("c", "1"));
        test.Log.UpdateConfig(test.Harness.Config with { SegmentBytes = 50 });
        test.Clean();
        Assert.Same(first, test.Log.Segments[0]);
        Assert.DoesNotContain(test.Harness.FileNames(), name => name.EndsWith(".cleaned", StringComparison.Ordinal));
        Assert.Equal(3, test.Checkpoint);
    }

    [Fact]
    public void The_state_of_an_active_producer_survives_as_an_empty_batch()
    {
        using var test = new CompactionHarness();
        test.Put(new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0, BaseSequence = 0 }, ("a", "1"), ("b", "1"));
        test.Put(new RecordBatchOptions { ProducerId = 7, ProducerEpoch = 0, BaseSequence = 2 }, ("a", "2"), ("b", "2"));
        test.Put(("a", "3"), ("b", "3"));
        test.Clean();
        var empty = test.ReadBatches()[0];
        Assert.Equal((2, 3, 7, 2, 3), (empty.BaseOffset, empty.LastOffset, empty.ProducerId, empty.BaseSequence, empty.LastSequence));
        Assert.Empty(empty.Records);
        test.Harness.Files.DeleteFile($"{LogHarness.Directory}/00000000000000000006.snapshot");
        test.Log.Dispose();
        test.Harness.Open(clean: false);
        Assert.Equal(3, test.Log.Producers.ActiveProducers().Single().LastSequence);
    }

    [Fact]
    public void A_damaged_batch_stops_the_compaction_and_nothing_changes()
    {
        using var test = new CompactionHarness();
        test.Put(("a", "1"));
        test.Put(("b", "1"));
        test.Put(("a", "2"));
        var path = $"{LogHarness.Directory}/00000000000000000000.log";
        var bytes = test.Harness.Files.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x10;
        test.Harness.Files.WriteFile(path, bytes);
        Assert.Throws<DamagedBatchException>(() => test.Clean());
        Assert.Equal(bytes, test.Harness.Files.ReadAllBytes(path));
        Assert.DoesNotContain(test.Harness.FileNames(), name => name.EndsWith(".cleaned", StringComparison.Ordinal));
    }

    [Fact]
    public void The_time_of_the_newest_source_is_kept()
    {
        using var test = new CompactionHarness();
        test.Put(("a", "1"));
        test.Log.Roll();
        test.Put(("a", "2"));
        test.Log.Roll();
        var time = DateTimeOffset.FromUnixTimeSeconds(1234567);
        test.Harness.Files.SetLastWriteTime(test.Log.Segments[1].File.Path, time);
        test.Clean();
        Assert.Equal(time, test.Log.Segments[0].LastWriteTime());
    }
}
