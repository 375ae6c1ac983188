namespace Samsa.Storage.Compaction;

/// <summary>
/// Lets one compaction at a time into a log, and lets the log be taken away only when it has left. Owned by the log; any thread
/// may enter. Never fails.
/// </summary>
internal sealed class CleaningGate : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource? _abort;
    private TaskCompletionSource? _left;
    private bool _closed;

    /// <summary>True when nobody gets in any more.</summary>
    internal bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _closed;
            }
        }
    }

    /// <summary>True while a compaction is inside.</summary>
    internal bool IsEntered
    {
        get
        {
            lock (_lock)
            {
                return _abort is not null;
            }
        }
    }

    /// <summary>Enters. Returns false while another compaction is inside, and for ever after <see cref="Close"/>.</summary>
    /// <param name="abort">Cancelled when the compaction must end; pair with <see cref="Leave"/>.</param>
    internal bool TryEnter(out CancellationToken abort)
    {
        lock (_lock)
        {
            if (_closed || _abort is not null)
            {
                abort = default;
                return false;
            }

            _abort = new CancellationTokenSource();
            abort = _abort.Token;
            return true;
        }
    }

    /// <summary>The compaction has ended and touches nothing of the log any more.</summary>
    internal void Leave()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _abort?.Dispose();
            _abort = null;
            waiting = _left;
        }

        waiting?.TrySetResult();
    }

    /// <summary>What was read is no longer what is in the log: the compaction that is inside must end.</summary>
    internal void Abort()
    {
        lock (_lock)
        {
            _abort?.Cancel();
        }
    }

    /// <summary>Lets nobody in any more, and ends the compaction that is inside. Returns when it has left.</summary>
    internal void Close()
    {
        Task left;
        lock (_lock)
        {
            Dispose();
            if (_abort is null)
            {
                return;
            }

            _left ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            left = _left.Task;
        }

        // A compaction looks at its token after each buffer: this takes milliseconds.
        left.GetAwaiter().GetResult();
    }

    /// <summary>The same without waiting, for a log whose disk failed.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _abort?.Cancel();
        }
    }
}
