using System.Net;
using System.Net.Sockets;
using Samsa.Client.Connections;
using Xunit;

namespace Samsa.IntegrationTests.Client;

public sealed class SocketConnectionTransportTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(7, 0, 100)]
    [InlineData(10_000, 10_000, 12_768)]
    [InlineData(10_000, 10_000, 12_769)]
    [InlineData(3, 5_000_000, 1, 2_000_000)]
    public async Task SendAsync_sends_all_parts_in_order(params int[] lengths)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var accepting = listener.AcceptSocketAsync();
        await socket.ConnectAsync(listener.LocalEndpoint);
        using var peer = await accepting;
        var parts = new List<ReadOnlyMemory<byte>>();
        var random = new Random(1);
        foreach (int length in lengths)
        {
            var part = new byte[length];
            random.NextBytes(part);
            parts.Add(part);
        }

        byte[] expected = [.. parts.SelectMany(p => p.ToArray())];
        var received = new byte[2 * expected.Length];

        // Twice: a buffer may be used again.
        await using (var transport = new SocketConnectionTransport(socket))
        {
            var receiving = ReceiveAsync(peer, received);
            await transport.SendAsync(parts);
            await transport.SendAsync(parts);
            await receiving;
        }

        Assert.Equal([.. expected, .. expected], received);
    }

    private static async Task ReceiveAsync(Socket peer, Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
            buffer = buffer[await peer.ReceiveAsync(buffer, SocketFlags.None)..];
    }
}
