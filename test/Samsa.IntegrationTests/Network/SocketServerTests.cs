using System.Net;
using System.Net.Sockets;
using Samsa.Broker.Configuration;
using Samsa.Broker.Network;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Samsa.UnitTests;
using Xunit;
using static Samsa.IntegrationTests.Network.TestServer;

namespace Samsa.IntegrationTests.Network;

public sealed class SocketServerTests
{
    [Fact]
    public async Task Port_0_binds_a_free_port_and_ApiVersions_is_answered()
    {
        await using var server = new TestServer();
        Assert.NotEqual(0, server.EndPoint.Port);
        using var socket = server.Connect();
        await socket.SendAsync(Frame(ApiKey.ApiVersions, 3, 5, new ApiVersionsRequest { ClientSoftwareName = "t", ClientSoftwareVersion = "1" }));
        var answer = await ReadAnswerAsync(socket);
        Assert.Equal(5, CorrelationId(answer));
        var response = new ApiVersionsResponse();
        var reader = new WireReader(answer.AsMemory(4));
        response.Read(ref reader, 3);
        Assert.Equal([(short)ApiKey.Heartbeat, (short)ApiKey.ApiVersions, (short)ApiKey.DescribeCluster], response.ApiKeys.Select(k => k.ApiKey));
    }

    [Fact]
    public async Task A_port_in_use_is_refused_with_the_listeners_name()
    {
        await using var server = new TestServer();
        var e = Assert.Throws<IOException>(() => ListenAgain(server));
        Assert.Contains($"Listener PLAINTEXT cannot listen on 127.0.0.1:{server.EndPoint.Port}", e.Message, StringComparison.Ordinal);

        static void ListenAgain(TestServer server)
        {
            var second = new SocketServer(
                new Samsa.Broker.Api.ApiTable(),
                new SocketServerOptions { Listeners = [new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", server.EndPoint.Port)] },
                server.Metrics,
                Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
                TimeProvider.System);
            second.Bind();
        }
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using var server = new TestServer();
        using var socket = server.Connect();
        const int requests = 5000;
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < requests; i++)
            {
                await socket.SendAsync(Heartbeat(i));
            }
        });
        for (var i = 0; i < requests; i++)
        {
            Assert.Equal(i, CorrelationId(await ReadAnswerAsync(socket)));
        }

