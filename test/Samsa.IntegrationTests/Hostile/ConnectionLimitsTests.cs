using System.Net.Sockets;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol.Messages;
using Samsa.UnitTests;
using Xunit;
using static Samsa.IntegrationTests.Hostile.HostileScene;

namespace Samsa.IntegrationTests.Hostile;

/// <summary>The limits on connections and on the memory of requests, as an administrator sets them, on a whole broker.</summary>
public sealed class ConnectionLimitsTests
{
    private static readonly byte[] ApiVersions = Frame(new ApiVersionsRequest { ClientSoftwareName = "h", ClientSoftwareVersion = "1" }, 3);

    [Fact]
    public async Task A_lowered_max_connections_closes_those_that_asked_least_lately_and_makes_newcomers_wait()
    {
        await using var scene = await StartAsync();
        var peers = Enumerable.Range(0, 6).Select(_ => scene.Connect()).ToArray();
        foreach (var peer in (Socket[])[.. peers, peers[0], peers[1]])
        {
            await peer.SendAsync(ApiVersions);
            Assert.NotNull(await ReadAnswerAsync(peer));
        }

        // The good client's two, the administrator's, and room for two more: peers 0 and 1 asked last.
        await scene.UntilConnectionsAsync(6 + GoodConnections);
        await scene.Good.RoundsAsync(2);
        await scene.AlterAsync("max.connections", "5");
        for (var i = 2; i < 6; i++)
            Assert.Null(await ReadAnswerAsync(peers[i]));
        await scene.UntilConnectionsAsync(2 + GoodConnections);
        var last = scene.Connect();
        await last.SendAsync(ApiVersions);
        Assert.NotNull(await ReadAnswerAsync(last));
        await scene.Good.RoundsAsync(10);

        var waiting = scene.Connect();
        await waiting.SendAsync(ApiVersions);
        var answer = ReadAnswerAsync(waiting);
        await scene.Good.RoundsAsync(20);
        Assert.False(answer.IsCompleted);
        peers[0].Dispose();
        Assert.NotNull(await answer);
        await peers[1].SendAsync(ApiVersions);
        Assert.NotNull(await ReadAnswerAsync(peers[1]));
    }

    [Fact]
    public async Task A_raised_max_connections_counts_for_those_who_wait_already()
    {
        await using var scene = await StartAsync(null, "max.connections=4");
        using var administrator = await WireClient.ConnectAsync(scene.Broker.BootstrapServers);
        await administrator.SendAsync<ApiVersionsResponse>(new ApiVersionsRequest(), 2);
        await scene.Connect().SendAsync(ApiVersions);
        await scene.UntilConnectionsAsync(4);
        var waiting = scene.Connect();
        await waiting.SendAsync(ApiVersions);
        var answer = ReadAnswerAsync(waiting);
        await scene.Good.RoundsAsync(20);
        Assert.False(answer.IsCompleted);

        await administrator.SendAsync<IncrementalAlterConfigsResponse>(Set("max.connections", "100"), 1);
        Assert.NotNull(await answer);
    }

    [Fact]
    public async Task A_changed_limit_of_an_address_refuses_newcomers_and_lets_the_others_be()
    {
        await using var scene = await StartAsync();
        var old = scene.Connect();
        await old.SendAsync(ApiVersions);
        Assert.NotNull(await ReadAnswerAsync(old));
        await scene.AlterAsync("max.connections.per.ip", "1");
        await scene.UntilConnectionsAsync(1 + GoodConnections);
        Assert.Null(await ReadAnswerAsync(scene.Connect()));
        await old.SendAsync(ApiVersions);
        Assert.NotNull(await ReadAnswerAsync(old));
        await scene.Good.RoundsAsync(10);
    }

