using Samsa.Protocol.Records;
using Xunit;

namespace Samsa.UnitTests.Protocol.Records;

public sealed class CrcTests
{
    [Fact]
    public void Check_values_of_the_catalogue_match()
    {
        Assert.Equal(0xe3069283u, Crc32C.Compute("123456789"u8));
        Assert.Equal(0xcbf43926u, Crc32.Compute("123456789"u8));
        Assert.Equal(0u, Crc32C.Compute([]));
        Assert.Equal(0u, Crc32.Compute([]));
    }

    [Fact]
    public void Every_length_and_alignment_equals_the_bitwise_definition()
    {
        const int seed = 1;
        var bytes = new byte[1500];
        new Random(seed).NextBytes(bytes);
        for (var length = 0; length <= 1400; length++)
        {
            var slice = bytes.AsSpan(length % 17, length);
            Assert.Equal(Bitwise(0x82f63b78, slice), Crc32C.Compute(slice));
            Assert.Equal(Bitwise(0xedb88320, slice), Crc32.Compute(slice));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Appending_pieces_equals_computing_the_whole(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[100_000];
        random.NextBytes(bytes);
        uint castagnoli = 0, ieee = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var piece = bytes.AsSpan(at, Math.Min(random.Next(0, 3000), bytes.Length - at));
            castagnoli = Crc32C.Append(castagnoli, piece);
            ieee = Crc32.Append(ieee, piece);
            at += piece.Length;
        }

        Assert.Equal(Crc32C.Compute(bytes), castagnoli);
        Assert.Equal(Crc32.Compute(bytes), ieee);
        Assert.Equal(Bitwise(0x82f63b78, bytes), castagnoli);
        Assert.Equal(Bitwise(0xedb88320, bytes), ieee);
    }

    private static uint Bitwise(uint polynomial, ReadOnlySpan<byte> data)
    {
        var state = uint.MaxValue;
        foreach (var b in data)
        {
            state ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) * polynomial);
            }
        }

        return ~state;
    }
}
