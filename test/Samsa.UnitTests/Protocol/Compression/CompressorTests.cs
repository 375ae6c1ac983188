using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Protocol.Compression;

public sealed class CompressorTests
{
    private const int Limit = 1024 * 1024;

    public static TheoryData<CompressionType> Codecs() =>
        [CompressionType.None, CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd];

    public static TheoryData<CompressionType> RealCodecs() =>
        [CompressionType.Gzip, CompressionType.Snappy, CompressionType.Lz4, CompressionType.Zstd];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void What_is_compressed_decompresses_to_itself(CompressionType type)
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var payload = Payloads.Make(seed);
            foreach (sbyte magic in (sbyte[])[0, 2])
            {
                using var packed = Pack(type, null, payload, magic);
                using var output = new PooledBuffer();
                output.Write("before"u8);
                var status = Compressor.Decompress(type, packed.Span, output, payload.Length, magic);
                Assert.True(status == DecompressionStatus.Done, $"seed {seed}, magic {magic}, {payload.Length} bytes: {status}");
                Assert.True(output.Span[6..].SequenceEqual(payload), $"seed {seed}: other bytes came back");
                Assert.True(output.Span.StartsWith("before"u8));
            }
        }
    }

    [Theory]
    [InlineData(CompressionType.Gzip, -1)]
    [InlineData(CompressionType.Gzip, 1)]
    [InlineData(CompressionType.Gzip, 9)]
    [InlineData(CompressionType.Lz4, 1)]
    [InlineData(CompressionType.Lz4, 9)]
    [InlineData(CompressionType.Lz4, 17)]
    [InlineData(CompressionType.Zstd, -131072)]
    [InlineData(CompressionType.Zstd, -5)]
    [InlineData(CompressionType.Zstd, 1)]
    [InlineData(CompressionType.Zstd, 22)]
    public void Every_level_of_the_range_works(CompressionType type, int level)
    {
        var payload = Payloads.Text(new Random(7), 150_000);
        using var packed = Pack(type, level, payload);
        using var output = new PooledBuffer();
        Assert.Equal(DecompressionStatus.Done, Compressor.Decompress(type, packed.Span, output, Limit));
        Assert.Equal(payload, output.Span.ToArray());
    }

    [Theory]
    [InlineData(CompressionType.Gzip, 0)]
    [InlineData(CompressionType.Gzip, 10)]
    [InlineData(CompressionType.Lz4, 0)]
    [InlineData(CompressionType.Lz4, 18)]
    [InlineData(CompressionType.Zstd, 23)]
    [InlineData(CompressionType.Zstd, -131073)]
    public void A_level_outside_the_range_is_refused_with_the_range(CompressionType type, int level)
    {
        Assert.False(CompressionLevels.IsValid(type, level));
        using var output = new PooledBuffer();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Compressor.Compress(type, level, "x"u8, output));
        Assert.Contains($"{type} takes levels", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Output_stops_at_the_limit(CompressionType type)
    {
        var payload = new byte[Limit];
        using var packed = Pack(type, null, payload);
        foreach (var limit in (int[])[0, 1, 1000, 65_536, 100_000, Limit - 1])
        {
            using var output = new PooledBuffer();
            Assert.Equal(DecompressionStatus.TooLarge, Compressor.Decompress(type, packed.Span, output, limit));
            Assert.True(output.Length <= limit, $"{output.Length} bytes came out under a limit of {limit}");
        }

        using var whole = new PooledBuffer();
        Assert.Equal(DecompressionStatus.Done, Compressor.Decompress(type, packed.Span, whole, Limit));
        using var unlimited = new PooledBuffer();
        Assert.Equal(DecompressionStatus.Done, Compressor.Decompress(type, packed.Span, unlimited, int.MaxValue));
    }

    [Theory]
    [MemberData(nameof(RealCodecs))]
    public void Input_that_ends_early_is_corrupt(CompressionType type)
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var random = new Random(seed);
            ExpectCorruptWhenCut(type, Payloads.Text(random, random.Next(1, 3_000)));
            ExpectCorruptWhenCut(type, Payloads.Noise(random, random.Next(1, 300)));
        }
    }

    private static void ExpectCorruptWhenCut(CompressionType type, byte[] payload)
    {
        using var packed = Pack(type, null, payload);
        for (var length = 0; length < packed.Length; length++)
        {
            using var output = new PooledBuffer();
            var status = Compressor.Decompress(type, packed.Span[..length], output, Limit);

            // Xerial framing has no end mark: a stream cut right behind its header is an empty stream.
            var isEmptySnappy = type == CompressionType.Snappy && length == 16;
            Assert.Equal(isEmptySnappy ? DecompressionStatus.Done : DecompressionStatus.Corrupt, status);
        }
    }

    [Theory]
    [MemberData(nameof(RealCodecs))]
    public void Flipped_bits_and_noise_never_escape_as_exceptions(CompressionType type)
    {
        const int seed = 11;
        var random = new Random(seed);
        var payload = Payloads.Text(random, 2_000);
        using var packed = Pack(type, null, payload);
        var bytes = packed.Span.ToArray();
        using var output = new PooledBuffer();
        for (var at = 0; at < bytes.Length; at++)
        {
            var kept = bytes[at];
            for (var bit = 0; bit < 8; bit++)
            {
                bytes[at] = (byte)(kept ^ (1 << bit));
                output.Clear();
                _ = Compressor.Decompress(type, bytes, output, Limit);
                Assert.True(output.Length <= Limit);
            }

            bytes[at] = kept;
        }

        for (var round = 0; round < 2_000; round++)
        {
            // Keep the first bytes of some, so that the noise gets past the magic number.
            var noise = Payloads.Noise(random, random.Next(0, 300));
            bytes.AsSpan(0, Math.Min(random.Next(0, 30), noise.Length)).CopyTo(noise);
            output.Clear();
            _ = Compressor.Decompress(type, noise, output, Limit);
            Assert.True(output.Length <= Limit);
        }

        // The native contexts still work after all that.
        output.Clear();
        Assert.Equal(DecompressionStatus.Done, Compressor.Decompress(type, packed.Span, output, Limit));
        Assert.Equal(payload, output.Span.ToArray());
    }

    [Fact]
    public void Unknown_codecs_are_refused()
    {
        using var output = new PooledBuffer();
        Assert.Throws<ArgumentOutOfRangeException>(() => Compressor.Compress((CompressionType)5, null, "x"u8, output));
        Assert.Throws<ArgumentOutOfRangeException>(() => Compressor.Decompress((CompressionType)5, "x"u8, output, 10));
    }

    [Theory]
    [InlineData(NativeCodecs.Lz4, "lz4")]
    [InlineData(NativeCodecs.Zstd, "zstd")]
    public void A_missing_library_is_explained_by_name_and_remedy(string library, string name)
    {
        var sentence = NativeCodecs.Explain(library);
        Assert.Contains($"lib{name}", sentence, StringComparison.Ordinal);
        Assert.Contains("apt install", sentence, StringComparison.Ordinal);
    }

    private static PooledBuffer Pack(CompressionType type, int? level, byte[] payload, sbyte magic = 2)
    {
        var packed = new PooledBuffer();
        Compressor.Compress(type, level, payload, packed, magic);
        return packed;
    }
}
