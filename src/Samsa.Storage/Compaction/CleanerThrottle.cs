namespace Samsa.Storage.Compaction;

/// <summary>
/// Holds back compaction to <c>log.cleaner.io.max.bytes.per.second</c>, all threads together. Owns the time at which the bytes
/// taken so far are paid for. Any thread may enter; a short lock. Lives as long as its cleaner. Never fails. Another rate forgives
/// what is not paid for, and ends the waiting for it.
/// </summary>
internal sealed class CleanerThrottle(TimeProvider clock)
{
    // The system's timers take at most 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double _bytesPerSecond = double.MaxValue;
    private long _paidUntil;
    private long _bytes;

    /// <summary>All bytes that went through.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The rate; not positive, or so large that nothing is ever held back, means no limit.</summary>
    internal double BytesPerSecond
    {
        set
        {
            lock (_lock)
            {
                if (value.Equals(_bytesPerSecond))
                {
                    return;
                }

                _bytesPerSecond = value;
                _paidUntil = 0;
                _changed.SetResult();
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <summary>Takes <paramref name="bytes"/>, waiting until they may be moved. Returns false when <paramref name="stop"/> came first.</summary>
    internal bool Take(long bytes, CancellationToken stop)
    {
        Interlocked.Add(ref _bytes, bytes);
        var wait = Charge(bytes, out var changed);
        if (wait <= TimeSpan.Zero)
        {
            return !stop.IsCancellationRequested;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task.WaitAny([Task.Delay(wait < LongestWait ? wait : LongestWait, clock, over.Token), changed], CancellationToken.None);
        over.Cancel();
        return !stop.IsCancellationRequested;
    }

    private TimeSpan Charge(long bytes, out Task changed)
    {
        lock (_lock)
        {
            changed = _changed.Task;
            if (!(_bytesPerSecond > 0) || _bytesPerSecond >= long.MaxValue)
            {
                return TimeSpan.Zero;
            }

            var now = clock.GetTimestamp();
            var wait = clock.GetElapsedTime(now, Math.Max(now, _paidUntil));
            var cost = bytes / _bytesPerSecond * clock.TimestampFrequency;
            _paidUntil = Math.Max(now, _paidUntil) + (long)Math.Min(cost, long.MaxValue / 4);
            return wait;
        }
    }
}
