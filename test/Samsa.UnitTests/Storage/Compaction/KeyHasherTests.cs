using System.Buffers.Binary;
using Samsa.Storage.Compaction;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

public sealed class KeyHasherTests
{
    /// <summary>The first vectors of the reference implementation's table for 128 bits: key 00 01 .. 0f, message 00 01 .. of that length.</summary>
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(2, "8177228da4a45dc7fca38bdef60affe4")]
    public void Hash_is_that_of_the_reference(int length, string expected)
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        byte[] message = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        var (low, high) = new KeyHasher(key).Hash(message);
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, low);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), high);
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Every_byte_counts_whatever_the_length()
    {
        var hasher = new KeyHasher();
        var seen = new HashSet<(ulong, ulong)>();
        for (var length = 0; length <= 40; length++)
        {
            var message = new byte[length];
            Assert.True(seen.Add(hasher.Hash(message)));
            for (var i = 0; i < length; i++)
            {
                message[i] = 1;
                Assert.True(seen.Add(hasher.Hash(message)), $"byte {i} of {length}");
                message[i] = 0;
            }
        }
    }

    [Fact]
    public void Two_hashers_disagree()
    {
        Assert.NotEqual(new KeyHasher().Hash("key"u8), new KeyHasher().Hash("key"u8));
    }
}
