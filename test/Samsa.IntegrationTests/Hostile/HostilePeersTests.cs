using System.Net.Sockets;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol.Messages;
using Xunit;
using static Samsa.IntegrationTests.Hostile.HostileScene;

namespace Samsa.IntegrationTests.Hostile;

/// <summary>Peers that misbehave over real sockets. In every test a good client goes on working and sees only right answers.</summary>
public sealed class HostilePeersTests
{
    private const int Rounds = 10;

    private static readonly byte[] ApiVersions = Frame(new ApiVersionsRequest { ClientSoftwareName = "h", ClientSoftwareVersion = "1" }, 3);

    [Fact]
    public async Task Peers_that_say_nothing_are_not_noticed()
    {
        await using var scene = await StartAsync(null, "socket.listen.backlog.size=500");
        for (var i = 0; i < 300; i++)
            scene.Connect();
        await scene.UntilConnectionsAsync(300 + GoodConnections);
        await scene.Good.RoundsAsync(Rounds);
        scene.CloseAll();
        await scene.UntilConnectionsAsync(GoodConnections);
    }

    [Fact]
    public async Task Peers_that_send_byte_after_byte_are_not_noticed_and_are_answered_in_the_end()
    {
        await using var scene = await StartAsync();
        var slow = Enumerable.Range(0, 50).Select(_ => scene.Connect()).ToArray();
        foreach (var b in ApiVersions)
        {
            foreach (var socket in slow)
                await socket.SendAsync(new[] { b });
            await scene.Good.RoundsAsync(1);
        }

        foreach (var socket in slow)
            Assert.Equal(1, CorrelationId(await ReadAnswerAsync(socket)));
    }

    [Fact]
    public async Task A_request_that_arrives_in_two_pieces_is_answered_wherever_it_is_cut()
    {
        await using var scene = await StartAsync();
        var topic = await scene.CreateTopicAsync("split");
        var request = Frame(WireCalls.ProduceRequest(topic, WireRecords.Batch(2), 9), 9);
        var peer = scene.Connect();
        for (var cut = 1; cut < request.Length; cut++)
        {
            await peer.SendAsync(request.AsMemory(0, cut));
            await peer.SendAsync(request.AsMemory(cut));
            Assert.Equal(1, CorrelationId(await ReadAnswerAsync(peer)));
        }

        using var client = await WireClient.ConnectAsync(scene.Broker.BootstrapServers);
        Assert.Equal(2L * (request.Length - 1), (await client.ListOffsetsAsync(topic, -1)).Offset);
        await scene.Good.RoundsAsync(Rounds);
    }

    [Fact]
    public async Task Peers_that_pipeline_ten_thousand_requests_get_every_answer_in_order()
    {
        await using var scene = await StartAsync();
        const int requests = 10_000;
        var stream = Enumerable.Range(0, requests).SelectMany(
            id => Frame(new ApiVersionsRequest { ClientSoftwareName = "h", ClientSoftwareVersion = "1" }, 3, id)).ToArray();
        var peers = Enumerable.Range(0, 4).Select(async _ =>
        {
            var peer = scene.Connect();
            var sending = Task.Run(async () =>
            {
                for (var at = 0; at < stream.Length;)
                    at += await peer.SendAsync(stream.AsMemory(at));
            });
            for (var id = 0; id < requests; id++)
                Assert.Equal(id, CorrelationId(await ReadAnswerAsync(peer)));
            await sending;
        }).ToArray();
        await scene.Good.RoundsAsync(Rounds);
        await Task.WhenAll(peers);
    }

    [Fact]
    public async Task Peers_that_ask_for_large_answers_and_never_read_stop_only_themselves()
    {
        await using var scene = await StartAsync();
        await scene.CreateTopicAsync("wide", partitions: 200);
        var requests = Enumerable.Repeat(Frame(new MetadataRequest { Topics = null }, 9), 10_000).SelectMany(frame => frame).ToArray();
        for (var i = 0; i < 20; i++)
            await SendUntilStuckAsync(scene.Connect(receiveBuffer: 4096), requests);
        await scene.Good.RoundsAsync(Rounds);
        scene.CloseAll(reset: true);
        await scene.UntilConnectionsAsync(GoodConnections);
    }

