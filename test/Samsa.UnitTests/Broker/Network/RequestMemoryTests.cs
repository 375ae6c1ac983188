using Samsa.Broker.Network;
using Xunit;

namespace Samsa.UnitTests.Broker.Network;

public sealed class RequestMemoryTests
{
    [Fact]
    public void Without_a_bound_nobody_waits()
    {
        var memory = new RequestMemory(-1);
        Assert.True(memory.ReserveAsync(int.MaxValue, CancellationToken.None).AsTask().IsCompleted);
        Assert.True(memory.ReserveAsync(int.MaxValue, CancellationToken.None).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Waiters_go_on_in_order_as_memory_comes_back()
    {
        var memory = new RequestMemory(100);
        await memory.ReserveAsync(60, CancellationToken.None);
        // Room is left, so one more request may pass the bound: otherwise a large one would never get in.
        Assert.True(memory.ReserveAsync(70, CancellationToken.None).AsTask().IsCompleted);
        var first = memory.ReserveAsync(80, CancellationToken.None).AsTask();
        var second = memory.ReserveAsync(1, CancellationToken.None).AsTask();
        memory.Release(30);
        Assert.False(first.IsCompleted || second.IsCompleted);
        memory.Release(30);
        await first.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.False(second.IsCompleted);
        memory.Release(80);
        await second.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(71, memory.UsedBytes);
    }

    [Fact]
    public async Task Who_gives_up_takes_nothing()
    {
        var memory = new RequestMemory(10);
        await memory.ReserveAsync(10, CancellationToken.None);
        using var gone = new CancellationTokenSource();
        var cancelled = memory.ReserveAsync(5, gone.Token).AsTask();
        var patient = memory.ReserveAsync(7, CancellationToken.None).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        memory.Release(10);
        await patient.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(7, memory.UsedBytes);
        memory.Release(7);
        Assert.Equal(0, memory.UsedBytes);
    }
}
