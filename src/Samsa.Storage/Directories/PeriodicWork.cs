namespace Samsa.Storage.Directories;

/// <summary>
/// Owns one timer and the work it starts. The work runs on the timer's thread, never twice at once: a tick that comes while
/// it runs is left out. Lives until <see cref="DisposeAsync"/>, which waits for work in progress. Failures are reported.
/// </summary>
internal sealed class PeriodicWork : IAsyncDisposable
{
    private readonly Action _work;
    private readonly Action<Exception> _onFailure;
    private readonly SemaphoreSlim _running = new(1, 1);
    private readonly ITimer? _timer;

    /// <summary>Starts the timer; an interval of <see cref="long.MaxValue"/> or less than a millisecond means never.</summary>
    internal PeriodicWork(TimeProvider clock, long intervalMs, Action work, Action<Exception> onFailure)
    {
        _work = work;
        _onFailure = onFailure;
        if (intervalMs is > 0 and < long.MaxValue)
        {
            // The system's timers take at most 49 days; waiting a shorter time than configured does no harm here.
            var interval = TimeSpan.FromMilliseconds(Math.Min(intervalMs, uint.MaxValue - 1));
            _timer = clock.CreateTimer(static work => ((PeriodicWork)work!).Tick(), this, interval, interval);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        await _running.WaitAsync().ConfigureAwait(false);
        _running.Dispose();
    }

    private void Tick()
    {
        try
        {
            if (!_running.Wait(0))
            {
                return;
            }
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        try
        {
            _work();
        }
#pragma warning disable CA1031 // A timer has nobody above it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _onFailure(failure);
        }
        finally
        {
            _running.Release();
        }
    }
}
