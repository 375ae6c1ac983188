using Samsa.Storage.Compaction;
using Xunit;

namespace Samsa.UnitTests.Storage.Compaction;

public sealed class CleanerThrottleTests
{
    private readonly ManualTimeProvider _clock = new();

    [Fact]
    public async Task Bytes_beyond_the_rate_wait_until_they_are_paid_for()
    {
        var throttle = new CleanerThrottle(_clock) { BytesPerSecond = 1000 };
        Assert.True(throttle.Take(2000, CancellationToken.None));
        var waiting = Task.Run(() => throttle.Take(500, CancellationToken.None), TestContext.Current.CancellationToken);
        await UntilAsync(() => throttle.Bytes == 2500);
        _clock.Advance(TimeSpan.FromMilliseconds(1900));
        Assert.False(waiting.IsCompleted);

        // The timer may have been set after the clock was moved.
        while (!waiting.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.True(await waiting);
    }

    [Theory]
    [InlineData(double.MaxValue)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Without_a_rate_nothing_waits(double rate)
    {
        var throttle = new CleanerThrottle(_clock) { BytesPerSecond = rate };
        for (var i = 0; i < 3; i++)
        {
            Assert.True(throttle.Take(long.MaxValue / 8, CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_stop_ends_the_waiting()
    {
        var throttle = new CleanerThrottle(_clock) { BytesPerSecond = 0.001 };
        Assert.True(throttle.Take(1_000_000, CancellationToken.None));
        using var stop = new CancellationTokenSource();
        var waiting = Task.Run(() => throttle.Take(1, stop.Token), TestContext.Current.CancellationToken);
        await UntilAsync(() => throttle.Bytes == 1_000_001);
        await stop.CancelAsync();
        Assert.False(await waiting);
    }

    [Fact]
    public async Task Another_rate_ends_the_waiting_for_the_old_one()
    {
        var throttle = new CleanerThrottle(_clock) { BytesPerSecond = 0.001 };
        Assert.True(throttle.Take(1_000_000, CancellationToken.None));
        var waiting = Task.Run(() => throttle.Take(1, CancellationToken.None), TestContext.Current.CancellationToken);
        await UntilAsync(() => throttle.Bytes == 1_000_001);
        throttle.BytesPerSecond = 1_000_000;
        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken));
        Assert.True(throttle.Take(1, CancellationToken.None));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }
}
