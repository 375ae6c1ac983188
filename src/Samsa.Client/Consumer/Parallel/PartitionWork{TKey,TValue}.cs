using Samsa.Client.Consumer.Fetching;

namespace Samsa.Client.Consumer.Parallel;

/// <summary>
/// What was taken of one partition since its position was last moved from outside.
/// Owns the token of those who process its records. Guarded by its queue's lock. Ends when the partition is given back, its position moves, or the
/// whole run ends: then what is still processed counts no more.
/// </summary>
internal sealed class PartitionWork<TKey, TValue> : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Queue<PendingRecord<TKey, TValue>> _taken = new();
    private TaskCompletionSource? _idle;
    private int _running;

    public PartitionWork(PartitionState state, int moves)
    {
        (State, Moves) = (state, moves);
        Token = _cancellation.Token;
    }

    public PartitionState State { get; }

    /// <summary>How often the position had been moved from outside when the records were taken.</summary>
    public int Moves { get; }

    /// <summary>Whether no more of its records are begun.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Cancelled when results do not count any more.</summary>
    public CancellationToken Token { get; }

    /// <summary>How many records were taken, from the first that is not finished on.</summary>
    public int Count => _taken.Count;

    /// <summary>The first record that is not finished.</summary>
    public PendingRecord<TKey, TValue>? Unfinished => _taken.TryPeek(out var first) ? first : null;

    /// <summary>The leader epoch of the record before that, -1 for unknown.</summary>
    public int Epoch { get; private set; } = -1;

    public void Take(PendingRecord<TKey, TValue> pending) => _taken.Enqueue(pending);

    public void Begin() => _running++;

    /// <summary>A record that was begun is in work no more.</summary>
    public void End()
    {
        if (--_running == 0)
        {
            _idle?.TrySetResult();
        }
    }

    /// <summary>Moves past everything that is finished without a gap; false when there is nothing.</summary>
    public bool TryAdvance(out long offset)
    {
        offset = -1;
        while (_taken.TryPeek(out var first) && first.IsFinished)
        {
            _taken.Dequeue();
            (offset, Epoch) = (first.NextOffset, first.Epoch);
        }

        return offset >= 0;
    }

    /// <summary>Completes when no record is in work.</summary>
    public Task WhenIdle()
    {
        if (_running == 0)
        {
            return Task.CompletedTask;
        }

        _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _idle.Task;
    }

    /// <summary>Nothing of it counts any more. Called outside the lock: it runs what others registered with the token.</summary>
    public void Dispose()
    {
        _cancellation.Cancel();
        _cancellation.Dispose();
    }
}
