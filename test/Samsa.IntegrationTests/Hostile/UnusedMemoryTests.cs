using Samsa.Broker.Network;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Xunit;

namespace Samsa.IntegrationTests.Hostile;

/// <summary>What large requests took is given back when they are over. Looks at the whole process, so nothing else runs beside it.</summary>
[Collection(AloneCollection.Name)]
public sealed class UnusedMemoryTests
{
    private const int Large = 50 << 20;

    private readonly FrameBuffers _frames = new();

    [Fact]
    public void Large_arrays_are_collected_when_none_were_used_since_the_last_look()
    {
        var sweeper = new UnusedMemorySweeper(_frames);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        UseLargeArray();
        Assert.False(sweeper.Sweep(), "It may be in the middle of large requests.");
        Assert.True(sweeper.Sweep());
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: false), 0, before + Large / 4);
        Assert.False(sweeper.Sweep(), "There is nothing left to collect.");
    }

    [Fact]
    public void Nothing_is_collected_for_little_or_when_a_collection_has_come_by_itself()
    {
        var sweeper = new UnusedMemorySweeper(_frames);
        Buffers.Return(Buffers.Rent(2 << 20));
        Assert.False(sweeper.Sweep());
        Assert.False(sweeper.Sweep());

        UseLargeArray();
        GC.Collect();
        Assert.False(sweeper.Sweep());
        Assert.False(sweeper.Sweep());
    }

    // In a method of its own, so that no register keeps the array.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private void UseLargeArray()
    {
        var array = _frames.Rent(Large);
        array.AsSpan().Fill(1);
        _frames.Return(array);
    }
}
