using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Metrics;
using Samsa.Server;
using Samsa.Server.Http;
using Xunit;

namespace Samsa.IntegrationTests.Server;

public sealed class HttpEndpointTests
{
    [Theory]
    [InlineData(ServerState.Starting, null, "starting")]
    [InlineData(ServerState.ShuttingDown, null, "stopping")]
    [InlineData(ServerState.Running, "all log directories are offline", "all log directories are offline")]
    public async Task Healthz_is_503_with_the_reason_when_nothing_can_be_served(ServerState state, string? trouble, string reason)
    {
        await using var endpoint = Bind(new Status(state, trouble));
        using var http = new HttpClient();

        using var answer = await http.GetAsync($"http://{endpoint.EndPoint}/healthz");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_is_503_while_there_is_no_broker()
    {
        await using var endpoint = Bind(new Status(ServerState.Starting, null));
        using var http = new HttpClient();

        using var answer = await http.GetAsync($"http://{endpoint.EndPoint}/metrics");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task Dispose_frees_the_port_before_and_after_the_first_request()
    {
        var unused = Bind(new Status(ServerState.Running, null));
        await unused.DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(unused.EndPoint));

        var used = Bind(new Status(ServerState.Running, null));
        using (var http = new HttpClient())
            Assert.NotEmpty(await http.GetStringAsync($"http://{used.EndPoint}/healthz"));
        await used.DisposeAsync();
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(used.EndPoint));
    }

    [Fact]
    public async Task A_connection_that_says_nothing_hinders_nobody()
    {
        await using var endpoint = Bind(new Status(ServerState.Running, null));
        using var silent = new TcpClient();
        await silent.ConnectAsync(endpoint.EndPoint);
        using var http = new HttpClient();

        Assert.NotEmpty(await http.GetStringAsync($"http://{endpoint.EndPoint}/healthz"));
    }

    private static HttpEndpoint Bind(IServerStatus status) =>
        HttpEndpoint.Bind(IPAddress.Loopback, 0, new HttpRoutes(status), NullLoggerFactory.Instance);

    private static async Task ConnectAsync(IPEndPoint endPoint)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(endPoint);
    }

    private sealed record Status(ServerState State, string? Trouble) : IServerStatus
    {
        public BrokerMetrics? Metrics => null;
    }
}
