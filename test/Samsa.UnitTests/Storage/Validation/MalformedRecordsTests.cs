using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Validation;
using Xunit;

namespace Samsa.UnitTests.Storage.Validation;

/// <summary>The answers that brokers of Kafka 3.9 and 4.3 were measured to give.</summary>
public sealed class MalformedRecordsTests
{
    [Fact]
    public void Empty_records_are_invalid() => Refuses(ErrorCode.InvalidRecord, [], "no whole batch");

    [Fact]
    public void Too_short_records_are_invalid() => Refuses(ErrorCode.InvalidRecord, Batches.Plain()[..11], "no whole batch");

    [Fact]
    public void A_truncated_batch_is_invalid() => Refuses(ErrorCode.InvalidRecord, Batches.Plain()[..^1], "no whole batch");

    [Fact]
    public void Two_batches_are_invalid() => Refuses(ErrorCode.InvalidRecord, [.. Batches.Plain(), .. Batches.Plain()], "more than one batch");

    [Fact]
    public void The_beginning_of_a_second_batch_is_ignored()
    {
        byte[] records = [.. Batches.Plain(), .. Batches.Plain()[..30]];
        using var result = RecordValidator.Validate(records, Batches.Rules());
        Assert.Equal(ErrorCode.None, result.Error);
        Assert.Equal(Batches.Plain().Length, result.Bytes.Length);
    }

    [Fact]
    public void A_record_count_that_differs_from_the_offsets_is_invalid() =>
        Refuses(ErrorCode.InvalidRecord, Batches.WithInt32(Batches.Plain(), RecordBatchHeader.RecordCountPosition, 2), "declares 2 records");

    [Fact]
    public void A_last_offset_delta_that_differs_from_the_count_is_invalid() =>
        Refuses(ErrorCode.InvalidRecord, Batches.WithInt32(Batches.Plain(), RecordBatchHeader.LastOffsetDeltaPosition, 5), "last offset delta 5");

    [Fact]
    public void A_batch_without_records_is_invalid() =>
        Refuses(ErrorCode.InvalidRecord, Batches.WithInt32(Batches.Plain(), RecordBatchHeader.RecordCountPosition, 0), "declares 0 records");

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_count_that_the_records_do_not_bear_out_is_invalid(int count)
    {
        var batch = Batches.WithInt32(Batches.Plain(), RecordBatchHeader.RecordCountPosition, count);
        Refuses(ErrorCode.InvalidRecord, Batches.WithInt32(batch, RecordBatchHeader.LastOffsetDeltaPosition, count - 1), "another number of records");
    }

    [Fact]
    public void A_base_offset_other_than_0_is_invalid() =>
        Refuses(ErrorCode.InvalidRecord, Batches.WithInt64(Batches.Plain(), RecordBatchHeader.BaseOffsetPosition, 7), "base offset");

    [Fact]
    public void A_control_batch_is_invalid() =>
        Refuses(ErrorCode.InvalidRecord, Batches.WithAttributes(Batches.Plain(), RecordBatchHeader.ControlMask), "control batch");

    [Fact]
    public void A_producer_id_without_a_sequence_is_invalid() =>
        Refuses(ErrorCode.InvalidRecord, Batches.WithInt64(Batches.Plain(), RecordBatchHeader.ProducerIdPosition, 5), "sequence -1");

