using System.Buffers;
using System.Text;
using Samsa.Broker.Metrics;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Metrics;

public sealed class BrokerMetricsTests
{
    private readonly BrokerMetrics _metrics = new(TimeProvider.System);

    [Fact]
    public void What_a_topic_counts_is_counted_for_all_topics()
    {
        _metrics.Topic("a").BytesIn.Add(10);
        _metrics.Topic("b").BytesIn.Add(5);
        _metrics.Topic("b").MessagesIn.Increment();

        string[] page = Scrape();

        Assert.Contains("kafka_server_brokertopicmetrics_bytesin_total 15", page);
        Assert.Contains("kafka_server_brokertopicmetrics_bytesin_total{topic=\"a\"} 10", page);
        Assert.Contains("kafka_server_brokertopicmetrics_bytesin_total{topic=\"b\"} 5", page);
        Assert.Contains("kafka_server_brokertopicmetrics_messagesin_total 1", page);
        Assert.Contains("# TYPE kafka_server_brokertopicmetrics_messagesin_total counter", page);
    }

    [Fact]
    public void A_deleted_topic_leaves_its_sum_behind()
    {
        _metrics.Topic("a").BytesIn.Add(10);

        _metrics.RemoveTopic("a");

        string[] page = Scrape();
        Assert.Contains("kafka_server_brokertopicmetrics_bytesin_total 10", page);
        Assert.DoesNotContain(page, line => line.Contains("topic=\"a\"", StringComparison.Ordinal));
    }

