using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Samsa.IntegrationTests.Support;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;
using WireClient = Samsa.IntegrationTests.Wire.WireClient;

namespace Samsa.IntegrationTests.Hostile;

/// <summary>The program under <c>ulimit -n</c>: what the system does not give, peers cannot take from the logs.</summary>
public sealed class DescriptorLimitTests
{
    private const int Limit = 512;

    [Fact]
    public async Task More_peers_than_descriptors_are_refused_with_a_clear_line_while_others_are_served()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted on Linux only.");
        await using var samsa = SamsaProgram.StartServer(Limit, "socket.listen.backlog.size=1000");
        var server = await ServerAsync(samsa);
        using var good = await WireClient.ConnectAsync(server);
        var topic = await CreateTopicAsync(good, "before");

        var port = int.Parse(server.Split(':')[1], CultureInfo.InvariantCulture);
        var peers = new List<Socket>();
        try
        {
            for (var i = 0; i < Limit; i++)
                peers.Add(Connect(port));
            await HostileScene.UntilAsync(() => peers.Exists(IsClosed), "a refused peer");

            // Each new topic needs files, and nothing of the descriptors is left to peers.
            await good.MustProduceAsync(topic, WireRecords.Batch());
            for (var i = 0; i < 10; i++)
                await good.MustProduceAsync(await CreateTopicAsync(good, $"meanwhile-{i}"), WireRecords.Batch());
            Assert.Single(await good.ReadAsync(topic));
            await HostileScene.UntilAsync(
                () => samsa.Output.Any(line => line.Contains($"of the {Limit} files and connections that this process may have open (ulimit -n)", StringComparison.Ordinal)),
                "a line that says why");
        }
        finally
        {
            peers.ForEach(peer => peer.Dispose());
        }

        using var late = await ConnectAgainAsync(server);
        Assert.Single(await late.ReadAsync(topic));
        await samsa.SignalAsync("TERM");
        Assert.Equal(0, await samsa.ExitAsync());
        Assert.Empty(samsa.Errors);
    }

    [Fact]
    public async Task The_soft_limit_is_raised_to_the_hard_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Descriptors are counted on Linux only.");
        await using var samsa = SamsaProgram.StartServer(Limit, softOnly: true);
        await samsa.ReadyAsync();
        var limits = (await File.ReadAllLinesAsync($"/proc/{samsa.Id}/limits")).Single(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var columns = limits["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(columns[1], columns[0]);
    }

    private static async Task<string> ServerAsync(SamsaProgram samsa)
    {
        var ready = await samsa.ReadyAsync();
        var from = ready.IndexOf("127.0.0.1:", StringComparison.Ordinal);
        return ready[from..ready.IndexOf(' ', from)];
    }

    private static async Task<WireTopic> CreateTopicAsync(WireClient client, string name)
    {
        var topic = new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = 1, ReplicationFactor = 1 };
        var created = Assert.Single((await client.SendAsync<CreateTopicsResponse>(new CreateTopicsRequest { Topics = [topic] }, 7)).Topics);
        Assert.Equal((ErrorCode.None, null), (created.ErrorCode, created.ErrorMessage));
        return new WireTopic(name, created.TopicId);
    }

    // The broker notices that the others have gone a moment later.
    private static async Task<WireClient> ConnectAgainAsync(string server)
    {
        using var timeout = new CancellationTokenSource(SamsaProgram.Patience);
        while (true)
        {
            var client = await WireClient.ConnectAsync(server);
            try
            {
                var correlationId = await client.PostAsync(new ApiVersionsRequest(), 0);
                if (await client.ReceiveFrameAsync() is not null)
                    return client;
            }
            catch (IOException)
            {
                // Refused once more.
            }

            client.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, timeout.Token);
        }
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead);
}
