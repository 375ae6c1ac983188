using System.Net;
using System.Text.Json;
using Samsa.Broker.Metrics;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Server;

public sealed class HttpPagesTests
{
    private static readonly SamsaBrokerOptions WithHttp = new()
    {
        Overrides = new Dictionary<string, string> { ["samsa.http.port"] = "0" },
    };

    [Fact]
    public async Task Healthz_is_200_with_a_short_document_while_serving()
    {
        await using var broker = await SamsaBroker.StartAsync(WithHttp);
        using var http = Client(broker);

        using var answer = await http.GetAsync("/healthz");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("serving", document.RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Metrics_show_a_broker_that_runs_as_the_only_one()
    {
        await using var broker = await SamsaBroker.StartAsync(WithHttp);
        using var http = Client(broker);

        using var answer = await http.GetAsync("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        string[] page = (await answer.Content.ReadAsStringAsync()).Split('\n');
        Assert.Contains("kafka_server_kafkaserver_brokerstate 3", page);
        Assert.Contains("kafka_controller_kafkacontroller_activecontrollercount 1", page);
        Assert.Contains("kafka_controller_kafkacontroller_offlinepartitionscount 0", page);
        Assert.Contains("kafka_log_logmanager_offlinelogdirectorycount 0", page);
        Assert.Contains("kafka_server_replicamanager_underreplicatedpartitions 0", page);
    }

    [Fact]
    public async Task Metrics_count_what_was_produced_and_what_failed()
    {
        await using var broker = await SamsaBroker.StartAsync(WithHttp);
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await client.CreateTopicAsync("t");
        Assert.Equal((ErrorCode.None, 0), await client.ProduceAsync("t", "first"));
        Assert.Equal((ErrorCode.None, 1), await client.ProduceAsync("t", "second"));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await client.ProduceAsync("missing", "lost")).Error);
        Assert.Equal(2, await client.EndOffsetAsync("t"));
        using var http = Client(broker);

        string[] page = (await http.GetStringAsync("/metrics")).Split('\n');

        Assert.Contains("kafka_server_brokertopicmetrics_messagesin_total{topic=\"t\"} 2", page);
        Assert.Contains("kafka_server_brokertopicmetrics_messagesin_total 2", page);
        Assert.Contains("kafka_log_log_logendoffset{topic=\"t\",partition=\"0\"} 2", page);
        Assert.Contains("kafka_controller_kafkacontroller_globaltopiccount 1", page);
        Assert.Contains("kafka_server_replicamanager_leadercount 1", page);
        Assert.Contains("kafka_network_requestmetrics_requests_total{request=\"Produce\",version=\"9\"} 3", page);
        Assert.Contains("kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"NONE\"} 2", page);
        Assert.Contains("kafka_network_requestmetrics_errors_total{request=\"Produce\",error=\"UNKNOWN_TOPIC_OR_PARTITION\"} 1", page);
        Assert.Contains("kafka_network_requestmetrics_totaltimems_count{request=\"Produce\"} 3", page);
        Assert.Contains("kafka_server_socket_server_metrics_connection_count{listener=\"PLAINTEXT\"} 1", page);
    }

    [Fact]
    public async Task Metrics_show_every_family_of_the_catalogue()
    {
        await using var broker = await SamsaBroker.StartAsync(WithHttp);
        using var http = Client(broker);

        string page = await http.GetStringAsync("/metrics");

        Assert.All(MetricCatalogue.All, family => Assert.Contains($"# TYPE {family.PrometheusName} ", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("HEAD", "/healthz", HttpStatusCode.OK)]
    public async Task Other_requests_get_the_usual_answers(string method, string path, HttpStatusCode status)
    {
        await using var broker = await SamsaBroker.StartAsync(WithHttp);
        using var http = Client(broker);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await http.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task Many_scrapes_at_once_are_answered()
    {
        await using var broker = await SamsaBroker.StartAsync(WithHttp);
        using var http = Client(broker);

        string[] pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => http.GetStringAsync("/metrics")));

        Assert.All(pages, page => Assert.Contains("kafka_server_kafkaserver_brokerstate 3", page, StringComparison.Ordinal));
    }

    private static HttpClient Client(SamsaBroker broker) => new() { BaseAddress = new Uri($"http://{broker.Server!.HttpEndPoint}") };
}
