using System.Diagnostics.Metrics;

namespace Samsa.Client.Producer;

/// <summary>
/// What producers count, in the meter <c>Samsa.Client</c>, by client id and topic; docs/metrics.md lists it. Counted by batch, never by record.
/// </summary>
internal sealed class ProducerMetrics(string clientId)
{
    private static readonly Meter Meter = new("Samsa.Client", Connections.SoftwareVersion.Text);
    private static readonly Counter<long> Records = Meter.CreateCounter<long>(
        "samsa.producer.records", "{record}", "Records that were delivered.");

    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "samsa.producer.bytes", "By", "Bytes of the batches that were delivered, as they were sent.");

    private static readonly Histogram<long> BatchSize = Meter.CreateHistogram<long>(
        "samsa.producer.batch.size", "By", "Sizes of the batches that were delivered, as they were sent.");

    private static readonly Histogram<double> QueueTime = Meter.CreateHistogram<double>(
        "samsa.producer.queue.time", "s", "Time from the first record of a batch to its first sending.");

    private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
        "samsa.producer.retries", "{batch}", "Batches that were queued to be sent again.");

    private static readonly Counter<long> Errors = Meter.CreateCounter<long>(
        "samsa.producer.errors", "{record}", "Records that were accepted and not delivered.");

    private readonly KeyValuePair<string, object?> _client = new("client.id", clientId);

    public void Delivered(string topic, int records, int bytes)
    {
        var tag = new KeyValuePair<string, object?>("topic", topic);
        Records.Add(records, _client, tag);
        Bytes.Add(bytes, _client, tag);
        BatchSize.Record(bytes, _client, tag);
    }

    public void Sent(string topic, TimeSpan queued) =>
        QueueTime.Record(queued.TotalSeconds, _client, new KeyValuePair<string, object?>("topic", topic));

    public void Retried(string topic) => Retries.Add(1, _client, new KeyValuePair<string, object?>("topic", topic));

    public void Failed(string topic, int records) => Errors.Add(records, _client, new KeyValuePair<string, object?>("topic", topic));
}
