using System.Reflection;
using Samsa.Broker.Metrics;
using Samsa.UnitTests.Architecture;
using Xunit;

namespace Samsa.UnitTests.Metrics;

public sealed class MetricCatalogueTests
{
    /// <summary>A list of the beans that running Kafka 3.9.2 and 4.3.1 showed; beside the repository where there is one.</summary>
    private const string RealBeans = "../shared/reference/kafka/metrics-real.tsv";

    [Theory]
    [InlineData("kafka_server_brokertopicmetrics_messagesin_total")]
    [InlineData("kafka_server_brokertopicmetrics_bytesin_total")]
    [InlineData("kafka_server_brokertopicmetrics_bytesout_total")]
    [InlineData("kafka_server_brokertopicmetrics_totalproducerequests_total")]
    [InlineData("kafka_server_brokertopicmetrics_failedproducerequests_total")]
    [InlineData("kafka_server_brokertopicmetrics_totalfetchrequests_total")]
    [InlineData("kafka_server_brokertopicmetrics_failedfetchrequests_total")]
    [InlineData("kafka_server_replicamanager_leadercount")]
    [InlineData("kafka_server_replicamanager_partitioncount")]
    [InlineData("kafka_server_replicamanager_underreplicatedpartitions")]
    [InlineData("kafka_cluster_partition_atminisr")]
    [InlineData("kafka_cluster_partition_underminisr")]
    [InlineData("kafka_cluster_partition_replicascount")]
    [InlineData("kafka_controller_kafkacontroller_activecontrollercount")]
    [InlineData("kafka_controller_kafkacontroller_offlinepartitionscount")]
    [InlineData("kafka_controller_controllerstats_uncleanleaderelections_total")]
    [InlineData("kafka_server_socket_server_metrics_connection_count")]
    [InlineData("kafka_log_log_size")]
    [InlineData("kafka_network_requestmetrics_requests_total")]
    [InlineData("kafka_network_requestmetrics_errors_total")]
    [InlineData("kafka_network_requestmetrics_totaltimems")]
    [InlineData("kafka_server_kafkaserver_brokerstate")]
    [InlineData("kafka_server_fetchsessioncache_numincrementalfetchsessions")]
    public void Names_that_public_dashboards_use_are_there(string name) =>
        Assert.Contains(MetricCatalogue.All, family => family.PrometheusName == name);

    [Fact]
    public void All_lists_every_declaration_once()
    {
        var declared = typeof(MetricCatalogue).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.FieldType == typeof(MetricFamily))
            .Select(f => (MetricFamily)f.GetValue(null)!);

        Assert.Equal(declared.OrderBy(f => f.PrometheusName), MetricCatalogue.All.OrderBy(f => f.PrometheusName));
        Assert.Equal(MetricCatalogue.All.Count, MetricCatalogue.All.Select(f => f.PrometheusName).Distinct().Count());
    }

    [Fact]
    public void The_page_about_metrics_has_a_row_for_each()
    {
        var rows = MetricCatalogue.All.Select(family =>
            $"| `{family.PrometheusName}` | {family.Kind.ToString().ToLowerInvariant()} | {string.Join(", ", family.Labels)} | {family.Help.TrimEnd('.')} |"
                .Replace(" |  | ", " | | ", StringComparison.Ordinal));
        var page = File.ReadLines(Repository.PathOf("docs/metrics.md"))
            .TakeWhile(line => line != "## The client's")
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        Assert.Equal(rows, page);
    }

    [Fact]
    public void Bean_names_are_those_of_real_brokers()
    {
        string path = Repository.PathOf(RealBeans);
        Assert.SkipUnless(File.Exists(path), "the list of real beans is not beside the repository");
        var rows = File.ReadLines(path).Skip(1).Select(line => line.Split('\t')).ToList();

        Assert.All(MetricCatalogue.All.Where(f => f.Group is not null), family => Assert.Contains(rows, row =>
            row[1] == family.Group && row[2] == family.Type
            && (row[3] == family.Name || (row[3].Length == 0 && row[6].Split(' ').Contains(family.Name)))));
    }
}
