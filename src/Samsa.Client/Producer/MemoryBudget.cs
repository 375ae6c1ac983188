namespace Samsa.Client.Producer;

/// <summary>
/// What is left of <c>buffer.memory</c>. Owns a count and the queue of those who wait for room; entered from any thread; room goes to whoever
/// waits longest, and nobody overtakes. A wait ends with its cancellation.
/// </summary>
internal sealed class MemoryBudget(long total)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _free = total;
    private volatile bool _isExhausted;

    public long Total { get; } = total;

    /// <summary>Whether somebody waits for room.</summary>
    public bool IsExhausted => _isExhausted;

    /// <summary>The bytes in use.</summary>
    public long Used
    {
        get
        {
            lock (_gate)
            {
                return Total - _free;
            }
        }
    }

    public bool TryReserve(int bytes)
    {
        lock (_gate)
        {
            if (_waiters.Count > 0 || _free < bytes)
            {
                return false;
            }

            _free -= bytes;
            return true;
        }
    }

    /// <summary>Waits for room, which then belongs to the caller.</summary>
    public async Task ReserveAsync(int bytes, CancellationToken cancellation)
    {
        LinkedListNode<Waiter> node;
        lock (_gate)
        {
            if (_waiters.Count == 0 && _free >= bytes)
            {
                _free -= bytes;
                return;
            }

            node = _waiters.AddLast(new Waiter(bytes));
            _isExhausted = true;
        }

        await using var registration = cancellation.UnsafeRegister(
            static (state, token) =>
            {
                var (budget, node) = ((MemoryBudget, LinkedListNode<Waiter>))state!;
                budget.Cancel(node, token);
            },
            (this, node)).ConfigureAwait(false);
        await node.Value.Granted.Task.ConfigureAwait(false);
    }

    public void Release(int bytes)
    {
        lock (_gate)
        {
            _free += bytes;
            Grant();
        }
    }

    private void Cancel(LinkedListNode<Waiter> node, CancellationToken token)
    {
        lock (_gate)
        {
            if (node.List is null)
            {
                return;
            }

            _waiters.Remove(node);

            // Those behind may want less.
            Grant();
        }

        node.Value.Granted.TrySetCanceled(token);
    }

    private void Grant()
    {
        while (_waiters.First is { } first && first.Value.Bytes <= _free)
        {
            _free -= first.Value.Bytes;
            _waiters.RemoveFirst();
            first.Value.Granted.SetResult();
        }

        _isExhausted = _waiters.Count > 0;
    }

    private sealed class Waiter(int bytes)
    {
        public int Bytes => bytes;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
