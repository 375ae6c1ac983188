using System.Net;
using System.Net.Sockets;
using Samsa.Broker.Network.Linux;
using Xunit;

namespace Samsa.IntegrationTests.Network;

public sealed class ReadinessLoopTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task While_one_connection_is_held_up_the_others_are_served_up_to_the_number_of_threads()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's");
        await using var loop = new ReadinessLoop(maxThreads: 3);
        using var release = new ManualResetEventSlim();
        using var held = new Connection(loop);
        using var alsoHeld = new Connection(loop);
        using var free = new Connection(loop);

        var first = HoldUpAsync(held, release);
        var second = HoldUpAsync(alsoHeld, release);
        held.Peer.Send([1]);
        alsoHeld.Peer.Send([1]);

        // Each round trip needs a thread of the loop; two of the three are blocked.
        for (byte i = 0; i < 100; i++)
        {
            var buffer = new byte[1];
            var receiving = free.Transport.ReceiveAsync(buffer).AsTask();
            free.Peer.Send([i]);
            Assert.Equal(1, await receiving.WaitAsync(Limit));
            Assert.Equal(i, buffer[0]);
        }

        Assert.InRange(loop.Threads, 2, 3);
        release.Set();
        await Task.WhenAll(first, second).WaitAsync(Limit);
    }

    [Fact]
    public async Task Fewer_threads_are_left_after_their_number_was_lowered()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's");
        await using var loop = new ReadinessLoop(maxThreads: 8);
        using var connection = new Connection(loop);
        await ExchangeAsync(connection, 20);
        Assert.InRange(loop.Threads, 2, 8);
        loop.ChangeThreads(1);
        using var limit = new CancellationTokenSource(Limit);
        while (loop.Threads > 1)
        {
            limit.Token.ThrowIfCancellationRequested();
            await ExchangeAsync(connection, 1);
        }

        await ExchangeAsync(connection, 20);
        Assert.Equal(1, loop.Threads);
    }

    [Fact]
    public async Task Disposing_ends_every_thread()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's");
        var loop = new ReadinessLoop(maxThreads: 4);
        using (var connection = new Connection(loop))
        {
            await ExchangeAsync(connection, 5);
        }

        await loop.DisposeAsync().AsTask().WaitAsync(Limit);
        Assert.Equal(0, loop.Threads);
    }

    private static async Task HoldUpAsync(Connection connection, ManualResetEventSlim release)
    {
        await connection.Transport.ReceiveAsync(new byte[1]).ConfigureAwait(false);
        release.Wait(Limit);
    }

    private static async Task ExchangeAsync(Connection connection, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            var receiving = connection.Transport.ReceiveAsync(new byte[1]).AsTask();
            connection.Peer.Send([7]);
            Assert.Equal(1, await receiving.WaitAsync(Limit));
        }
    }

    private sealed class Connection : IDisposable
    {
        public Connection(ReadinessLoop loop)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            Peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            Peer.Connect(listener.LocalEndPoint!);
            Transport = new LinuxTransport(listener.Accept(), loop);
        }

        public Socket Peer { get; }

        public LinuxTransport Transport { get; }

        public void Dispose()
        {
            Transport.Dispose();
            Peer.Dispose();
        }
    }
}
