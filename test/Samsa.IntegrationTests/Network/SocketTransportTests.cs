using System.Net;
using System.Net.Sockets;
using Samsa.Broker.Network;
using Samsa.Broker.Network.Linux;
using Samsa.Storage.Files;
using Xunit;

namespace Samsa.IntegrationTests.Network;

public sealed class SocketTransportTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"samsa-transport-{Guid.NewGuid():n}");
    private readonly byte[] _content = new byte[8 << 20];
    private readonly IStorageFile _file;

    public SocketTransportTests()
    {
        new Random(1).NextBytes(_content);
        File.WriteAllBytes(_path, _content);
        _file = PhysicalFileSystem.Instance.Open(_path, StorageFileMode.Read);
    }

    public void Dispose()
    {
        _file.Dispose();
        File.Delete(_path);
    }

    [Theory]
    [InlineData(true, 0, 100)]
    [InlineData(true, 12345, 1 << 20)]
    [InlineData(true, 1, (8 << 20) - 1)]
    [InlineData(false, 12345, 1 << 20)]
    [InlineData(false, 1, (8 << 20) - 1)]
    public async Task Bytes_and_regions_arrive_whole_and_in_order(bool linux, int position, int length)
    {
        await using var pair = new Pair(linux);
        var sending = Task.Run(async () =>
        {
            await pair.Transport.SendAsync(new byte[] { 1, 2, 3 }, moreFollows: true);
            await pair.Transport.SendAsync(new FileRegion(null, _file, position, length));
            await pair.Transport.SendAsync(new byte[] { 4, 5 }, moreFollows: false);
        });
        var received = await pair.ReadAsync(length + 5);
        await sending;
        Assert.Equal([1, 2, 3], received[..3]);
        Assert.True(received.AsSpan(3, length).SequenceEqual(_content.AsSpan(position, length)));
        Assert.Equal([4, 5], received[^2..]);
        Assert.Equal(length + 5, pair.Transport.BytesMoved);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_region_to_a_peer_that_does_not_read_waits_without_a_thread_and_ends_with_the_connection(bool linux)
    {
        await using var pair = new Pair(linux);
        var sending = pair.Transport.SendAsync(new FileRegion(null, _file, 0, _content.Length)).AsTask();
        Assert.False(sending.IsCompleted);
        pair.Transport.Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => sending.WaitAsync(TimeSpan.FromSeconds(120)));
        Assert.IsNotType<TimeoutException>(sending.Exception?.InnerException);
        Assert.True(sending.IsFaulted || sending.IsCanceled);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_region_of_a_file_that_was_cut_meanwhile_fails(bool linux)
    {
        await using var pair = new Pair(linux);
        var reading = pair.ReadAsync(100);
        await Assert.ThrowsAsync<EndOfStreamException>(
            async () => await pair.Transport.SendAsync(new FileRegion(null, _file, _content.Length - 100, 200)));
        if (linux)
        {
            Assert.True((await reading).AsSpan().SequenceEqual(_content.AsSpan(_content.Length - 100)));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_receive_waits_for_bytes_takes_what_is_there_and_sees_the_end_right_behind_it(bool linux)
    {
        await using var pair = new Pair(linux);
        var buffer = new byte[10];
        var waiting = pair.Transport.WaitForBytesAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        pair.SendFromPeer([9, 9]);
        await waiting.WaitAsync(TimeSpan.FromSeconds(120));
        Assert.Equal(2, await pair.Transport.ReceiveAsync(buffer));

        var receiving = pair.Transport.ReceiveAsync(buffer).AsTask();
        Assert.False(receiving.IsCompleted);
        pair.SendFromPeer([1, 2, 3]);
        Assert.Equal(3, await receiving.WaitAsync(TimeSpan.FromSeconds(120)));

        // Bytes and end arrive before anybody asks: they may be announced together.
        pair.SendFromPeer([4]);
        pair.EndPeer();
        Assert.Equal(1, await pair.Transport.ReceiveAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(120)));
        Assert.Equal(4, buffer[0]);
        Assert.Equal(0, await pair.Transport.ReceiveAsync(buffer).AsTask().WaitAsync(TimeSpan.FromSeconds(120)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stopping_to_receive_ends_a_receive_under_way_and_lets_sends_pass(bool linux)
    {
        await using var pair = new Pair(linux);
        var receiving = pair.Transport.ReceiveAsync(new byte[10]).AsTask();
        Assert.False(receiving.IsCompleted);
        pair.Transport.StopReceiving();
        Assert.Equal(0, await receiving.WaitAsync(TimeSpan.FromSeconds(120)));
        await pair.Transport.SendAsync(new byte[] { 9 }, moreFollows: false);
        Assert.Equal([9], await pair.ReadAsync(1));
    }

    private sealed class Pair : IAsyncDisposable
    {
        private readonly Socket _peer;
        private readonly ReadinessLoop? _loop;

        public Pair(bool linux)
        {
            Assert.SkipUnless(!linux || OperatingSystem.IsLinux(), "epoll and sendfile are Linux's");
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            _peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 64 << 10 };
            _peer.Connect(listener.LocalEndPoint!);
            var accepted = listener.Accept();
            accepted.SendBufferSize = 64 << 10;
            _loop = linux ? new ReadinessLoop(maxThreads: 2) : null;
            Transport = _loop is null ? new SocketTransport(accepted) : new LinuxTransport(accepted, _loop);
        }

        public ITransport Transport { get; }

        public async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            for (var at = 0; at < count;)
            {
                var read = await _peer.ReceiveAsync(bytes.AsMemory(at), timeout.Token);
                if (read == 0)
                {
                    throw new EndOfStreamException();
                }

                at += read;
            }

            return bytes;
        }

        public void EndPeer() => _peer.Dispose();

        public void SendFromPeer(byte[] bytes) => _peer.Send(bytes);

        public async ValueTask DisposeAsync()
        {
            Transport.Dispose();
            _peer.Dispose();
            if (_loop is not null)
            {
                await _loop.DisposeAsync();
            }
        }
    }
}
