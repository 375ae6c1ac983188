using System.Runtime.InteropServices;
using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Validation;
using Xunit;

namespace Samsa.UnitTests.Storage.Validation;

public sealed class RecordValidatorTests
{
    private static readonly LogConfig Compacted = LogConfig.Default with { Compact = true };
    private static readonly LogConfig AppendTime = LogConfig.Default with { TimestampType = TimestampType.LogAppendTime };

    public static TheoryData<CompressionType> Codecs =>
        [CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_sound_batch_is_accepted_where_it_lies_and_not_touched(CompressionType codec)
    {
        var batch = Batches.Plain(codec: codec);
        var copy = batch.ToArray();

        using var result = RecordValidator.Validate(batch, Batches.Rules());

        Assert.Equal(ErrorCode.None, result.Error);
        Assert.True(MemoryMarshal.TryGetArray<byte>(result.Bytes, out var segment));
        Assert.Same(batch, segment.Array);
        Assert.Equal(copy, batch);
        Assert.Equal((3, 2, Batches.Now + 2, 2, -1), (result.RecordCount, result.LastOffsetDelta, result.MaxTimestamp,
            result.MaxTimestampOffsetDelta, result.LogAppendTime));
        Assert.False(result.IsTransactional);
    }

    [Fact]
    public void A_wrong_maximum_timestamp_is_put_right()
    {
        var batch = Batches.WithInt64(Batches.Plain(), RecordBatchHeader.MaxTimestampPosition, 12);

        using var result = RecordValidator.Validate(batch, Batches.Rules());

        Assert.Equal(ErrorCode.None, result.Error);
        Assert.Equal(Batches.Plain(), result.Bytes.ToArray());
        Assert.Equal(Batches.Now + 2, result.MaxTimestamp);
    }

    [Fact]
    public void The_first_record_with_the_largest_timestamp_is_reported()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        foreach (var delta in (long[])[5, 900, -70_000, 900])
        {
            builder.Append(Batches.Now + delta, default, Batches.Bytes("x"));
        }

        using var result = RecordValidator.Validate(builder.Build(), Batches.Rules());

        Assert.Equal((Batches.Now + 900, 1), (result.MaxTimestamp, result.MaxTimestampOffsetDelta));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Append_time_is_stamped(CompressionType codec)
    {
        using var result = RecordValidator.Validate(Batches.Plain(codec: codec), Batches.Rules(AppendTime) with { Now = Batches.Now + 777 });

        var header = new RecordBatchHeader(result.Bytes.Span);
        Assert.Equal((TimestampType.LogAppendTime, Batches.Now + 777), (header.TimestampType, header.MaxTimestamp));
        Assert.True(RecordBatch.IsCrcValid(result.Bytes.Span));
        Assert.Equal((Batches.Now + 777, Batches.Now + 777, 2), (result.LogAppendTime, result.MaxTimestamp, result.MaxTimestampOffsetDelta));
        Assert.All(Batches.Read(result.Bytes), record => Assert.Equal(Batches.Now + 777, record.Timestamp));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void A_producers_append_time_bit_is_cleared_on_a_create_time_topic(CompressionType codec)
    {
        var batch = Batches.WithAttributes(Batches.Plain(codec: codec), RecordBatchHeader.TimestampTypeMask);

        using var result = RecordValidator.Validate(batch, Batches.Rules());

        Assert.Equal(TimestampType.CreateTime, new RecordBatchHeader(result.Bytes.Span).TimestampType);
        Assert.True(RecordBatch.IsCrcValid(result.Bytes.Span));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Null_keys_are_refused_on_a_compacted_topic_record_by_record(CompressionType codec)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = codec });
        builder.Append(Batches.Now, default, Batches.Bytes("a"));
        builder.Append(Batches.Now, Batches.Bytes("k"), default);
        builder.Append(Batches.Now, default, Batches.Bytes("c"));

        using var result = RecordValidator.Validate(builder.Build(), Batches.Rules(Compacted));

        Assert.Equal(ErrorCode.InvalidRecord, result.Error);
        const string Message = "Compacted topic cannot accept message without key in topic partition T-0";
        Assert.Equal([new RecordError(0, Message), new RecordError(2, Message)], result.RecordErrors);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Timestamps_out_of_bounds_are_refused_record_by_record(CompressionType codec)
    {
        var config = LogConfig.Default with { TimestampBeforeMaxMs = 1000, TimestampAfterMaxMs = 500 };
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = codec });
        foreach (var delta in (long[])[-1000, -1001, 500, 501])
        {
            builder.Append(Batches.Now + delta, Batches.Bytes("k"), default);
        }

        using var result = RecordValidator.Validate(builder.Build(), Batches.Rules(config));

        Assert.Equal(ErrorCode.InvalidTimestamp, result.Error);
        Assert.Equal("One or more records have been rejected due to invalid timestamp", result.ErrorMessage);
        Assert.Equal([1, 3], result.RecordErrors!.Select(error => error.BatchIndex));
        Assert.Contains($"Timestamp {Batches.Now + 501}", result.RecordErrors![1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(-5)]
    [InlineData(long.MinValue)]
    public void Negative_timestamps_are_accepted(long timestamp)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(timestamp, default, default);
        using var result = RecordValidator.Validate(builder.Build(), Batches.Rules());
        Assert.Equal((ErrorCode.None, -1L), (result.Error, result.MaxTimestamp));
    }

