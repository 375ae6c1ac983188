using System.Buffers;
using System.Collections.Concurrent;
using Samsa.Protocol;

namespace Samsa.Broker.Metrics;

/// <summary>
/// The metrics of one broker. Rooms count through <see cref="Topic"/>, <see cref="Request"/> and <see cref="Listener"/>, and
/// hand in what they can compute on demand through <see cref="AddGauge(MetricFamily, Func{double})"/> and
/// <see cref="Partitions"/>; a scrape asks for it all.
/// </summary>
/// <remarks>
/// Owns every counter and histogram. Any thread may count or scrape at any time; counting takes no lock. Lives as long as its
/// broker. Counting never fails; a scrape fails only with the exception of a gauge that was handed in.
/// </remarks>
public sealed class BrokerMetrics
{
    private readonly TimeProvider _time;
    private readonly TopicMetrics _allTopics = new(null);
    private readonly ConcurrentDictionary<string, TopicMetrics> _topics = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RequestMetrics> _requests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ListenerMetrics> _listeners = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(MetricFamily Family, string Label), Func<double>> _gauges = new();

    /// <summary>Creates metrics that are all zero.</summary>
    /// <param name="time">The clock of the histograms.</param>
    public BrokerMetrics(TimeProvider time) => _time = time;

    /// <summary>Gives the partitions that the broker hosts, at the moment of a scrape. Set once by the replica manager.</summary>
    public Func<IEnumerable<PartitionSample>> Partitions { get; set; } = () => [];

    /// <summary>The sums over all topics, deleted ones included.</summary>
    public TopicMetrics AllTopics => _allTopics;

    /// <summary>The counters of a topic; created on first use. Keep the result where the path is hot.</summary>
    public TopicMetrics Topic(string name) => _topics.GetOrAdd(name, static (_, all) => new TopicMetrics(all), _allTopics);

    /// <summary>Forgets a topic that was deleted. The sums over all topics keep what it counted.</summary>
    public void RemoveTopic(string name) => _topics.TryRemove(name, out _);

    /// <summary>The metrics of one kind of request, by Kafka's name of it. Keep the result where the path is hot.</summary>
    public RequestMetrics Request(string name) => _requests.GetOrAdd(name, static (n, time) => new RequestMetrics(n, time), _time);

    /// <summary>The metrics of a listener; created on first use.</summary>
    public ListenerMetrics Listener(string name) => _listeners.GetOrAdd(name, static n => new ListenerMetrics(n));

    /// <summary>Hands in a value that is computed at each scrape.</summary>
    /// <param name="family">A family of <see cref="MetricCatalogue"/> without labels, not of kind summary.</param>
    /// <param name="read">Gives the value; called from any thread, and must not block.</param>
    public void AddGauge(MetricFamily family, Func<double> read) => AddGauge(family, "", read);

    /// <summary>Hands in a value with one label that is computed at each scrape.</summary>
    /// <param name="family">A family of <see cref="MetricCatalogue"/> with one label, not of kind summary.</param>
    /// <param name="label">The value of the label.</param>
    /// <param name="read">Gives the value; called from any thread, and must not block.</param>
    /// <exception cref="ArgumentException">The family does not have exactly that many labels, or is a summary.</exception>
    public void AddGauge(MetricFamily family, string label, Func<double> read)
    {
        if (family.Labels.Count != (label.Length == 0 ? 0 : 1) || family.Kind == MetricKind.Summary)
            throw new ArgumentException($"{family} has {family.Labels.Count} labels and kind {family.Kind}.", nameof(family));
        _gauges[(family, label)] = read;
    }

    /// <summary>Writes all metrics in Prometheus' text format (<see cref="PrometheusWriter.ContentType"/>).</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        var writer = new PrometheusWriter(output);
        WriteTopics(writer);
        WriteRequests(writer);
        WriteListeners(writer);
        PartitionMetrics.Write(writer, [.. Partitions()]);
        foreach (var family in _gauges.GroupBy(g => g.Key.Family).OrderBy(g => g.Key.PrometheusName, StringComparer.Ordinal))
        {
            writer.Begin(family.Key);
            foreach (var gauge in family.OrderBy(g => g.Key.Label, StringComparer.Ordinal))
                writer.Sample(gauge.Value(), gauge.Key.Label.Length == 0 ? [] : [gauge.Key.Label]);
        }