        await sending;
    }

    [Fact]
    public async Task A_thousand_idle_connections_do_not_disturb_a_busy_one()
    {
        await using var server = new TestServer(new SocketServerOptions { ListenBacklog = 1000 });
        var idle = new List<Socket>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                idle.Add(server.Connect());
            }

            using var busy = server.Connect();
            for (var i = 0; i < 1000; i++)
            {
                await busy.SendAsync(Heartbeat(i));
                Assert.Equal(i, CorrelationId(await ReadAnswerAsync(busy)));
            }

            await server.UntilConnectionsAsync(1001);
            await idle[999].SendAsync(Heartbeat(1));
            Assert.Equal(1, CorrelationId(await ReadAnswerAsync(idle[999])));
        }
        finally
        {
            idle.ForEach(s => s.Dispose());
        }

        await server.UntilConnectionsAsync(0);
        Assert.Equal(0, server.Metrics.Listener("PLAINTEXT").OpenConnections);
    }

    [Fact]
    public async Task Hostile_peers_are_closed_and_others_are_served()
    {
        await using var server = new TestServer();
        using var good = server.Connect();
        foreach (var hex in (string[])["00000000", "ffffffff", "7fffffff", "16030100", "474554202f20485454502f312e310d0a0d0a", "00000004ffffffff"])
        {
            using var bad = server.Connect();
            await bad.SendAsync(Convert.FromHexString(hex));
            Assert.Null(await ReadAnswerAsync(bad));
            await good.SendAsync(Heartbeat(1));
            Assert.Equal(1, CorrelationId(await ReadAnswerAsync(good)));
        }

        // Half a frame, then nothing, then gone.
        using (var half = server.Connect())
        {
            await half.SendAsync(Heartbeat(1).AsMemory(0, 9));
            half.Close();
        }

        // Half a frame, then a reset.
        var reset = server.Connect();
        await reset.SendAsync(Heartbeat(1).AsMemory(0, 9));
        reset.LingerState = new LingerOption(true, 0);
        reset.Dispose();
        await server.UntilConnectionsAsync(1);
        await good.SendAsync(Heartbeat(2));
        Assert.Equal(2, CorrelationId(await ReadAnswerAsync(good)));
    }

    [Fact]
    public async Task A_peer_that_never_reads_only_stops_itself()
    {
        var answer = new DescribeClusterResponse { ErrorMessage = new string('x', 30_000), ClusterId = "c" };
        await using var server = new TestServer(bulk: () => answer);
        using var silent = server.Connect(receiveBuffer: 4096);
        silent.Blocking = false;
        var request = Frame(ApiKey.DescribeCluster, 1, 1, new DescribeClusterRequest());
        var stuckFor = 0;
        for (var sent = 0L; stuckFor < 50;)
        {
            var count = silent.Send(request, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock || count < request.Length)
            {
                stuckFor++;
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
                continue;
            }

            stuckFor = 0;
            sent += count;
            Assert.True(sent < 64 << 20, "The server reads on though its answers are not taken.");
        }

        using var good = server.Connect();
        for (var i = 0; i < 100; i++)
        {
            await good.SendAsync(Heartbeat(i));
            Assert.Equal(i, CorrelationId(await ReadAnswerAsync(good)));
        }
    }

    [Fact]
    public async Task Stopping_answers_the_requests_that_were_read_then_closes()
    {
        await using var server = new TestServer();
        using var waiting = server.Connect();
        using var idle = server.Connect();
        await waiting.SendAsync((byte[])[.. Heartbeat(1, generation: 1), .. Heartbeat(2)]);
        await server.UntilStartedAsync(2);
        var stopping = server.Server.StopAsync(TimeSpan.FromSeconds(120));
        Assert.Null(await ReadAnswerAsync(idle));
        Assert.False(stopping.IsCompleted);
        server.OpenGate();
        Assert.Equal(1, CorrelationId(await ReadAnswerAsync(waiting)));
        Assert.Equal(2, CorrelationId(await ReadAnswerAsync(waiting)));
        Assert.Null(await ReadAnswerAsync(waiting));
        await stopping.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Throws<SocketException>(() => server.Connect().Dispose());
    }

    [Fact]
    public async Task Stopping_loses_no_answer_on_its_way_though_more_requests_have_arrived()
    {
        var answer = new DescribeClusterResponse { ErrorMessage = new string('x', 30_000), ClusterId = "c" };
        await using var server = new TestServer(bulk: () => answer);
        using var slow = server.Connect(receiveBuffer: 4096);

        // As many as are started while nobody reads: more answers than 256 KB are not held.
        const int requests = 8;
        var request = Frame(ApiKey.DescribeCluster, 1, 1, new DescribeClusterRequest());
        for (var i = 0; i < requests; i++)
        {
            await slow.SendAsync(request);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (server.Metrics.Listener("PLAINTEXT").Requests.Value < requests)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, limit.Token);
        }

        server.Server.StopReading();
        for (var i = 0; i < requests; i++)
        {
            await slow.SendAsync(request);
        }

        for (var i = 0; i < requests; i++)
        {
            Assert.True(await ReadAnswerAsync(slow) is { Length: > 30_000 }, $"Answer {i} is lost.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        Assert.Null(await ReadAnswerAsync(slow));
    }

    [Fact]
    public async Task Stopping_cuts_what_is_not_answered_within_the_bound()
    {
        await using var server = new TestServer();
        using var waiting = server.Connect();
        await waiting.SendAsync(Heartbeat(1, generation: 1));
        await server.UntilStartedAsync(1);
        await server.Server.StopAsync(TimeSpan.FromMilliseconds(50)).WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Null(await ReadAnswerAsync(waiting));
    }

    [Fact]
    public async Task Idle_connections_are_closed_and_busy_ones_are_not()
    {
        var time = new ManualTimeProvider();
        await using var server = new TestServer(new SocketServerOptions { ConnectionsMaxIdle = TimeSpan.FromSeconds(60) }, time: time);
        using var idle = server.Connect();
        using var busy = server.Connect();
        await server.UntilConnectionsAsync(2);
        for (var i = 0; i < 6; i++)
        {
            // A look at both, and bytes of the busy one before the next.
            time.Advance(TimeSpan.FromSeconds(15));
            await busy.SendAsync(Heartbeat(1));
            Assert.NotNull(await ReadAnswerAsync(busy));
        }

        Assert.Null(await ReadAnswerAsync(idle));
        await busy.SendAsync(Heartbeat(1));
        Assert.NotNull(await ReadAnswerAsync(busy));
        Assert.Equal(1, server.Metrics.Listener("PLAINTEXT").ConnectionsExpired.Value);
    }

    [Fact]
    public async Task Connections_beyond_the_limit_of_an_address_are_closed()
    {
        await using var server = new TestServer(new SocketServerOptions
        {
            MaxConnectionsPerIp = 1,
            MaxConnectionsPerIpOverrides = new Dictionary<IPAddress, int> { [IPAddress.Loopback] = 2 },
        });
        using var first = server.Connect();
        using var second = server.Connect();
        await server.UntilConnectionsAsync(2);
        using (var third = server.Connect())
        {
            Assert.Null(await ReadAnswerAsync(third));
        }

        first.Dispose();
        await server.UntilConnectionsAsync(1);

        // Its place is free a moment later.
        byte[]? answer = null;
        while (answer is null)
        {
            using var fourth = server.Connect();
            try
            {
                await fourth.SendAsync(Heartbeat(4));
                answer = await ReadAnswerAsync(fourth);
            }
            catch (SocketException)
            {
                // Closed already.
            }
        }

        Assert.Equal(4, CorrelationId(answer));
    }

    [Fact]
    public async Task At_max_connections_the_next_waits_until_one_closes()
    {
        await using var server = new TestServer(new SocketServerOptions { MaxConnections = 1 });
        var first = server.Connect();
        await first.SendAsync(Heartbeat(1));
        Assert.Equal(1, CorrelationId(await ReadAnswerAsync(first)));
        using var second = server.Connect();
        await second.SendAsync(Heartbeat(2));
        await Assert.ThrowsAsync<TimeoutException>(() => ReadAnswerAsync(second).WaitAsync(TimeSpan.FromMilliseconds(100)));
        using var third = server.Connect();
        first.Dispose();
        await server.UntilStartedAsync(2);
        Assert.Equal(1, server.Server.OpenConnections);
    }
}
