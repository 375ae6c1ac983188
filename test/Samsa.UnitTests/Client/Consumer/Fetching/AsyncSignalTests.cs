using Samsa.Client.Consumer.Fetching;
using Xunit;

namespace Samsa.UnitTests.Client.Consumer.Fetching;

public sealed class AsyncSignalTests
{
    private readonly AsyncSignal _signal = new();

    [Fact]
    public async Task A_call_after_a_wait_that_ran_out_of_time_is_seen_by_the_next_one()
    {
        await _signal.WaitAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);

        _signal.Set();

        Assert.True(_signal.WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task A_call_after_a_wait_that_was_cancelled_is_seen_by_the_next_one()
    {
        using var cancellation = new CancellationTokenSource();
        var wait = _signal.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);

        _signal.Set();

        Assert.True(_signal.WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task Of_two_signals_the_one_that_did_not_come_is_seen_by_the_next_wait()
    {
        var other = new AsyncSignal();
        var wait = AsyncSignal.WaitAnyAsync(_signal, other, TestContext.Current.CancellationToken);
        Assert.False(wait.IsCompleted);
        _signal.Set();
        await wait;

        other.Set();

        Assert.True(other.WaitAsync().IsCompleted);
    }

    [Fact]
    public async Task Of_two_signals_the_one_that_came_is_used_up()
    {
        var other = new AsyncSignal();
        _signal.Set();
        await AsyncSignal.WaitAnyAsync(_signal, other, TestContext.Current.CancellationToken);

        Assert.False(_signal.WaitAsync().IsCompleted);
        Assert.False(other.WaitAsync().IsCompleted);
    }

    [Fact]
    public void Calls_before_a_look_are_one()
    {
        _signal.Set();
        _signal.Set();

        Assert.True(_signal.WaitAsync().IsCompleted);
        Assert.False(_signal.WaitAsync().IsCompleted);
    }
}
