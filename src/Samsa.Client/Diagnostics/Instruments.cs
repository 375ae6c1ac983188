using System.Diagnostics;
using System.Diagnostics.Metrics;
using Samsa.Client.Connections;

namespace Samsa.Client.Diagnostics;

/// <summary>
/// Every instrument of the client, and where its spans come from. Counted by batch and request, never by record. Entered from any thread;
/// lives as long as the process.
/// </summary>
internal static class Instruments
{
    public static readonly ActivitySource Activities = new(KafkaTelemetry.ActivitySourceName, SoftwareVersion.Text);

    private static readonly Meter Meter = new(KafkaTelemetry.MeterName, SoftwareVersion.Text);

    // The boundaries that OpenTelemetry's conventions ask for, in seconds.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly InstrumentAdvice<long> Sizes = new()
    {
        HistogramBucketBoundaries = [256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216],
    };

    public static readonly Counter<long> SentMessages = Meter.CreateCounter<long>(
        "messaging.client.sent.messages", "{message}", "Records that were delivered, or with error.type were not.");

    public static readonly Counter<long> ConsumedMessages = Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Records that were handed to the program or made ready for it.");

    public static readonly Histogram<double> OperationDuration = Meter.CreateHistogram(
        "messaging.client.operation.duration", "s", "Time from a produce or fetch request to its answer.", advice: Durations);

    public static readonly Histogram<double> ProcessDuration = Meter.CreateHistogram(
        "messaging.process.duration", "s", "Time that the program took for a record.", advice: Durations);

    public static readonly Counter<long> ProducerBytes = Meter.CreateCounter<long>(
        "samsa.producer.bytes", "By", "Bytes of the batches that were delivered, as they were sent.");

    public static readonly Histogram<long> ProducerBatchSize = Meter.CreateHistogram(
        "samsa.producer.batch.size", "By", "Sizes of the batches that were delivered, as they were sent.", advice: Sizes);

    public static readonly Histogram<double> ProducerQueueTime = Meter.CreateHistogram(
        "samsa.producer.queue.time", "s", "Time from the first record of a batch to its first sending.", advice: Durations);

    public static readonly Counter<long> ProducerRetries = Meter.CreateCounter<long>(
        "samsa.producer.retries", "{batch}", "Batches that were queued to be sent again.");

    public static readonly Counter<long> ConsumerBytes = Meter.CreateCounter<long>(
        "samsa.consumer.bytes", "By", "Bytes of the batches that were handed to the program, as they came.");

    static Instruments()
    {
        Meter.CreateObservableGauge(
            "samsa.producer.buffer.used", LiveClients.BufferedBytes, "By", "Bytes of buffer.memory in use.");
        Meter.CreateObservableGauge(
            "samsa.consumer.queue.used", LiveClients.QueuedBytes, "By", "Bytes of answers that are queued, read, or on their way.");
        Meter.CreateObservableGauge(
            "samsa.consumer.lag", LiveClients.Lags, "{record}", "Offsets between the position and the end that the isolation level may see.");
    }

    /// <summary>Counts a request that went to a broker.</summary>
    /// <param name="operation"><see cref="MessagingTags.Send"/> or <see cref="MessagingTags.Poll"/>.</param>
    /// <param name="client">The client's tag.</param>
    /// <param name="broker">Whom it was sent to.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="error">What went wrong, or null.</param>
    public static void Requested(
        string operation, KeyValuePair<string, object?> client, BrokerAddress broker, TimeSpan duration, string? error)
    {
        if (!OperationDuration.Enabled)
        {
            return;
        }

        var tags = new TagList
        {
            MessagingTags.SystemTag,
            client,
            { MessagingTags.OperationName, operation },
            { MessagingTags.ServerAddress, broker.Host },
            { MessagingTags.ServerPort, broker.Port },
        };
        if (error is not null)
        {
            tags.Add(MessagingTags.ErrorType, error);
        }

        OperationDuration.Record(duration.TotalSeconds, tags);
    }
}
