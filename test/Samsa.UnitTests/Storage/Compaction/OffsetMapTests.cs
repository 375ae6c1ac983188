using System.Globalization;
using System.Text;
using Samsa.Storage.Compaction;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

public sealed class OffsetMapTests
{
    [Fact]
    public void Get_gives_the_newest_offset_of_every_key()
    {
        using var map = new OffsetMap(2000, 0.9);
        var expected = new Dictionary<string, long>();
        var random = new Random(7);
        for (var offset = 0L; offset < 20_000; offset++)
        {
            var key = random.Next(1700).ToString(CultureInfo.InvariantCulture);
            map.Put(Encoding.UTF8.GetBytes(key), offset);
            expected[key] = offset;
        }

        Assert.Equal(expected.Count, map.Count);
        Assert.All(expected, pair => Assert.Equal(pair.Value, map.Get(Encoding.UTF8.GetBytes(pair.Key))));
        Assert.Equal(-1, map.Get("never seen"u8));
    }

    [Theory]
    [InlineData(10, 0.5, 5)]
    [InlineData(10, 0.9, 9)]
    [InlineData(10, 1.0, 9)]
    [InlineData(10, 40, 9)]
    [InlineData(10, 0, 1)]
    [InlineData(10, double.NaN, 1)]
    [InlineData(0, 0.9, 1)]
    public void A_map_is_full_at_its_load_factor_and_always_keeps_a_free_slot(long slots, double loadFactor, int capacity)
    {
        using var map = new OffsetMap(slots, loadFactor);
        for (var i = 0; i < capacity; i++)
        {
            Assert.False(map.IsFull);
            map.Put([(byte)i], i);
        }

        Assert.True(map.IsFull);
        Assert.Equal(0, map.Get([0]));
        Assert.Equal(-1, map.Get([200]));
        map.Put([0], 77);
        Assert.Equal(77, map.Get([0]));
    }

    [Fact]
    public void Offset_zero_and_the_empty_key_are_ordinary()
    {
        using var map = new OffsetMap(10, 0.9);
        Assert.Equal(-1, map.Get([]));
        map.Put([], 0);
        Assert.Equal(0, map.Get([]));
        Assert.Equal(1, map.Count);
    }

    [Fact]
    public void A_disposed_map_refuses()
    {
        var map = new OffsetMap(10, 0.9);
        map.Dispose();
        map.Dispose();
        Assert.Throws<ObjectDisposedException>(() => map.Get([1]));
    }
}
