using System.Threading.Tasks.Sources;

namespace Samsa.Client.Producer;

/// <summary>
/// One record's result that somebody waits for. Lives from <see cref="DeliveryPool.Rent"/> until its result was taken; completed once, by
/// whoever settles the record's batch. Nobody has to take the result: then it is left to the garbage collector.
/// </summary>
internal sealed class PendingDelivery(DeliveryPool pool) : IValueTaskSource<RecordMetadata>
{
    // What waits is the user's code: it must not run on the thread that reads a broker's answers.
    private ManualResetValueTaskSourceCore<RecordMetadata> _core = new() { RunContinuationsAsynchronously = true };

    /// <summary>The record's timestamp in ms.</summary>
    public long Timestamp { get; set; }

    public ValueTask<RecordMetadata> Task => new(this, _core.Version);

    public void Succeed(string topic, int partition, long offset, long? logAppendTime) =>
        _core.SetResult(new RecordMetadata(topic, partition, offset, logAppendTime ?? Timestamp));

    public void Fail(Exception exception) => _core.SetException(exception);

    RecordMetadata IValueTaskSource<RecordMetadata>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            pool.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<RecordMetadata>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<RecordMetadata>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
