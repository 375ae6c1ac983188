using System.Diagnostics;
using Samsa.Client.Diagnostics;
using Samsa.Protocol.Records;

namespace Samsa.Client.Producer;

/// <summary>
/// A record's way to the cluster as a span, from the call to its delivery; the record's headers name it. Made only while somebody listens.
/// It is never the current activity of the caller, who goes on before it ends.
/// </summary>
internal static class ProduceSpan
{
    /// <summary>Whether anybody wants spans: the only thing that is asked for every record.</summary>
    public static bool IsWanted => Instruments.Activities.HasListeners();

    /// <summary>Begins the span, if it is wanted.</summary>
    /// <param name="record">The record.</param>
    /// <param name="clientId">Whose record.</param>
    /// <param name="headers">The record's headers, with its place in the trace.</param>
    public static Activity? Start(in RecordParts record, string clientId, out ReadOnlySpan<RecordHeader> headers)
    {
        var caller = Activity.Current;
        var span = Instruments.Activities.CreateActivity($"{MessagingTags.Send} {record.Topic}", ActivityKind.Producer);
        if (span is not null)
        {
            span.AddTag(MessagingTags.System, MessagingTags.Kafka)
                .AddTag(MessagingTags.OperationName, MessagingTags.Send)
                .AddTag(MessagingTags.OperationType, MessagingTags.Send)
                .AddTag(MessagingTags.Topic, record.Topic)
                .AddTag(MessagingTags.ClientId, clientId);
            if (record.Value.IsNull)
            {
                span.AddTag(MessagingTags.Tombstone, true);
            }
            else
            {
                span.AddTag(MessagingTags.BodySize, record.Value.Length);
            }

            // A record that comes with a trace of its own keeps it.
            var own = TraceContext.Read(record.Headers);
            if (own != default)
            {
                span.AddLink(new ActivityLink(own));
            }

            span.Start();
            Activity.Current = caller;
        }

        headers = TraceContext.Add(record.Headers, span ?? caller);
        return span;
    }

    /// <summary>Ends the span with the result.</summary>
    public static async ValueTask<RecordMetadata> EndWithAsync(Activity span, ValueTask<RecordMetadata> sending)
    {
        try
        {
            var metadata = await sending.ConfigureAwait(false);
            span.AddTag(MessagingTags.Partition, PartitionNames.Of(metadata.Partition));
            if (metadata.Offset >= 0)
            {
                span.AddTag(MessagingTags.Offset, metadata.Offset);
            }

            return metadata;
        }
        catch (Exception e)
        {
            Fail(span, e);
            throw;
        }
        finally
        {
            span.Dispose();
        }
    }

    /// <summary>As <see cref="EndWithAsync"/>, when nobody waits for the result.</summary>
    public static async Task EndUnawaitedAsync(Activity span, ValueTask<RecordMetadata> sending) =>
        await ((Task)EndWithAsync(span, sending).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Ends the span of a record that was not accepted.</summary>
    public static void EndWith(Activity span, Exception failure)
    {
        Fail(span, failure);
        span.Dispose();
    }

    /// <summary>Ends the span of a record that was not even tried: no exporter sees it.</summary>
    public static void Drop(Activity span)
    {
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
        span.Dispose();
    }

    private static void Fail(Activity span, Exception failure) =>
        span.SetStatus(ActivityStatusCode.Error, failure.Message).AddTag(MessagingTags.ErrorType, MessagingTags.ErrorTypeOf(failure));
}
