using Microsoft.Extensions.Diagnostics.HealthChecks;
using Samsa.Client.Admin;
using Samsa.Client.Connections;
using Samsa.Client.Hosting;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;
using Xunit;

namespace Samsa.UnitTests.Client.Hosting;

/// <summary>What the health check says of a cluster.</summary>
public sealed class KafkaHealthCheckTests
{
    private readonly ScriptedCluster _cluster = new();
    private readonly HealthCheckContext _context;

    public KafkaHealthCheckTests() =>
        _context = new HealthCheckContext { Registration = new HealthCheckRegistration("kafka", _ => throw new NotSupportedException(), HealthStatus.Unhealthy, null) };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, HealthStatus.Healthy)]
    [InlineData(-1, HealthStatus.Degraded)]
    public async Task A_cluster_that_answers_is_healthy_if_it_has_a_controller(int controller, HealthStatus expected)
    {
        _cluster.On(ApiKey.DescribeCluster, _ => new DescribeClusterResponse
        {
            ClusterId = "c",
            ControllerId = controller,
            Brokers = [new() { BrokerId = 1, Host = "a", Port = 1 }],
        });
        await using var admin = Admin();

        var result = await new KafkaHealthCheck(admin).CheckHealthAsync(_context, Cancellation);

        Assert.Equal(expected, result.Status);
        Assert.Equal(("c", 1, controller), (result.Data["cluster.id"], result.Data["brokers"], result.Data["controller"]));
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_reached_is_what_the_registration_says()
    {
        _cluster.Faults.RefusedAddresses[new BrokerAddress("seed", 9092)] = true;
        await using var admin = Admin();

        var result = await new KafkaHealthCheck(admin) { Timeout = TimeSpan.FromMilliseconds(50) }.CheckHealthAsync(_context, Cancellation);

        Assert.Equal((HealthStatus.Unhealthy, "The cluster has not answered within 0.05 s."), (result.Status, result.Description));
    }

    [Fact]
    public async Task A_refusal_is_its_own_explanation()
    {
        _cluster.On(ApiKey.DescribeCluster, _ => new DescribeClusterResponse { ErrorCode = ErrorCode.ClusterAuthorizationFailed, ErrorMessage = "not you" });
        await using var admin = Admin();

        var result = await new KafkaHealthCheck(admin).CheckHealthAsync(_context, Cancellation);

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("not you", result.Description, StringComparison.Ordinal);
    }

    private KafkaAdmin Admin() => new(new AdminOptions { BootstrapServers = "seed:9092", RetryBackoff = TimeSpan.FromMilliseconds(1) }, _cluster);
}
