using System.Buffers.Binary;
using System.Text;
using Samsa.Protocol.Compression;
using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Protocol.Compression;

public sealed class FramingTests
{
    [Fact]
    public void Check_values_of_xxHash32_match()
    {
        Assert.Equal(0x02cc5d05u, XxHash32.Compute([]));
        Assert.Equal(0x550d7456u, XxHash32.Compute("a"u8));
        Assert.Equal(0x32d153ffu, XxHash32.Compute("abc"u8));
        Assert.Equal(0xe2293b2fu, XxHash32.Compute("Nobody inspects the spammish repetition"u8));
    }

    [Fact]
    public void Lz4_frames_of_magic_0_have_the_header_checksum_of_old_clients()
    {
        var right = Pack(CompressionType.Lz4, "hello"u8, magic: 1);
        var wrong = Pack(CompressionType.Lz4, "hello"u8, magic: 0);
        Assert.Equal(right[..6], wrong[..6]);
        Assert.Equal(0x82, right[6]);
        Assert.NotEqual(right[6], wrong[6]);
        Assert.Equal((byte)(XxHash32.Compute(wrong.AsSpan(0, 6)) >> 8), wrong[6]);
        Assert.Equal(right[7..], wrong[7..]);

        Assert.Equal(DecompressionStatus.Corrupt, Unpack(CompressionType.Lz4, wrong, 1).Status);
        Assert.Equal("hello", Unpack(CompressionType.Lz4, wrong, 0).Text);
        Assert.Equal("hello", Unpack(CompressionType.Lz4, right, 0).Text);
    }

    [Fact]
    public void Lz4_blocks_hold_64_KiB_and_are_stored_when_they_do_not_shrink()
    {
        var noise = Payloads.Noise(new Random(5), 65_536 + 10);
        var packed = Pack(CompressionType.Lz4, noise, magic: 2);
        Assert.Equal(65_536u | 0x80000000u, BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(7)));
        Assert.Equal(10u | 0x80000000u, BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(7 + 4 + 65_536)));
        Assert.Equal(7 + 4 + 65_536 + 4 + 10 + 4, packed.Length);
    }

    [Fact]
    public void Snappy_takes_a_raw_block_without_framing()
    {
        var raw = new byte[SnappyBlock.MaxCompressedSize(20)];
        var size = SnappyBlock.Compress("aaaaaaaaaaaaaaaaaaaa"u8, raw);
        Assert.Equal("aaaaaaaaaaaaaaaaaaaa", Unpack(CompressionType.Snappy, raw.AsSpan(0, size), 2).Text);
    }

    [Fact]
    public void Snappy_streams_may_be_concatenated()
    {
        byte[] both = [.. Pack(CompressionType.Snappy, "one "u8, 2), .. Pack(CompressionType.Snappy, "two"u8, 2)];
        Assert.Equal("one two", Unpack(CompressionType.Snappy, both, 2).Text);
    }

    [Fact]
    public void Snappy_blocks_hold_32_KiB()
    {
        var packed = Pack(CompressionType.Snappy, new byte[32_768 + 1], 2);
        var first = BinaryPrimitives.ReadInt32BigEndian(packed.AsSpan(16));
        Assert.Equal([0x80, 0x80, 0x02], packed[20..23]);
        Assert.Equal([0, 0, 0, 3, 1, 0, 0], packed[(20 + first)..]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Snappy_literals_and_copies_of_every_length_and_distance_decompress(int seed)
    {
        // Elements at random, interpreted naively as the reference.
        var random = new Random(seed);
        for (var round = 0; round < 3_000; round++)
        {
            var body = new List<byte>();
            var expected = new List<byte>();
            for (var elements = random.Next(1, 12); elements > 0; elements--)
            {
                AddElement(random, body, expected);
            }

            var output = new byte[expected.Count];
            Assert.True(SnappyBlock.TryDecompress(body.ToArray(), output), $"seed {seed}, round {round}");
            Assert.Equal(expected.ToArray(), output);
            Assert.False(SnappyBlock.TryDecompress(body.ToArray(), new byte[expected.Count + 1]));
            Assert.False(SnappyBlock.TryDecompress(body.ToArray(), new byte[expected.Count - 1]));
        }
    }

    [Fact]
    public void Gzip_members_may_be_concatenated()
    {
        byte[] both = [.. Pack(CompressionType.Gzip, "one "u8, 2), .. Pack(CompressionType.Gzip, "two"u8, 2)];
        Assert.Equal("one two", Unpack(CompressionType.Gzip, both, 2).Text);
    }

    [Fact]
    public void Zstd_frames_may_be_concatenated()
    {
        byte[] both = [.. Pack(CompressionType.Zstd, "one "u8, 2), .. Pack(CompressionType.Zstd, "two"u8, 2)];
        Assert.Equal("one two", Unpack(CompressionType.Zstd, both, 2).Text);
    }

    private static void AddElement(Random random, List<byte> body, List<byte> expected)
    {
        var kind = expected.Count == 0 ? 0 : random.Next(4);
        if (kind == 0)
        {
            var length = random.Next(3) == 0 ? random.Next(61, 400) : random.Next(1, 61);
            var literal = Payloads.Noise(random, length);
            if (length <= 60)
            {
                body.Add((byte)((length - 1) << 2));
            }
            else
            {
                body.AddRange([61 << 2, (byte)(length - 1), (byte)((length - 1) >> 8)]);
            }

            body.AddRange(literal);
            expected.AddRange(literal);
            return;
        }

        var offset = random.Next(1, expected.Count + 1);
        var copy = kind == 1 ? random.Next(4, 12) : random.Next(1, 65);
        if (kind == 1)
        {
            offset = Math.Min(offset, 2047);
            body.AddRange([(byte)(1 | ((copy - 4) << 2) | ((offset >> 8) << 5)), (byte)offset]);
        }
        else if (kind == 2)
        {
            body.AddRange([(byte)(2 | ((copy - 1) << 2)), (byte)offset, (byte)(offset >> 8)]);
        }
        else
        {
            body.AddRange([(byte)(3 | ((copy - 1) << 2)), (byte)offset, (byte)(offset >> 8), 0, 0]);
        }

        for (var i = 0; i < copy; i++)
        {
            expected.Add(expected[^offset]);
        }
    }

    private static byte[] Pack(CompressionType type, ReadOnlySpan<byte> payload, sbyte magic)
    {
        using var packed = new PooledBuffer();
        Compressor.Compress(type, null, payload, packed, magic);
        return packed.Span.ToArray();
    }

    private static (DecompressionStatus Status, string Text) Unpack(CompressionType type, ReadOnlySpan<byte> packed, sbyte magic)
    {
        using var output = new PooledBuffer();
        var status = Compressor.Decompress(type, packed, output, 1_000_000, magic);
        return (status, Encoding.UTF8.GetString(output.Span));
    }
}
