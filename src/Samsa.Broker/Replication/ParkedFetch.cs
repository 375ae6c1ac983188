namespace Samsa.Broker.Replication;

/// <summary>
/// Owns: one fetch that waits for data (long poll), from the moment it is parked until it is answered.
/// Threads: any appending thread and the timer complete it; the fetch's own task awaits it once.
/// Lifetime: parked on each partition it reads, removed by <see cref="Dispose"/>.
/// Failure: none of its own; whoever wakes it makes the fetch read again.
/// </summary>
public sealed class ParkedFetch : IDisposable
{
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Partition> _partitions = [];
    private readonly ITimer _timer;
    private long _missingBytes;

    /// <summary>Parks a fetch until <paramref name="missingBytes"/> more bytes became visible or <paramref name="maxWait"/> is over.</summary>
    public ParkedFetch(long missingBytes, TimeSpan maxWait, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _missingBytes = missingBytes;
        _timer = time.CreateTimer(static state => ((ParkedFetch)state!).Wake(), this, maxWait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Completes when the fetch should be answered.</summary>
    public Task Woken => _woken.Task;

    /// <summary>Registers with a partition; the caller then checks once more that nothing was appended meanwhile.</summary>
    public void Watch(Partition partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        _partitions.Add(partition);
        partition.Park(this);
    }

    /// <summary>Called by a partition when <paramref name="bytes"/> more became visible.</summary>
    public void OnVisible(long bytes)
    {
        if (Interlocked.Add(ref _missingBytes, -bytes) <= 0)
        {
            Wake();
        }
    }

    /// <summary>Ends the wait whatever was missing: time is over, the partition is gone, or the answer changed.</summary>
    public void Wake() => _woken.TrySetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        foreach (var partition in _partitions)
        {
            partition.Unpark(this);
        }
    }
}
