using Samsa.Broker.Network;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Network;

public sealed class FrameBuffersTests
{
    private const int Half = 512 << 10;

    private readonly FrameBuffers _buffers = new();

    [Theory]
    [InlineData(64 << 10, 64 << 10)]
    [InlineData((64 << 10) + 1, 128 << 10)]
    [InlineData(128 << 10, 128 << 10)]
    [InlineData((128 << 10) + 1, 256 << 10)]
    [InlineData((1 << 20) + 1, 2 << 20)]
    [InlineData(4 << 20, 4 << 20)]
    public void A_buffer_is_at_most_twice_as_long_as_asked_for(int wanted, int length) => Assert.Equal(length, _buffers.Rent(wanted).Length);

    [Theory]
    [InlineData((64 << 10) + 1)]
    [InlineData(300_000)]
    [InlineData(4 << 20)]
    public void The_buffer_of_an_ordinary_request_serves_the_next_one(int bytes)
    {
        var first = _buffers.Rent(bytes);
        _buffers.Return(first);
        Assert.Equal(first.Length, _buffers.Kept);
        Assert.Same(first, _buffers.Rent(bytes));
        Assert.Equal(0, _buffers.Kept);
        Assert.NotSame(first, _buffers.Rent(bytes));
    }

    [Fact]
    public void A_buffer_above_4_MB_has_the_length_asked_for_and_is_not_kept()
    {
        const int Wanted = (4 << 20) + 1;
        var dropped = Buffers.Dropped;
        var buffer = _buffers.Rent(Wanted);
        Assert.Equal(Wanted, buffer.Length);
        _buffers.Return(buffer);
        Assert.Equal(0, _buffers.Kept);
        Assert.InRange(Buffers.Dropped, dropped + Wanted, long.MaxValue);
    }

    [Fact]
    public void Not_more_than_16_MB_is_kept()
    {
        var rented = Enumerable.Range(0, 100).Select(_ => _buffers.Rent(Half)).ToList();
        rented.ForEach(buffer => _buffers.Return(buffer));
        Assert.Equal(16 << 20, _buffers.Kept);
    }

    [Fact]
    public void What_nobody_needed_between_two_trims_goes()
    {
        var rented = Enumerable.Range(0, 8).Select(_ => _buffers.Rent(Half)).ToList();
        rented.ForEach(buffer => _buffers.Return(buffer));
        _buffers.Trim();
        Assert.Equal(8 * Half, _buffers.Kept);

        // Three at once are needed; five are not.
        rented = [.. Enumerable.Range(0, 3).Select(_ => _buffers.Rent(Half))];
        rented.ForEach(buffer => _buffers.Return(buffer));
        _buffers.Trim();
        Assert.Equal(3 * Half, _buffers.Kept);
        _buffers.Trim();
        Assert.Equal(0, _buffers.Kept);
    }
}
