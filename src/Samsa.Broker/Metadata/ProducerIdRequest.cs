namespace Samsa.Broker.Metadata;

/// <summary>A block of producer ids that was asked for. Continuations never run on the thread that made the block.</summary>
internal sealed class ProducerIdRequest : PendingRequest
{
    private readonly TaskCompletionSource<ProducerIdBlock> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ProducerIdBlock> Done => _done.Task;

    /// <summary>The block is recorded as used. If nobody waits any more, it stays so.</summary>
    public void Complete(ProducerIdBlock block) => _done.TrySetResult(block);

    public override void Fail(Exception exception) => _done.TrySetException(exception);
}
