using System.Threading.Tasks.Sources;

namespace Samsa.Broker.Network.Linux;

/// <summary>
/// Whether one direction of a socket may have become ready, and the one operation that waits for it.
/// The operation's owner waits, threads of the <see cref="ReadinessLoop"/> signal and run what comes after the wait, anybody
/// closes. Lives with the socket; after <see cref="Close"/> a wait fails with <see cref="ObjectDisposedException"/>.
/// </summary>
internal sealed class Readiness : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;
    private const int Closed = 3;

    private ManualResetValueTaskSourceCore<bool> _wait;
    private int _state;

    /// <summary>
    /// Completes with the next signal, or at once when there was one since the last wait: then the caller's knowledge that the
    /// socket is not ready may be older than the signal.
    /// </summary>
    public ValueTask WaitAsync()
    {
        _wait.Reset();
        switch (Interlocked.CompareExchange(ref _state, Waiting, Idle))
        {
            case Idle:
                return new ValueTask(this, _wait.Version);
            case Signalled:
                Interlocked.CompareExchange(ref _state, Idle, Signalled);
                return ValueTask.CompletedTask;
            case Closed:
                throw new ObjectDisposedException(nameof(Readiness), "The connection is closed.");
            default:
                throw new InvalidOperationException("Only one operation in each direction may wait.");
        }
    }

    /// <summary>The socket's state changed. Runs what comes after the wait on this thread.</summary>
    public void Signal()
    {
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _state, Signalled, Idle))
            {
                case Waiting when Interlocked.CompareExchange(ref _state, Idle, Waiting) == Waiting:
                    _wait.SetResult(true);
                    return;
                case Waiting:
                    // Somebody else has just ended that wait.
                    continue;
                default:
                    return;
            }
        }
    }

    /// <summary>Ends the wait under way, on a thread of the pool, and every later one.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref _state, Closed) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static readiness => readiness._wait.SetException(new ObjectDisposedException(nameof(Readiness), "The connection is closed.")),
                this,
                preferLocal: false);
        }
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
