using System.Runtime.CompilerServices;
using Samsa.Client;
using Samsa.Client.Producer;

namespace Samsa.Cli.Tools.Performance;

/// <summary>
/// One record that was sent, until it is known what became of it. Goes back to its pool then, so that waiting for a record allocates nothing.
/// </summary>
internal sealed class PendingSend
{
    private readonly PerfDeliveries _deliveries;
    private readonly Action _completed;
    private ConfiguredValueTaskAwaitable<RecordMetadata>.ConfiguredValueTaskAwaiter _awaiter;
    private LatencyStats? _steady;
    private long _sentAt;
    private int _bytes;

    /// <param name="deliveries">Whom it tells, and where it goes back to.</param>
    public PendingSend(PerfDeliveries deliveries)
    {
        _deliveries = deliveries;
        _completed = Complete;
    }

    /// <summary>Begins to wait.</summary>
    /// <param name="delivery">The result.</param>
    /// <param name="sentAt">When it was sent, in ms since 1970.</param>
    /// <param name="bytes">The size of the value.</param>
    /// <param name="steady">Counts it too, after the warm-up.</param>
    public void Watch(ValueTask<RecordMetadata> delivery, long sentAt, int bytes, LatencyStats? steady)
    {
        _sentAt = sentAt;
        _bytes = bytes;
        _steady = steady;
        _awaiter = delivery.ConfigureAwait(false).GetAwaiter();
        if (_awaiter.IsCompleted)
            Complete();
        else
            _awaiter.UnsafeOnCompleted(_completed);
    }

    private void Complete()
    {
        KafkaException? failure = null;
        try
        {
            _awaiter.GetResult();
        }
        catch (KafkaException e)
        {
            failure = e;
        }

        _awaiter = default;
        _deliveries.Completed(this, _sentAt, _bytes, _steady, failure);
    }
}
