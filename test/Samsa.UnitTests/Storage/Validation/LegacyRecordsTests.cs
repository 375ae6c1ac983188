using Samsa.Protocol;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Validation;
using Xunit;

namespace Samsa.UnitTests.Storage.Validation;

/// <summary>Produce v0 to v2 with message sets of magic 0 and 1, and with batches of magic 2.</summary>
public sealed class LegacyRecordsTests
{
    public static TheoryData<sbyte, CompressionType> Formats()
    {
        var data = new TheoryData<sbyte, CompressionType>();
        foreach (var codec in (CompressionType[])[CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4])
        {
            data.Add(0, codec);
            data.Add(1, codec);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Message_sets_become_one_batch_of_magic_2_with_the_same_codec(sbyte magic, CompressionType codec)
    {
        using var result = RecordValidator.Validate(Messages(magic, codec), Batches.Rules(version: 2));

        Assert.Equal(ErrorCode.None, result.Error);
        Assert.Equal((3, 2), (result.RecordCount, result.LastOffsetDelta));
        var header = new RecordBatchHeader(result.Bytes.Span);
        Assert.Equal((RecordBatch.CurrentMagic, codec), (header.Magic, header.Compression));
        Assert.True(RecordBatch.IsCrcValid(result.Bytes.Span));
        var first = magic == 0 ? -1 : Batches.Now;
        Assert.Equal([(0, first, "k0", "v0"), (1, magic == 0 ? -1 : first + 1, null, "v1"), (2, magic == 0 ? -1 : first + 2, "k2", null)],
            Batches.Read(result.Bytes));
        Assert.Equal(magic == 0 ? -1 : first + 2, result.MaxTimestamp);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_topics_codec_and_append_time_win(sbyte magic, CompressionType codec)
    {
        var config = LogConfig.Default with { Compression = CompressionType.Zstd, TimestampType = TimestampType.LogAppendTime };
        using var result = RecordValidator.Validate(Messages(magic, codec), Batches.Rules(config, version: 0));

        Assert.Equal(CompressionType.Zstd, new RecordBatchHeader(result.Bytes.Span).Compression);
        Assert.Equal(Batches.Now, result.LogAppendTime);
        Assert.All(Batches.Read(result.Bytes), record => Assert.Equal(Batches.Now, record.Timestamp));
    }

    [Fact]
    public void A_batch_of_magic_2_may_come_in_an_old_request()
    {
        using var result = RecordValidator.Validate(Batches.Plain(), Batches.Rules(version: 2));
        Assert.Equal(ErrorCode.None, result.Error);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_null_key_is_refused_on_a_compacted_topic(sbyte magic, CompressionType codec)
    {
        using var result = RecordValidator.Validate(
            Messages(magic, codec), Batches.Rules(LogConfig.Default with { Compact = true }, version: 2));
        Assert.Equal(ErrorCode.InvalidRecord, result.Error);
        Assert.Equal(1, Assert.Single(result.RecordErrors!).BatchIndex);
    }

    [Fact]
    public void A_wrong_checksum_is_corrupt()
    {
        var messages = Messages(1, CompressionType.None);
        messages[^1] ^= 1;
        Refuses(ErrorCode.CorruptMessage, messages, "checksum");
    }

    [Fact]
    public void A_compressed_message_must_come_alone() =>
        Refuses(ErrorCode.InvalidRecord, [.. Messages(1, CompressionType.Gzip), .. Messages(1, CompressionType.Gzip)], "the only one");

    [Fact]
    public void Formats_must_not_be_mixed() =>
        Refuses(ErrorCode.InvalidRecord, [.. Messages(1, CompressionType.None), .. Messages(0, CompressionType.None)], "magic 1 and 0");

    [Fact]
    public void A_message_above_max_message_bytes_is_too_large() =>
        Refuses(ErrorCode.MessageTooLarge, Messages(1, CompressionType.None), "max.message.bytes", LogConfig.Default with { MaxMessageBytes = 20 });

    [Fact]
    public void A_cut_off_last_message_is_ignored()
    {
        using var result = RecordValidator.Validate(Messages(1, CompressionType.None).AsMemory()[..^1], Batches.Rules(version: 2));
        Assert.Equal((ErrorCode.None, 2), (result.Error, result.RecordCount));
    }

    private static byte[] Messages(sbyte magic, CompressionType codec)
    {
        using var builder = new LegacyMessageSetBuilder(new LegacyMessageSetOptions(magic, codec));
        builder.Append(0, Batches.Now, Batches.Bytes("k0"), Batches.Bytes("v0"));
        builder.Append(1, Batches.Now + 1, default, Batches.Bytes("v1"));
        builder.Append(2, Batches.Now + 2, Batches.Bytes("k2"), default);
        return builder.Build().ToArray();
    }

    private static void Refuses(ErrorCode expected, byte[] records, string message, LogConfig? config = null)
    {
        using var result = RecordValidator.Validate(records, Batches.Rules(config, version: 2));
        Assert.Equal(expected, result.Error);
        Assert.Contains(message, result.ErrorMessage, StringComparison.Ordinal);
    }
}
