namespace Samsa.Client.Producer;

/// <summary>Waits until a connection is done with all batches of a request. Counted down from any thread.</summary>
internal sealed class SentCountdown(int batches)
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = batches;
    private volatile bool _unsent;

    /// <summary>Completes when no batch is held any more; true when all of them went out.</summary>
    public Task<bool> Done => _done.Task;

    public void Released(bool sent)
    {
        if (!sent)
        {
            _unsent = true;
        }

        if (Interlocked.Decrement(ref _left) == 0)
        {
            _done.SetResult(!_unsent);
        }
    }
}
