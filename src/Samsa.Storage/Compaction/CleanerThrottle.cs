namespace Samsa.Storage.Compaction;

/// <summary>
/// Holds back compaction to <c>log.cleaner.io.max.bytes.per.second</c>, all threads together. Owns the time at which the bytes
/// taken so far are paid for. Any thread may enter; a short lock. Lives as long as its cleaner. Never fails.
/// </summary>
internal sealed class CleanerThrottle(TimeProvider clock)
{
    private readonly Lock _lock = new();
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
                _bytesPerSecond = value;
            }
        }
    }

    /// <summary>Takes <paramref name="bytes"/>, waiting until they may be moved. Returns false when <paramref name="stop"/> came first.</summary>
    internal bool Take(long bytes, CancellationToken stop)
    {
        Interlocked.Add(ref _bytes, bytes);
        var wait = Charge(bytes);
        if (wait <= TimeSpan.Zero)
        {
            return !stop.IsCancellationRequested;
        }

        using var over = new ManualResetEventSlim();
        using var timer = clock.CreateTimer(static over => ((ManualResetEventSlim)over!).Set(), over, wait, Timeout.InfiniteTimeSpan);
        try
        {
            over.Wait(stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private TimeSpan Charge(long bytes)
    {
        lock (_lock)
        {
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
