namespace Samsa.Client.Consumer.Fetching;

/// <summary>
/// Wakes one waiter, once for any number of calls before it looked. Entered from any thread; one waits at a time.
/// </summary>
internal sealed class AsyncSignal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiter;
    private bool _set;

    public void Set()
    {
        TaskCompletionSource? waiter;
        lock (_gate)
        {
            waiter = _waiter;
            _waiter = null;
            _set = waiter is null;
        }

        waiter?.TrySetResult();
    }

    /// <summary>Completes with the next call of <see cref="Set"/>, at once if there was one since the last wait ended.</summary>
    public Task WaitAsync()
    {
        lock (_gate)
        {
            if (_set)
            {
                _set = false;
                return Task.CompletedTask;
            }

            _waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiter.Task;
        }
    }

    /// <summary>Completes with the next call of <see cref="Set"/> of one of two signals.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public static async Task WaitAnyAsync(AsyncSignal one, AsyncSignal other, CancellationToken cancellation)
    {
        var (first, second) = (one.WaitAsync(), other.WaitAsync());
        try
        {
            await Task.WhenAny(first, second).WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            // One that came is used up, as the caller looks at everything when it wakes: kept, it would never let the caller sleep again.
            if (!first.IsCompleted)
            {
                one.Abandon(first);
            }

            if (!second.IsCompleted)
            {
                other.Abandon(second);
            }
        }
    }

    /// <summary>As <see cref="WaitAsync()"/>, for at most <paramref name="limit"/>; returns also when that is over.</summary>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        var signal = WaitAsync();
        if (!signal.IsCompleted)
        {
            try
            {
                await signal.WaitAsync(limit, time, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // The caller looks, and waits again.
                Abandon(signal);
            }
            catch (OperationCanceledException)
            {
                Abandon(signal);
                throw;
            }
        }
    }

    // A call that comes for a waiter which is gone is kept for the next one.
    private void Abandon(Task wait)
    {
        lock (_gate)
        {
            if (_waiter?.Task == wait)
            {
                _waiter = null;
            }
            else
            {
                _set = true;
            }
        }
    }
}