    [Fact]
    public void A_request_shows_count_by_version_errors_and_times_in_milliseconds()
    {
        RequestMetrics produce = _metrics.Request("Produce");
        long millisecond = TimeProvider.System.TimestampFrequency / 1000;
        produce.Record(9, 100, new RequestTiming { Total = 8 * millisecond, Local = 2 * millisecond });
        produce.Record(9, 100, new RequestTiming { Total = 8 * millisecond, Local = 2 * millisecond });
        produce.Record(13, 300, new RequestTiming { Total = 8 * millisecond });
        produce.CountError(ErrorCode.None, 2);
        produce.CountError(ErrorCode.UnknownTopicOrPartition);
        produce.CountError(ErrorCode.UnknownServerError);

        string[] page = Scrape();

        Assert.Contains("kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"9\"} 2", page);
        Assert.Contains("kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"13\"} 1", page);
        Assert.Contains("kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"NONE\"} 2", page);
        Assert.Contains("kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"} 1", page);
        Assert.Contains("kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"UNKNOWN_SERVER_ERROR\"} 1", page);
        Assert.Contains("# TYPE kafka_network_requestmetrics_totaltimems summary", page);
        Assert.Contains("kafka_network_requestmetrics_totaltimems_sum{request=\"Produce\"} 24", page);
        Assert.Contains("kafka_network_requestmetrics_totaltimems_count{request=\"Produce\"} 3", page);
        Assert.Contains("kafka_network_requestmetrics_requestbytes_sum{request=\"Produce\"} 500", page);
        string p99 = Assert.Single(
            page, line => line.StartsWith("kafka_network_requestmetrics_totaltimems{request=\"Produce\",quantile=\"0.99\"}", StringComparison.Ordinal));
        Assert.InRange(double.Parse(p99.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 7.7, 8.3);
    }

    [Fact]
    public void Partitions_give_their_own_gauges_and_those_of_the_replica_manager()
    {
        _metrics.Partitions = () =>
        [
            new PartitionSample { Topic = "t", Partition = 10, Size = 7, LogEndOffset = 4, Replicas = 1, InSyncReplicas = 1, MinInSyncReplicas = 1, IsLeader = true },
            new PartitionSample { Topic = "t", Partition = 2, Replicas = 1, InSyncReplicas = 1, MinInSyncReplicas = 2, IsLeader = true },
            new PartitionSample { Topic = "u", Partition = 0, Replicas = 3, InSyncReplicas = 2, MinInSyncReplicas = 1, IsOffline = true },
        ];

        string[] page = Scrape();

        Assert.Contains("kafka_log_log_size{topic=\"t\",partition=\"10\"} 7", page);
        Assert.Contains("kafka_log_log_logendoffset{topic=\"t\",partition=\"10\"} 4", page);
        Assert.Contains("kafka_server_replicamanager_partitioncount 3", page);
        Assert.Contains("kafka_server_replicamanager_leadercount 2", page);
        Assert.Contains("kafka_server_replicamanager_offlinereplicacount 1", page);
        Assert.Contains("kafka_server_replicamanager_underreplicatedpartitions 0", page);
        Assert.Contains("kafka_server_replicamanager_underminisrpartitioncount 1", page);
        Assert.Contains("kafka_cluster_partition_atminisr{topic=\"t\",partition=\"10\"} 1", page);
        Assert.True(
            Array.IndexOf(page, "kafka_log_log_size{topic=\"t\",partition=\"2\"} 0") < Array.IndexOf(page, "kafka_log_log_size{topic=\"t\",partition=\"10\"} 7"),
            "partitions are in the order of their numbers");
    }

    [Fact]
    public void Gauges_and_listeners_are_read_at_the_scrape()
    {
        double topics = 1;
        _metrics.AddGauge(MetricCatalogue.GlobalTopicCount, () => topics);
        _metrics.AddGauge(MetricCatalogue.LogDirectoryOffline, "/data/\"1\"", () => 1);
        ListenerMetrics listener = _metrics.Listener("PLAINTEXT");
        listener.ConnectionsCreated.Add(3);
        listener.ConnectionsClosed.Increment();
        topics = 2;

        string[] page = Scrape();

        Assert.Contains("kafka_controller_kafkacontroller_globaltopiccount 2", page);
        Assert.Contains("kafka_log_logmanager_logdirectoryoffline{logDirectory=\"/data/\\\"1\\\"\"} 1", page);
        Assert.Contains("kafka_server_socket_server_metrics_connection_count{listener=\"PLAINTEXT\"} 2", page);
    }

    [Fact]
    public void A_gauge_must_fit_its_family()
    {
        Assert.Throws<ArgumentException>(() => _metrics.AddGauge(MetricCatalogue.LogDirectoryOffline, () => 1));
        Assert.Throws<ArgumentException>(() => _metrics.AddGauge(MetricCatalogue.GlobalTopicCount, "label", () => 1));
        Assert.Throws<ArgumentException>(() => _metrics.AddGauge(MetricCatalogue.RequestTotalTime, "Produce", () => 1));
    }

    [Fact]
    public void A_page_has_each_family_once_and_only_well_formed_lines()
    {
        _metrics.Topic("a").BytesIn.Add(10);
        _metrics.Request("Fetch").Record(0, 1, default);

        string[] page = Scrape();

        string[] types = [.. page.Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal))];
        Assert.Equal(types.Length, types.Distinct().Count());
        Assert.All(
            page.Where(l => l.Length > 0 && l[0] != '#'),
            line => Assert.Matches("^[a-z_][a-z0-9_]*(\\{([a-zA-Z_]+=\"([^\"\\\\]|\\\\.)*\",?)+\\})? (NaN|[+-]Inf|-?[0-9.]+(E[+-]?[0-9]+)?)$", line));
    }

    [Fact]
    public void Counting_allocates_nothing()
    {
        TopicMetrics topic = _metrics.Topic("t");
        RequestMetrics request = _metrics.Request("Produce");
        Count();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            Count();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count()
        {
            topic.BytesIn.Add(1);
            request.Record(9, 100, new RequestTiming { Total = 1234 });
            request.CountError(ErrorCode.None);
        }
    }

    private string[] Scrape()
    {
        var page = new ArrayBufferWriter<byte>();
        _metrics.WriteTo(page);
        return Encoding.UTF8.GetString(page.WrittenSpan).Split('\n');
    }
}
