using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Protocol.Records;

public sealed class RecordBatchTests
{
    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void Random_batches_come_back_as_they_were_written(CompressionType compression)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        using var reader = new RecordReader();
        for (var seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            var expected = PlainRecord.Random(random, random.Next(1, 60));
            builder.Reset(new RecordBatchOptions
            {
                BaseOffset = expected[0].Offset,
                Compression = compression,
                ProducerId = 77,
                ProducerEpoch = 3,
                BaseSequence = 12,
                PartitionLeaderEpoch = 5,
                IsTransactional = true,
            });
            foreach (var record in expected)
            {
                record.AppendTo(builder);
            }

            var batch = builder.Build().Span;
            Assert.Equal(RecordFault.None, RecordBatch.CheckStructure(batch));
            Assert.True(RecordBatch.IsCrcValid(batch));
            var header = new RecordBatchHeader(batch);
            Assert.Equal(expected.Count, header.RecordCount);
            Assert.Equal(expected[^1].Offset, header.LastOffset);
            Assert.Equal(expected.Max(r => r.Timestamp), header.MaxTimestamp);
            Assert.Equal((77L, (short)3, 12, 5), (header.ProducerId, header.ProducerEpoch, header.BaseSequence, header.PartitionLeaderEpoch));
            Assert.True(header is { IsTransactional: true, IsControl: false, HasDeleteHorizon: false });

            var actual = ReadAll(reader, batch, out var fault);
            Assert.Equal(RecordFault.None, fault);
            Assert.Equal(expected.Select(r => r.Describe()), actual.Select(r => r.Describe()));
        }
    }

    [Theory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void Every_flipped_byte_is_noticed_and_harmless(CompressionType compression)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = 3, Compression = compression });
        foreach (var record in PlainRecord.Random(new Random(4), 4))
        {
            record.AppendTo(builder);
        }

        using var reader = new RecordReader(1 << 20);
        var bytes = builder.Build().ToArray();
        for (var at = 0; at < bytes.Length; at++)
        {
            for (var flip = 1; flip < 256; flip <<= 1)
            {
                bytes[at] ^= (byte)flip;
                var isCovered = at is not (< RecordBatchHeader.BatchLengthPosition or (>= RecordBatchHeader.PartitionLeaderEpochPosition and < RecordBatchHeader.MagicPosition));
                var isSound = RecordBatch.CheckStructure(bytes) == RecordFault.None && RecordBatch.IsCrcValid(bytes);
                Assert.True(isSound != isCovered, $"position {at}, bit {flip}");

                // Whoever reads without checking gets a fault or other records, never an exception.
                _ = ReadAll(reader, bytes, out _);
                bytes[at] ^= (byte)flip;
            }
        }
    }

    [Fact]
    public void Stamping_offset_and_epoch_leaves_the_checksum_alone()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(10, "k"u8, "v"u8);
        builder.Append(11, "k"u8, "v"u8);
        var batch = builder.Build().Span;
        var crc = new RecordBatchHeader(batch).Crc;
        RecordBatch.SetBaseOffset(batch, 1L << 40);
        RecordBatch.SetLeaderEpoch(batch, 9);
        var header = new RecordBatchHeader(batch);
        Assert.Equal(crc, header.Crc);
        Assert.True(RecordBatch.IsCrcValid(batch));
        Assert.Equal((1L << 40, (1L << 40) + 2, 9), (header.BaseOffset, header.NextOffset, header.PartitionLeaderEpoch));
        RecordBatch.SetLastOffset(batch, 101);
        Assert.Equal(100, new RecordBatchHeader(batch).BaseOffset);
    }

    [Fact]
    public void Setting_timestamps_renews_the_checksum_only_when_something_changes()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(10, "k"u8, "v"u8);
        var batch = builder.Build().Span;
        var before = batch.ToArray();
        RecordBatch.SetMaxTimestamp(batch, TimestampType.CreateTime, 10);
        Assert.Equal(before, batch.ToArray());
        RecordBatch.SetLogAppendTime(batch, 99);
        Assert.True(RecordBatch.IsCrcValid(batch));
        Assert.Equal((TimestampType.LogAppendTime, 99), (new RecordBatchHeader(batch).TimestampType, new RecordBatchHeader(batch).MaxTimestamp));
        RecordBatch.SetMaxTimestamp(batch, TimestampType.CreateTime, 10);
        Assert.Equal(before, batch.ToArray());
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(5, 3, 8)]
    [InlineData(int.MaxValue, 1, 0)]
    [InlineData(int.MaxValue - 1, 1, int.MaxValue)]
    [InlineData(int.MaxValue - 1, 4, 2)]
    public void Sequences_wrap_from_the_largest_to_zero(int sequence, int increment, int result)
    {
        Assert.Equal(result, RecordBatch.AddToSequence(sequence, increment));
        Assert.Equal(sequence, RecordBatch.SubtractFromSequence(result, increment));
    }

    [Fact]
    public void A_delete_horizon_takes_the_place_of_the_base_timestamp()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { DeleteHorizonMs = 5_000 });
        builder.Append(10, "k"u8, OptionalBytes.Null);
        builder.ExtendTo(7);
        var batch = builder.Build().Span;
        var header = new RecordBatchHeader(batch);
        Assert.Equal((5_000, 5_000, 7, 1, 10), (header.DeleteHorizonMs, header.BaseTimestamp, header.LastOffsetDelta, header.RecordCount, header.MaxTimestamp));
        var records = new RecordEnumerator(batch);
        Assert.True(records.MoveNext());
        Assert.Equal(10, records.Current.Timestamp);
    }

    [Fact]
    public void An_empty_batch_keeps_offsets_and_producer_state()
    {
        var full = Samples.Segment(Samples.Kafka43, "txn-0");
        var batches = new RecordBatchEnumerator(full);
        while (batches.MoveNext())
        {
            var header = batches.Current.Header;
            var empty = RecordBatch.BuildEmpty(header);
            Assert.Equal(RecordFault.None, RecordBatch.CheckStructure(empty));
            Assert.True(RecordBatch.IsCrcValid(empty));
            var copy = new RecordBatchHeader(empty);
            Assert.Equal((0, header.LastOffset, header.LastSequence, header.ProducerId), (copy.RecordCount, copy.LastOffset, copy.LastSequence, copy.ProducerId));
            Assert.Equal((header.MaxTimestamp, header.MaxTimestamp), (copy.BaseTimestamp, copy.MaxTimestamp));
            Assert.Equal(header.IsControl, copy.IsControl);
        }
    }

    [Fact]
    public void An_empty_batch_without_a_producer_has_no_time()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(10, "k"u8, "v"u8);
        var empty = RecordBatch.BuildEmpty(new RecordBatchHeader(builder.Build().Span));
        Assert.True(RecordBatch.IsCrcValid(empty));
        var header = new RecordBatchHeader(empty);
        Assert.Equal((-1, -1, 0), (header.BaseTimestamp, header.MaxTimestamp, header.RecordCount));
    }

    [Fact]
    public void Checking_and_walking_an_uncompressed_batch_allocates_nothing()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        foreach (var record in PlainRecord.Random(new Random(8), 50))
        {
            record.AppendTo(builder);
        }

        var bytes = builder.Build().ToArray();
        long Walk()
        {
            var sum = 0L;
            var batches = new RecordBatchEnumerator(bytes);
            while (batches.MoveNext())
            {
                sum += batches.Current.IsCrcValid() ? 1 : 0;
                var records = new RecordEnumerator(batches.Current.Bytes);
                while (records.MoveNext())
                {
                    sum += records.Current.Key.Length + records.Current.Value.Length;
                    foreach (var header in records.Current.Headers)
                    {
                        sum += header.Key.Length;
                    }
                }
            }

            return sum;
        }

        var expected = Walk();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var actual = Walk();
        var after = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(expected, actual);
        Assert.Equal(0, after - before);
    }

    [Fact]
    public void The_builder_refuses_what_a_batch_cannot_hold()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = 10 });
        Assert.Throws<InvalidOperationException>(() => builder.Build());
        builder.Append(10, 1, "k"u8, "v"u8);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Append(10, 1, "k"u8, "v"u8));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.Append(10L + int.MaxValue + 1, 1, "k"u8, "v"u8));
        Assert.Throws<ArgumentException>(() => builder.Reset(new RecordBatchOptions { IsTransactional = true }));
        Assert.Throws<ArgumentException>(() => builder.Reset(new RecordBatchOptions { IsControl = true, Compression = CompressionType.Gzip }));
    }

    [Theory]
    [InlineData(ControlRecordType.Commit)]
    [InlineData(ControlRecordType.Abort)]
    public void Markers_come_back_as_they_were_written(ControlRecordType type)
    {
        var batch = ControlRecord.BuildMarkerBatch(new EndTransactionMarker(type, 31), 7, 2, 1234, baseOffset: 55, leaderEpoch: 6);
        Assert.True(RecordBatch.IsCrcValid(batch));
        Assert.True(ControlRecord.TryReadMarker(batch, out var marker));
        Assert.Equal(new EndTransactionMarker(type, 31), marker);
        var header = new RecordBatchHeader(batch);
        Assert.Equal((7L, (short)2, 55L, 6, -1), (header.ProducerId, header.ProducerEpoch, header.BaseOffset, header.PartitionLeaderEpoch, header.BaseSequence));
    }

    [Fact]
    public void Other_control_records_are_no_markers()
    {
        Assert.False(ControlRecord.TryReadMarker(Samples.Segment(Samples.Kafka43, "plain-0"), out _));
        var batches = new RecordBatchEnumerator(Samples.Segment(Samples.Kafka43, "__cluster_metadata-0"));
        Assert.True(batches.MoveNext());
        Assert.True(batches.Current.Header.IsControl);
        Assert.False(ControlRecord.TryReadMarker(batches.Current.Bytes, out _));
        Assert.True(new RecordEnumerator(batches.Current.Bytes) is var records && records.MoveNext());
        Assert.True(ControlRecord.TryReadType(records.Current.Key, out var type));
        Assert.Equal(ControlRecordType.LeaderChange, type);
        Assert.False(ControlRecord.TryReadType(OptionalBytes.Null, out _));
        Assert.False(ControlRecord.TryReadType("\0\0\0"u8, out _));
    }

    private static List<PlainRecord> ReadAll(RecordReader reader, ReadOnlySpan<byte> batch, out RecordFault fault)
    {
        var list = new List<PlainRecord>();
        var records = reader.Read(batch);
        while (records.MoveNext())
        {
            list.Add(PlainRecord.From(records.Current));
        }

        fault = records.Fault;
        return list;
    }
}
