using Samsa.Protocol.Records;
using Samsa.Storage;
using Xunit;

namespace Samsa.UnitTests.Storage.Log;

public sealed class TimestampTests : IDisposable
{
    private readonly LogHarness _harness = new() { Config = LogConfig.Default with { IndexIntervalBytes = 100 } };

    public void Dispose() => _harness.Dispose();

    [Fact]
    public void The_first_record_at_or_after_the_time_is_found_inside_its_batch()
    {
        Fill();
        Check();
        _harness.Reopen();
        Check();
    }

    [Fact]
    public void An_empty_log_has_no_times()
    {
        Assert.Null(_harness.Log.OffsetForTimestamp(0));
        Assert.Null(_harness.Log.MaxTimestamp());
    }

    [Fact]
    public void Records_below_the_log_start_do_not_count()
    {
        _harness.Append(LogHarness.Batch(1000, "a", "b", "c"));
        _harness.Log.UpdateHighWatermark(3);
        _harness.Log.IncrementLogStartOffset(1);
        Assert.Equal(new TimestampOffset(1001, 1, 0), _harness.Log.OffsetForTimestamp(0));
    }

    [Fact]
    public void A_batch_that_claims_more_bytes_than_the_segment_has_is_not_read()
    {
        _harness.AppendValues("a");
        _harness.AppendValues("b");
        _harness.Log.Roll();
        _harness.AppendValues("c");
        _harness.Log.Close();
        var path = $"{LogHarness.Directory}/00000000000000000000.log";
        var segment = _harness.Files.ReadAllBytes(path);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(segment.AsSpan(RecordBatchHeader.BatchLengthPosition), 300_000_000);
        _harness.Files.WriteFile(path, segment);

        // After a clean stop only the last segment is looked at.
        _harness.Open(clean: true, recoveryPoint: 3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(2, _harness.Log.OffsetForTimestamp(0)?.Offset);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void A_record_that_claims_an_offset_outside_its_batch_is_not_found()
    {
        // The header says offsets 0 and 1, the second record inside says 5: nobody looks into a compressed batch on the way in.
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = CompressionType.Snappy });
        builder.Append(0, 1000, default, "a"u8);
        builder.Append(5, 1001, default, "b"u8);
        var batch = builder.Build().ToArray();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.LastOffsetDeltaPosition), 1);
        RecordBatch.UpdateCrc(batch);
        _harness.Append(batch);
        Assert.Equal(2, _harness.Log.LogEndOffset);

        Assert.Equal(new TimestampOffset(1000, 0, 0), _harness.Log.OffsetForTimestamp(1000));
        Assert.Null(_harness.Log.OffsetForTimestamp(1001));
    }

    [Fact]
    public void The_largest_time_is_that_of_its_first_record()
    {
        _harness.Append(LogHarness.Batch(1000, "a"));
        _harness.Append(LogHarness.Batch(5000, "b", "c"), leaderEpoch: 4);
        _harness.Log.Roll();
        _harness.Append(LogHarness.Batch(5001, "d"));
        _harness.Append(LogHarness.Batch(2000, "e"));
        Assert.Equal(new TimestampOffset(5001, 2, 4), _harness.Log.MaxTimestamp());
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void Compressed_batches_are_looked_into(CompressionType codec)
    {
        _harness.Append(LogHarness.Batch(new RecordBatchOptions { Compression = codec }, 1000, "a", "b", "c"));
        _harness.Append(LogHarness.Batch(new RecordBatchOptions { Compression = codec }, 2000, "d", "e", "f"));
        Assert.Equal(new TimestampOffset(1002, 2, 0), _harness.Log.OffsetForTimestamp(1002));
        Assert.Equal(new TimestampOffset(2000, 3, 0), _harness.Log.OffsetForTimestamp(1003));
        Assert.Equal(new TimestampOffset(2002, 5, 0), _harness.Log.MaxTimestamp());
    }

    [Fact]
    public void With_append_time_the_first_record_stands_for_the_batch()
    {
        var options = new RecordBatchOptions { TimestampType = TimestampType.LogAppendTime, LogAppendTime = 7000 };
        _harness.Append(LogHarness.Batch(options, 1000, "a", "b"));
        Assert.Equal(new TimestampOffset(7000, 0, 0), _harness.Log.OffsetForTimestamp(6000));
        Assert.Equal(new TimestampOffset(7000, 0, 0), _harness.Log.MaxTimestamp());
    }

    // Record i has time 1000 + 10 i, except that every fifth batch comes from the past.
    private void Fill()
    {
        for (var i = 0; i < 300; i += 3)
        {
            _harness.Append(i % 5 == 4 ? LogHarness.Batch(i, "x", "y", "z") : LogHarness.Batch(1000 + (10 * i), "x", "y", "z"));
            if (i % 60 == 0)
            {
                _harness.Log.Roll();
            }
        }
    }

    private void Check()
    {
        var records = new List<TimestampOffset>();
        for (var i = 0; i < 300; i++)
        {
            var first = i - (i % 3);
            records.Add(new TimestampOffset((first % 5 == 4 ? first : 1000 + (10 * first)) + (i % 3), i, 0));
        }

        for (var time = 900; time < 4100; time += 7)
        {
            var expected = records.FindIndex(record => record.Timestamp >= time);
            Assert.Equal(expected < 0 ? null : records[expected], _harness.Log.OffsetForTimestamp(time));
        }
    }
}