    [Fact]
    public void A_wrong_checksum_is_corrupt()
    {
        var batch = Batches.Plain();
        batch[^1] ^= 1;
        Refuses(ErrorCode.CorruptMessage, batch, "checksum");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(127)]
    public void An_unknown_magic_is_corrupt(byte magic)
    {
        var batch = Batches.Plain();
        batch[RecordBatchHeader.MagicPosition] = magic;
        Refuses(ErrorCode.CorruptMessage, batch, $"Invalid magic found in record: {magic}");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Old_formats_are_invalid_from_produce_3_on(sbyte magic)
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic));
        builder.Append(0, Batches.Now, Batches.Bytes("k"), Batches.Bytes("v"));
        Refuses(ErrorCode.InvalidRecord, builder.Build().ToArray(), $"magic {magic}");
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void An_unknown_codec_is_an_unknown_server_error(int codec) =>
        Refuses(ErrorCode.UnknownServerError, Batches.WithAttributes(Batches.Plain(), codec), "codec");

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void A_payload_that_is_not_in_the_stated_codec_is_an_unknown_server_error(CompressionType codec) =>
        Refuses(ErrorCode.UnknownServerError, Batches.WithAttributes(Batches.Plain(), (int)codec), "decompress");

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void A_broken_payload_is_seen_when_a_rule_looks_inside(CompressionType codec)
    {
        var batch = Batches.With(Batches.Plain(50, codec), bytes => bytes.AsSpan(RecordBatchHeader.Size + 20).Fill(0xff));
        Refuses(ErrorCode.UnknownServerError, batch, "decompress", LogConfig.Default with { Compact = true });
    }

    [Theory]
    [InlineData(3, ErrorCode.UnsupportedCompressionType)]
    [InlineData(6, ErrorCode.UnsupportedCompressionType)]
    [InlineData(7, ErrorCode.None)]
    public void Zstd_needs_produce_7(short version, ErrorCode expected)
    {
        using var result = RecordValidator.Validate(Batches.Plain(codec: CompressionType.Zstd), Batches.Rules(version: version));
        Assert.Equal(expected, result.Error);
    }

    [Fact]
    public void A_batch_above_max_message_bytes_is_too_large() =>
        Refuses(ErrorCode.MessageTooLarge, Batches.Plain(), "max.message.bytes, 50", LogConfig.Default with { MaxMessageBytes = 50 });

    [Fact]
    public void A_batch_above_segment_bytes_is_a_too_large_list() =>
        Refuses(ErrorCode.RecordListTooLarge, Batches.Plain(), "segment.bytes, 50", LogConfig.Default with { SegmentBytes = 50 });

    [Theory]
    [InlineData(13)]
    [InlineData(-1)]
    [InlineData(0)]
    public void A_size_field_too_small_for_a_batch_is_corrupt(int size)
    {
        var batch = Batches.Plain();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(RecordBatchHeader.BatchLengthPosition), size);
        Refuses(ErrorCode.CorruptMessage, batch, "size");
    }

    [Fact]
    public void A_record_whose_length_lies_is_invalid_and_named()
    {
        var batch = Batches.With(Batches.Plain(), bytes => bytes[RecordBatchHeader.Size] += 2);
        Refuses(ErrorCode.InvalidRecord, batch, "Record 0 for T-0 is malformed");
    }

    [Fact]
    public void Offset_deltas_must_count_up()
    {
        // Length, attributes and timestamp delta take a byte each; the offset delta of record 0 becomes 1.
        var batch = Batches.With(Batches.Plain(), bytes => bytes[RecordBatchHeader.Size + 3] = 2);
        Refuses(ErrorCode.InvalidRecord, batch, "Record 0");
    }

    [Theory]
    [InlineData(0x5eed)]
    public void Random_damage_never_throws_and_is_never_accepted_when_a_reader_would_stumble(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 20_000; round++)
        {
            var batch = Batches.Plain(random.Next(1, 6));
            for (var change = random.Next(1, 4); change > 0; change--)
            {
                batch[random.Next(RecordBatchHeader.MagicPosition + 5, batch.Length)] = (byte)random.Next(256);
            }

            RecordBatch.UpdateCrc(batch);
            if (random.Next(4) == 0)
            {
                batch = batch[..random.Next(batch.Length)];
            }

            using var result = RecordValidator.Validate(batch, Batches.Rules(version: (short)random.Next(0, 14)));
            if (result.Error == ErrorCode.None && new RecordBatchHeader(result.Bytes.Span).Compression == CompressionType.None)
            {
                var records = new RecordEnumerator(result.Bytes.Span);
                while (records.MoveNext())
                {
                }

                Assert.True(records.Fault == RecordFault.None, $"Seed {seed}, round {round}: {records.Fault}");
            }
        }
    }

    private static void Refuses(ErrorCode expected, byte[] records, string message, LogConfig? config = null)
    {
        using var result = RecordValidator.Validate(records, Batches.Rules(config));
        Assert.Equal(expected, result.Error);
        Assert.Contains(message, result.ErrorMessage, StringComparison.Ordinal);
        Assert.True(result.Bytes.IsEmpty);
    }
}
