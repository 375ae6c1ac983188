using System.Text;
using Samsa.Client.Producer;
using Xunit;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>Values that Java's client computes, and kafka-python as well.</summary>
public sealed class Murmur2Tests
{
    [Theory]
    [InlineData("", 275646681)]
    [InlineData("21", -973932308)]
    [InlineData("abc", 479470107)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("Straße-日本", 1955335345)]
    public void Hash_is_what_Java_computes(string text, int hash)
    {
        var key = Encoding.UTF8.GetBytes(text);

        Assert.Equal(hash, (int)Murmur2.Hash(key));
        Assert.Equal((hash & int.MaxValue) % 7, Murmur2.Partition(key, 7));
    }
}