    [Fact]
    public async Task An_override_wins_over_the_limit_of_addresses_also_when_it_was_set_before_a_restart()
    {
        await using var scene = await StartAsync();
        await scene.AlterAsync("max.connections.per.ip", "0");
        var refused = scene.Connect();
        Assert.Null(await ReadAnswerAsync(refused));
        await scene.Good.DisposeAsync();
        await scene.Broker.RestartAsync();
        Assert.Null(await ReadAnswerAsync(scene.Connect()));
        await scene.Broker.StopAsync();

        await using var other = await StartAsync(null, "max.connections.per.ip=0", "max.connections.per.ip.overrides=127.0.0.1:3");
        await AskAsync(other);
        Assert.Null(await ReadAnswerAsync(other.Connect()));
        await other.Good.RoundsAsync(10);
    }

    [Fact]
    public async Task A_creation_rate_lets_a_burst_pass_and_paces_the_rest()
    {
        var time = new ManualTimeProvider();
        await using var scene = await StartAsync(time, "max.connection.creation.rate=1");

        // Three were taken by the scene: two good connections and the one that made the topic.
        for (var i = 3; i < 11; i++)
            await AskAsync(scene);
        var waiting = AskAsync(scene);
        await scene.Good.RoundsAsync(20);
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await waiting;
    }

    [Fact]
    public async Task Idle_connections_close_after_connections_max_idle_ms_and_busy_ones_do_not()
    {
        var time = new ManualTimeProvider();
        await using var scene = await StartAsync(time, "connections.max.idle.ms=60000");
        var idle = Enumerable.Range(0, 20).Select(_ => scene.Connect()).ToArray();
        var half = scene.Connect();
        await half.SendAsync(ApiVersions.AsMemory(0, 9));
        await scene.UntilConnectionsAsync(21 + GoodConnections);
        for (var i = 0; i < 5; i++)
        {
            // More than a sweep, and bytes of the good client in each.
            time.Advance(TimeSpan.FromSeconds(15));
            await scene.Good.RoundsAsync(2);
        }

        foreach (var socket in (Socket[])[.. idle, half])
            Assert.Null(await ReadAnswerAsync(socket));
        await scene.UntilConnectionsAsync(GoodConnections);
        Assert.Equal(21, scene.Metric("kafka_server_socket_server_metrics_expired_connections_killed_count"));
        await scene.Good.RoundsAsync(10);
    }

    [Fact]
    public async Task A_peer_that_fills_the_request_memory_with_a_request_that_never_comes_is_cut_after_a_while()
    {
        var time = new ManualTimeProvider();
        await using var scene = await StartAsync(time, "queued.max.request.bytes=1000000");
        await scene.Good.RoundsAsync(5);
        var hog = scene.Connect();
        await hog.SendAsync((byte[])[.. Announce(50_000_000), 1, 2, 3]);
        await UntilAsync(() => scene.Metric("kafka_network_socketserver_memorypoolused") >= 50_000_000, "the hog's request");

        // Apache Kafka 4.3 serves nobody any more from here on, for as long as the peer keeps its connection.
        var rounds = scene.Good.RoundsAsync(20);
        time.Advance(TimeSpan.FromSeconds(25));
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.False(rounds.IsCompleted);
        for (var i = 0; i < 40 && !rounds.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await rounds;
        Assert.Null(await ReadAnswerAsync(hog));
        await UntilAsync(() => scene.Metric("kafka_network_socketserver_memorypoolused") < 1000, "the memory of the requests");
    }

    private static async Task AskAsync(HostileScene scene)
    {
        var peer = scene.Connect();
        await peer.SendAsync(ApiVersions);
        Assert.NotNull(await ReadAnswerAsync(peer));
    }

    private static IncrementalAlterConfigsRequest Set(string name, string value) => new()
    {
        Resources =
        [
            new IncrementalAlterConfigsRequest.AlterConfigsResource
            {
                ResourceType = 4,
                ResourceName = "",
                Configs = [new IncrementalAlterConfigsRequest.AlterableConfig { Name = name, Value = value }],
            },
        ],
    };
}
