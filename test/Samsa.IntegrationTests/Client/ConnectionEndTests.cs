using System.Net;
using System.Net.Sockets;
using Samsa.Client.Connections;
using Xunit;

namespace Samsa.IntegrationTests.Client;

/// <summary>What the end of a connection does to what was sent, over a real socket.</summary>
public sealed class ConnectionEndTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task What_was_sent_arrives_although_the_connection_is_closed_under_a_pending_receive()
    {
        const int Rounds = 20;
        _listener.Start();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = new byte[100_000];
            Random.Shared.NextBytes(bytes);
            var (transport, peer) = await ConnectAsync();
            using var _ = peer;
            var receiving = transport.ReceiveAsync(new byte[10]).AsTask();

            // The peer has read nothing yet: most of it waits in the buffers of the system.
            await transport.SendAsync([bytes.AsMemory(0, 40_000), bytes.AsMemory(40_000)]);
            await transport.DisposeAsync();

            var received = new MemoryStream();
            await peer.GetStream().CopyToAsync(received, Cancellation);
            Assert.Equal(bytes, received.ToArray());
            Assert.Equal(0, await receiving);
        }
    }

    [Fact]
    public async Task A_connection_that_is_closed_sends_and_receives_nothing()
    {
        _listener.Start();
        var (transport, peer) = await ConnectAsync();
        using var _ = peer;
        await transport.DisposeAsync();
        await transport.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(async () => await transport.SendAsync([new byte[1]]));
        await Assert.ThrowsAsync<IOException>(async () => await transport.ReceiveAsync(new byte[1]));
        Assert.Equal(0, await peer.GetStream().ReadAsync(new byte[1], Cancellation));
    }

    private async Task<(SocketConnectionTransport Transport, TcpClient Peer)> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_listener.LocalEndpoint, Cancellation);
        return (new SocketConnectionTransport(socket), await _listener.AcceptTcpClientAsync(Cancellation));
    }
}
