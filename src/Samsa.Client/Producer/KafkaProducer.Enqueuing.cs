namespace Samsa.Client.Producer;

/// <content>Many records under way, each with its result, and back-pressure.</content>
public sealed partial class KafkaProducer
{
    /// <summary>
    /// Hands a record over and returns when it is accepted, with what completes when it is delivered: many records can be under way, and a full
    /// buffer holds the caller back.
    /// </summary>
    internal ValueTask<ValueTask<RecordMetadata>> EnqueueAsync(in ProducerRecord record, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var delivery = _deliveries.Rent();
        try
        {
            return _accumulator.TryAppend(record.Parts, delivery) == AppendResult.Appended
                ? ValueTask.FromResult(delivery.Task)
                : EnqueueLaterAsync(new OwnedRecord(record.Parts), delivery, cancellation);
        }
        catch
        {
            _deliveries.Return(delivery);
            throw;
        }
    }

    private async ValueTask<ValueTask<RecordMetadata>> EnqueueLaterAsync(OwnedRecord record, PendingDelivery delivery, CancellationToken cancellation)
    {
        try
        {
            await _accumulator.AppendAsync(record, delivery, cancellation).ConfigureAwait(false);
            return delivery.Task;
        }
        catch
        {
            _deliveries.Return(delivery);
            throw;
        }
    }
}
