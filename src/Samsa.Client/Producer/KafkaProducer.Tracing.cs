using System.Diagnostics;

namespace Samsa.Client.Producer;

/// <content>The same three ways to send, with a span for each record, while somebody listens for spans.</content>
public sealed partial class KafkaProducer
{
    private ValueTask<RecordMetadata> ProduceTracedAsync(in RecordParts record, CancellationToken cancellation)
    {
        var span = ProduceSpan.Start(record, _clientId, out var headers);
        var sending = ProduceUntracedAsync(record with { Headers = headers }, cancellation);
        return span is null ? sending : ProduceSpan.EndWithAsync(span, sending);
    }

    // The span ends with the delivery, which the caller does not wait for.
    private ValueTask SendTracedAsync(in RecordParts record, CancellationToken cancellation)
    {
        var span = ProduceSpan.Start(record, _clientId, out var headers);
        var traced = record with { Headers = headers };
        if (span is null)
        {
            return SendUntracedAsync(traced, cancellation);
        }

        var delivery = _deliveries.Rent();
        var result = delivery.Task;
        try
        {
            if (_accumulator.TryAppend(traced, delivery) != AppendResult.Appended)
            {
                return new ValueTask(SendTracedLaterAsync(new OwnedRecord(traced), delivery, span, cancellation));
            }
        }
        catch (Exception e)
        {
            _deliveries.Return(delivery);
            ProduceSpan.EndWith(span, e);
            return ValueTask.FromException(e);
        }

        _ = ProduceSpan.EndUnawaitedAsync(span, result);
        return ValueTask.CompletedTask;
    }

    private async Task SendTracedLaterAsync(OwnedRecord record, PendingDelivery delivery, Activity span, CancellationToken cancellation)
    {
        var result = delivery.Task;
        try
        {
            await _accumulator.AppendAsync(record, delivery, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _deliveries.Return(delivery);
            ProduceSpan.EndWith(span, e);
            throw;
        }

        _ = ProduceSpan.EndUnawaitedAsync(span, result);
    }

    private bool TrySendTraced(in RecordParts record)
    {
        var span = ProduceSpan.Start(record, _clientId, out var headers);
        var traced = record with { Headers = headers };
        if (span is null)
        {
            return IsSent(traced, _accumulator.TryAppend(traced, null));
        }

        var delivery = _deliveries.Rent();
        var result = delivery.Task;
        var sent = false;
        try
        {
            sent = IsSent(traced, _accumulator.TryAppend(traced, delivery));
        }
        finally
        {
            if (!sent)
            {
                _deliveries.Return(delivery);
                ProduceSpan.Drop(span);
            }
        }

        if (sent)
        {
            _ = ProduceSpan.EndUnawaitedAsync(span, result);
        }

        return sent;
    }
}
