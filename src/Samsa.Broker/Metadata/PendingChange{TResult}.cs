namespace Samsa.Broker.Metadata;

/// <summary>A change that waits for its commit, with a result. Continuations never run on the committing thread.</summary>
internal sealed class PendingChange<TResult>(Func<MetadataDraft, TResult> change) : PendingChange
{
    private readonly TaskCompletionSource<TResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;
    private Exception? _bug;

    public Task<TResult> Done => _done.Task;

    public override void Apply(MetadataDraft draft)
    {
        try
        {
            _result = change(draft);
        }
        catch (Exception bug)
        {
            _bug = bug;
        }
    }

    public override void Complete()
    {
        if (_bug != null)
        {
            _done.TrySetException(_bug);
        }
        else
        {
            _done.TrySetResult(_result!);
        }
    }

    public override void Fail(Exception exception) => _done.TrySetException(exception);
}