    [Fact]
    public async Task Readers_of_huge_fetches_that_stop_to_read_stop_only_themselves()
    {
        await using var scene = await StartAsync();
        var topic = await scene.CreateTopicAsync("huge");
        using var client = await WireClient.ConnectAsync(scene.Broker.BootstrapServers);
        for (var i = 0; i < 30; i++)
            await client.MustProduceAsync(topic, WireRecords.Single(null, new byte[1_000_000], WireRecords.Now));
        var request = Frame(WireCalls.FetchRequest(topic, 0, 11, f => { f.MaxBytes = 50 << 20; f.Topics[0].Partitions[0].PartitionMaxBytes = 50 << 20; }), 11);
        var slow = new List<Socket>();
        for (var i = 0; i < 30; i++)
        {
            slow.Add(scene.Connect(receiveBuffer: 4096));
            await slow[i].SendAsync(request);
        }

        await scene.Good.RoundsAsync(Rounds);

        // One reads on and gets it whole; the others are gone in the middle.
        var answer = await ReadAnswerAsync(slow[0]);
        Assert.True(answer is { Length: > 30_000_000 });
        slow.RemoveAt(0);
        scene.CloseAll(reset: true);
        await scene.UntilConnectionsAsync(GoodConnections + 1);
        await scene.Good.RoundsAsync(Rounds);
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("80000000")]
    [InlineData("7fffffff")]
    [InlineData("06400001")] // One byte more than socket.request.max.bytes allows.
    [InlineData("16030100c8010000c40303")] // A TLS hello.
    [InlineData("474554202f20485454502f312e310d0a486f73743a20780d0a0d0a")] // GET / HTTP/1.1
    [InlineData("00000008000300090000000a")] // A Metadata request that ends inside its header.
    [InlineData("0000000a7fff00000000000affff")] // An API that nobody knows.
    public async Task What_is_no_request_closes_its_own_connection(string hex)
    {
        await using var scene = await StartAsync();
        for (var i = 0; i < 20; i++)
        {
            var peer = scene.Connect();
            await peer.SendAsync(Convert.FromHexString(hex));
            Assert.Null(await ReadAnswerAsync(peer));
        }

        await scene.Good.RoundsAsync(Rounds);
        await scene.UntilConnectionsAsync(GoodConnections);
    }

    [Fact]
    public async Task Peers_that_reset_in_the_middle_of_a_request_or_an_answer_are_forgotten()
    {
        await using var scene = await StartAsync(null, "queued.max.request.bytes=100000000");
        var topic = await scene.CreateTopicAsync("reset");
        var produce = Frame(WireCalls.ProduceRequest(topic, WireRecords.Single(null, new byte[500_000], WireRecords.Now), 9), 9);
        for (var i = 0; i < 50; i++)
            await scene.Connect().SendAsync(produce.AsMemory(0, 1 + i * (produce.Length - 2) / 50));
        await scene.UntilConnectionsAsync(50 + GoodConnections);
        scene.CloseAll(reset: true);

        var whole = scene.Connect();
        await whole.SendAsync(produce);
        Assert.NotNull(await ReadAnswerAsync(whole));
        var fetch = Frame(WireCalls.FetchRequest(topic, 0, 11), 11);
        for (var i = 0; i < 50; i++)
            await scene.Connect(receiveBuffer: 4096).SendAsync(fetch);
        await scene.Good.RoundsAsync(Rounds);
        scene.CloseAll(reset: true);

        await scene.UntilConnectionsAsync(GoodConnections);
        await scene.Good.RoundsAsync(Rounds);
        await UntilAsync(() => scene.Metric("kafka_network_socketserver_memorypoolused") < 1000, "the memory of the requests");
    }

    [Fact]
    public async Task A_peer_that_closes_its_sending_side_gets_the_answers_to_what_it_sent()
    {
        await using var scene = await StartAsync();
        var peer = scene.Connect();
        await peer.SendAsync((byte[])[.. ApiVersions, .. ApiVersions, .. ApiVersions.AsSpan(0, 7)]);
        peer.Shutdown(SocketShutdown.Send);
        Assert.NotNull(await ReadAnswerAsync(peer));
        Assert.NotNull(await ReadAnswerAsync(peer));
        Assert.Null(await ReadAnswerAsync(peer));
        await scene.UntilConnectionsAsync(GoodConnections);
    }

    [Fact]
    public async Task Thousands_of_connections_that_come_and_go_are_all_served()
    {
        await using var scene = await StartAsync();
        var waves = Enumerable.Range(0, 8).Select(wave => Task.Run(async () =>
        {
            for (var i = 0; i < 250; i++)
            {
                using var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await peer.ConnectAsync("127.0.0.1", scene.Port);
                if (i % 5 == wave % 5)
                    continue; // Gone before it has said anything.
                await peer.SendAsync(ApiVersions);
                Assert.Equal(1, CorrelationId(await ReadAnswerAsync(peer)));
            }
        })).ToArray();
        await scene.Good.RoundsAsync(Rounds);
        await Task.WhenAll(waves);
        await scene.UntilConnectionsAsync(GoodConnections);
        Assert.Equal(0, scene.Metric("kafka_network_socketserver_memorypoolused"));
    }

    // Sends requests over and over until the broker takes no more.
    private static async Task SendUntilStuckAsync(Socket peer, byte[] requests)
    {
        peer.Blocking = false;
        var rest = ReadOnlyMemory<byte>.Empty;
        for (var stuck = 0; stuck < 20;)
        {
            if (rest.IsEmpty)
                rest = requests;
            var sent = peer.Send(rest.Span, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                stuck++;
                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
                continue;
            }

            Assert.Equal(SocketError.Success, error);
            stuck = 0;
            rest = rest[sent..];
        }
    }
}