        ProcessMetrics.Write(writer);
    }

    private void WriteTopics(PrometheusWriter writer)
    {
        var topics = _topics.OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        Write(MetricCatalogue.MessagesIn, t => t.MessagesIn);
        Write(MetricCatalogue.BytesIn, t => t.BytesIn);
        Write(MetricCatalogue.BytesOut, t => t.BytesOut);
        Write(MetricCatalogue.BytesRejected, t => t.BytesRejected);
        Write(MetricCatalogue.TotalProduceRequests, t => t.TotalProduceRequests);
        Write(MetricCatalogue.TotalFetchRequests, t => t.TotalFetchRequests);
        Write(MetricCatalogue.FailedProduceRequests, t => t.FailedProduceRequests);
        Write(MetricCatalogue.FailedFetchRequests, t => t.FailedFetchRequests);
        Write(MetricCatalogue.ProduceMessageConversions, t => t.ProduceMessageConversions);
        Write(MetricCatalogue.FetchMessageConversions, t => t.FetchMessageConversions);
        Write(MetricCatalogue.NoKeyCompactedTopicRecords, t => t.NoKeyCompactedTopicRecords);
        Write(MetricCatalogue.InvalidMagicNumberRecords, t => t.InvalidMagicNumberRecords);
        Write(MetricCatalogue.InvalidMessageCrcRecords, t => t.InvalidMessageCrcRecords);
        Write(MetricCatalogue.InvalidOffsetOrSequenceRecords, t => t.InvalidOffsetOrSequenceRecords);

        void Write(MetricFamily family, Func<TopicMetrics, Counter> counter)
        {
            writer.Begin(family);
            writer.Sample(counter(_allTopics).Value);
            foreach (var (name, topic) in topics)
                writer.Sample(counter(topic).Value, name);
        }
    }

    private void WriteRequests(PrometheusWriter writer)
    {
        var requests = _requests.Values.OrderBy(r => r.Name, StringComparer.Ordinal).ToList();
        writer.Begin(MetricCatalogue.RequestCount);
        foreach (var request in requests)
        {
            foreach (var (version, count) in request.Versions())
                writer.Sample(count, request.Name, $"{version}");
        }

        writer.Begin(MetricCatalogue.RequestErrors);
        foreach (var request in requests)
        {
            foreach (var (error, count) in request.Errors())
                writer.Sample(count, request.Name, error.Name());
        }

        long now = _time.GetTimestamp();
        Write(MetricCatalogue.RequestBytes, 1, r => r.RequestBytes);
        Write(MetricCatalogue.RequestTotalTime, 1000, r => r.TotalTime);
        Write(MetricCatalogue.RequestQueueTime, 1000, r => r.RequestQueueTime);
        Write(MetricCatalogue.RequestLocalTime, 1000, r => r.LocalTime);
        Write(MetricCatalogue.RequestRemoteTime, 1000, r => r.RemoteTime);
        Write(MetricCatalogue.RequestThrottleTime, 1000, r => r.ThrottleTime);
        Write(MetricCatalogue.ResponseQueueTime, 1000, r => r.ResponseQueueTime);
        Write(MetricCatalogue.ResponseSendTime, 1000, r => r.ResponseSendTime);

        void Write(MetricFamily family, double unit, Func<RequestMetrics, Histogram> histogram)
        {
            writer.Begin(family);
            foreach (var request in requests)
            {
                if (histogram(request).Count > 0)
                    writer.Distribution(histogram(request), unit, now, request.Name);
            }
        }
    }

    private void WriteListeners(PrometheusWriter writer)
    {
        var listeners = _listeners.Values.OrderBy(l => l.Name, StringComparer.Ordinal).ToList();
        Write(MetricCatalogue.ConnectionCount, l => l.OpenConnections);
        Write(MetricCatalogue.ConnectionsCreated, l => l.ConnectionsCreated.Value);
        Write(MetricCatalogue.ConnectionsClosed, l => l.ConnectionsClosed.Value);
        Write(MetricCatalogue.ConnectionsExpired, l => l.ConnectionsExpired.Value);
        Write(MetricCatalogue.ListenerRequests, l => l.Requests.Value);
        Write(MetricCatalogue.ListenerResponses, l => l.Responses.Value);
        Write(MetricCatalogue.IncomingBytes, l => l.IncomingBytes.Value);
        Write(MetricCatalogue.OutgoingBytes, l => l.OutgoingBytes.Value);

        void Write(MetricFamily family, Func<ListenerMetrics, long> value)
        {
            writer.Begin(family);
            foreach (var listener in listeners)
                writer.Sample(value(listener), listener.Name);
        }
    }
}
