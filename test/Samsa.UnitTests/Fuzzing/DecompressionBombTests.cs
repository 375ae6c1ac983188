using Samsa.Protocol;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Samsa.Storage;
using Samsa.Storage.Validation;
using Xunit;

namespace Samsa.UnitTests.Fuzzing;

/// <summary>Small batches that inflate to a lot: what they may cost, and what their sender is told.</summary>
[Collection(AloneCollection.Name)]
public sealed class DecompressionBombTests(ITestOutputHelper output)
{
    private const int PlainBytes = 120_000_000;

    /// <summary>A pooled buffer that doubles up to the limit of 100 MiB, all its smaller selves, and native windows are not counted twice.</summary>
    private const long MostAllocated = 400L << 20;

    private static readonly Lazy<byte[]> Zeros = new(() => new byte[PlainBytes]);

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    [InlineData(CompressionType.Zstd)]
    public void A_batch_that_inflates_beyond_100_MiB_is_refused_where_it_must_be_inflated(CompressionType codec)
    {
        var bomb = Batch(codec, Zeros.Value);
        var rules = new ValidationRules(LogConfig.Default with { Compact = true, MaxMessageBytes = 8 << 20 }, new TopicPartition("t", 0), 9, 0);

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var valid = RecordValidator.Validate(bomb, rules);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        output.WriteLine($"{bomb.Length} bytes of {codec}: {allocated >> 20} MiB allocated");
        Assert.Equal(ErrorCode.MessageTooLarge, valid.Error);
        Assert.Contains("decompress to more bytes than are allowed", valid.ErrorMessage, StringComparison.Ordinal);
        Assert.True(allocated < MostAllocated, $"{allocated} bytes were allocated");
    }

    [Theory]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public void Down_conversion_leaves_for_the_next_fetch_what_inflates_too_far(CompressionType codec)
    {
        // Three batches of one record, each inflating to one MiB and some.
        byte[] fetched = [.. Sound(codec, 0), .. Sound(codec, 1), .. Sound(codec, 2)];
        using var converted = new PooledBuffer();
        using var reader = new RecordReader();

        var all = RecordConverter.DownConvert(fetched, 1, 0, converted, reader);
        converted.Clear();
        var bounded = RecordConverter.DownConvert(fetched, 1, 0, converted, reader, enoughInflated: 2 << 20);
        converted.Clear();
        var least = RecordConverter.DownConvert(fetched, 1, 0, converted, reader, enoughInflated: 1);

        Assert.Equal(3, all.RecordsConverted);
        Assert.Equal((DownConversionStatus.Done, 2), (bounded.Status, bounded.RecordsConverted));
        Assert.Equal((DownConversionStatus.Done, 1), (least.Status, least.RecordsConverted));
    }

    private static byte[] Sound(CompressionType codec, long offset)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { BaseOffset = offset, Compression = codec });
        builder.Append(offset, 1, default, new OptionalBytes(new byte[(1 << 20) + 100]));
        return builder.Build().ToArray();
    }

    // A header like that of any batch; what is inside nobody has to look at before it is inflated.
    private static byte[] Batch(CompressionType codec, ReadOnlySpan<byte> plain)
    {
        using var builder = new RecordBatchBuilder(new RecordBatchOptions { Compression = codec });
        builder.Append(1, "k"u8, "v"u8);
        using var packed = new PooledBuffer();
        Compressor.Compress(codec, null, plain, packed);
        byte[] batch = [.. builder.Build().Span[..RecordBatchHeader.Size], .. packed.Span];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(
            batch.AsSpan(RecordBatchHeader.BatchLengthPosition), batch.Length - RecordBatchHeader.LogOverhead);
        RecordBatch.UpdateCrc(batch);
        return batch;
    }
}