    [Theory]
    [InlineData(60 * 60 * 1000, ErrorCode.None)]
    [InlineData(60 * 60 * 1000 + 1, ErrorCode.InvalidTimestamp)]
    public void The_default_lets_a_record_be_an_hour_ahead(long ahead, ErrorCode expected)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = CompressionType.Gzip });
        builder.Append(Batches.Now + ahead, default, default);
        using var result = RecordValidator.Validate(builder.Build(), Batches.Rules());
        Assert.Equal(expected, result.Error);
    }

    [Fact]
    public void Bounds_do_not_hold_under_append_time()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions());
        builder.Append(Batches.Now * 2, default, default);
        using var result = RecordValidator.Validate(builder.Build(), Batches.Rules(AppendTime));
        Assert.Equal((ErrorCode.None, Batches.Now), (result.Error, result.MaxTimestamp));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Every_codec_is_recompressed_to_every_other(CompressionType from)
    {
        foreach (var to in Enum.GetValues<CompressionType>())
        {
            var options = new RecordBatchOptions { Compression = from, ProducerId = 5, ProducerEpoch = 1, BaseSequence = 9, IsTransactional = true };
            var batch = Batches.Build(options, 20);

            using var result = RecordValidator.Validate(batch, Batches.Rules(LogConfig.Default with { Compression = to }));

            Assert.Equal(ErrorCode.None, result.Error);
            Assert.Equal(Batches.Build(options with { Compression = to }, 20), result.Bytes.ToArray());
            Assert.Equal((20, true), (result.RecordCount, result.IsTransactional));
        }
    }

    [Theory]
    [InlineData("c-gzip-0", CompressionType.Gzip)]
    [InlineData("c-snappy-0", CompressionType.Snappy)]
    [InlineData("c-lz4-0", CompressionType.Lz4)]
    [InlineData("c-zstd-0", CompressionType.Zstd)]
    public void Recompression_yields_Kafkas_records(string sample, CompressionType codec)
    {
        var golden = Protocol.Records.Samples.Segment(Protocol.Records.Samples.Kafka39, sample);
        using var plain = RecordValidator.Validate(golden.ToArray(), Batches.Rules(LogConfig.Default with { Compression = CompressionType.None }));
        using var again = RecordValidator.Validate(plain.Bytes.ToArray(), Batches.Rules(LogConfig.Default with { Compression = codec }));

        Assert.Equal(Batches.Read(golden), Batches.Read(again.Bytes));
        Assert.Equal(new RecordBatchHeader(golden).Attributes, new RecordBatchHeader(again.Bytes.Span).Attributes);
    }

    [Fact]
    public void Levels_of_the_topic_are_used()
    {
        var batch = Batches.Plain(2000);
        var low = LogConfig.Default with { Compression = CompressionType.Gzip, GzipLevel = 1 };
        using var fast = RecordValidator.Validate(batch.ToArray(), Batches.Rules(low));
        using var small = RecordValidator.Validate(batch.ToArray(), Batches.Rules(low with { GzipLevel = 9 }));
        Assert.True(small.Bytes.Length < fast.Bytes.Length, $"{small.Bytes.Length} is not less than {fast.Bytes.Length}");
    }

    [Fact]
    public void The_size_after_recompression_counts()
    {
        var config = LogConfig.Default with { Compression = CompressionType.None, MaxMessageBytes = 1000 };
        var batch = Batches.Plain(500, CompressionType.Zstd);
        config = config with { MaxMessageBytes = batch.Length + 1 };
        using var result = RecordValidator.Validate(batch, Batches.Rules(config));
        Assert.Equal(ErrorCode.MessageTooLarge, result.Error);
    }

    [Fact]
    public void A_bomb_is_not_inflated_beyond_the_bound()
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = CompressionType.Zstd });
        builder.Append(Batches.Now, Batches.Bytes("k"), new byte[RecordReader.DefaultMaxDecompressedSize]);
        using var result = RecordValidator.Validate(builder.Build(), Batches.Rules(Compacted));
        Assert.Equal(ErrorCode.MessageTooLarge, result.Error);
    }

    [Fact]
    public void A_wrong_header_of_a_compressed_batch_is_put_right_when_a_rule_looks_inside()
    {
        var batch = Batches.WithInt64(Batches.Plain(codec: CompressionType.Gzip), RecordBatchHeader.MaxTimestampPosition, 12);
        using var result = RecordValidator.Validate(batch, Batches.Rules(Compacted));
        Assert.Equal(Batches.Plain(codec: CompressionType.Gzip), result.Bytes.ToArray());
    }

    [Theory]
    [InlineData(CompressionType.None, false)]
    [InlineData(CompressionType.Lz4, false)]
    [InlineData(CompressionType.None, true)]
    public void Validating_in_place_allocates_nothing(CompressionType codec, bool appendTime)
    {
        var batch = Batches.Plain(1000, codec);
        var rules = Batches.Rules(appendTime ? AppendTime : LogConfig.Default);
        long allocated = 0;
        for (var round = 0; round < 200; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            using var result = RecordValidator.Validate(batch, rules with { Now = Batches.Now + round });
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(ErrorCode.None, result.Error);
        }

        Assert.Equal(0, allocated);
    }
}
