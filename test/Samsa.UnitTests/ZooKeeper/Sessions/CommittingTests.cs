using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Protocol.Wire;
using Samsa.UnitTests.ZooKeeper.Persistence;
using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Network;
using Samsa.ZooKeeper.Server.Persistence;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Wire;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>Which thread writes the log for a client's write, and what others see meanwhile. The clock stands still: every flush is quick.</summary>
public sealed class CommittingTests : IConnector, IDisposable
{
    private const string LogThread = "zookeeper-log";

    private readonly ManualTimeProvider _time = new();
    private readonly MemoryDisk _disk = new();
    private readonly ConcurrentQueue<string?> _writers = [];
    private readonly CoordinationServer _server;
    private readonly ConnectionRegistry _registry;
    private volatile Action? _beforeWrite;
    private volatile bool _over;

    public CommittingTests()
    {
        var directory = new DataDirectory(_disk, "/data", "/data", TestServer.Options);
        _server = CoordinationServer.Start(new ServerOptions(), TestServer.Options, directory, _disk, _time, NullLogger.Instance);
        var information = new ServerInformation(() => -1, directory.Snapshots, directory.Logs, "test");
        _registry = new ConnectionRegistry(_server, new ConnectionOptions(), _time, NullLogger.Instance, information);
        _disk.BeforeChange = change =>
        {
            if (change.StartsWith("write ", StringComparison.Ordinal) && change.Contains("/log.", StringComparison.Ordinal))
            {
                _writers.Enqueue(Thread.CurrentThread.Name);
                _beforeWrite?.Invoke();
            }
        };
    }

    public void Dispose()
    {
        if (!_over)
        {
            _over = true;
            _registry.EndAll();
            _server.Dispose();
        }
    }

    public ValueTask<Stream> ConnectAsync(ServerAddress server, CancellationToken cancellation) =>
        _over ? throw new IOException("over") : new(Connect());

    [Fact]
    public async Task A_write_that_its_client_waits_for_is_committed_by_the_thread_of_the_connection()
    {
        await using var client = await ClientAsync();
        for (var i = 0; i < 3; i++)
        {
            await client.CreateAsync($"/{i}");
        }

        Assert.Equal(3, _writers.Count);
        Assert.DoesNotContain(LogThread, _writers);
    }

    [Fact]
    public async Task A_disk_that_takes_its_time_is_waited_for_by_the_logs_thread()
    {
        await using var client = await ClientAsync();
        _beforeWrite = () => _time.Advance(TimeSpan.FromMilliseconds(2));
        await client.CreateAsync("/slow");
        _writers.Clear();

        await client.CreateAsync("/a");
        _beforeWrite = null;
        await client.CreateAsync("/b");
        Assert.Equal([LogThread, LogThread], _writers);

        // That one was quick.
        _writers.Clear();
        await client.CreateAsync("/c");
        Assert.DoesNotContain(LogThread, _writers);
    }

    [Fact]
    public async Task Writes_that_come_together_are_left_to_the_logs_thread()
    {
        await using var stream = Connect();
        await stream.WriteAsync(Frame(new ConnectRequest { TimeOut = 10_000, Passwd = new byte[16] }), TestContext.Current.CancellationToken);
        var frames = new FrameReader(stream, 1000);
        Assert.NotNull(await frames.ReadAsync(TestContext.Current.CancellationToken));
        _writers.Clear();

        byte[] both = [.. CreateFrame(1, "/a"), .. CreateFrame(2, "/b")];
        await stream.WriteAsync(both, TestContext.Current.CancellationToken);
        Assert.NotNull(await frames.ReadAsync(TestContext.Current.CancellationToken));
        Assert.NotNull(await frames.ReadAsync(TestContext.Current.CancellationToken));

        // The second may have been alone by then.
        Assert.Equal(LogThread, _writers.First());
    }

    [Fact]
    public async Task While_a_connections_thread_waits_for_the_disk_others_read_and_their_writes_follow()
    {
        await using ZooKeeperClient lone = await ClientAsync(), other = await ClientAsync(), reader = await ClientAsync();
        await lone.CreateAsync("/a");
        _writers.Clear();
        using var gate = new ManualResetEventSlim();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _beforeWrite = () =>
        {
            reached.TrySetResult();
            gate.Wait();
        };
        try
        {
            var first = lone.CreateAsync("/b");
            await reached.Task;
            var second = other.CreateAsync("/c");
            await UnderWayAsync(2);

            Assert.True(await ExistsAsync(reader, "/a"));
            Assert.False(await ExistsAsync(reader, "/b"));
            Assert.False(first.IsCompleted || second.IsCompleted);

            gate.Set();
            await Task.WhenAll(first, second);
        }
        finally
        {
            _beforeWrite = null;
            gate.Set();
        }

        Assert.Equal(2, _writers.Count);
        Assert.NotEqual(LogThread, _writers.First());
        Assert.Equal(LogThread, _writers.Last());
    }

    [Fact]
    public async Task After_a_write_that_failed_on_a_connections_thread_nothing_is_written_any_more()
    {
        await using ZooKeeperClient lone = await ClientAsync(), other = await ClientAsync(), reader = await ClientAsync();
        await lone.CreateAsync("/a");
        _beforeWrite = static () => throw new IOException("no disk");

        var lost = lone.CreateAsync("/lost");
        await Assert.ThrowsAsync<IOException>(() => _server.Failed);
        _beforeWrite = null;
        _writers.Clear();
        var late = other.CreateAsync("/late");
        await UnderWayAsync(2);
        Assert.True(await ExistsAsync(reader, "/a"));

        Dispose();
        await Assert.ThrowsAnyAsync<Exception>(() => lost);
        await Assert.ThrowsAnyAsync<Exception>(() => late);
        Assert.Empty(_writers);
    }

    private static byte[] CreateFrame(int xid, string path) =>
        Frame(new RequestHeader { Xid = xid, Type = (int)OpCode.Create }, PipelineBench.CreateRequest(path));

    private static byte[] Frame(params IRecord[] records)
    {
        using var writer = new WireWriter();
        var lengthAt = writer.ReserveInt32();
        foreach (var record in records)
        {
            record.Write(writer);
        }

        writer.PatchInt32(lengthAt, writer.Position - sizeof(int));
        return writer.ToArray();
    }

    private static async Task<bool> ExistsAsync(ZooKeeperClient client, string path) => await client.ExistsAsync(path) is not null;

    /// <summary>A client whose session is there; what was written for it is forgotten.</summary>
    private async Task<ZooKeeperClient> ClientAsync()
    {
        var client = ZooKeeperClient.Start(new ZooKeeperClientOptions { ConnectString = "local", Connector = this, TimeProvider = _time });
        await client.WaitConnectedAsync();
        _writers.Clear();
        return client;
    }

    private async Task UnderWayAsync(int count)
    {
        for (var seen = 0; seen < count; await Task.Yield())
        {
            _server.Enter(pipeline => seen = pipeline.UnderWayCount);
        }
    }

    private InProcessStream Connect()
    {
        var (here, there) = InProcessStream.CreatePair();
        _registry.Serve(there, new IPEndPoint(IPAddress.Loopback, 0));
        return here;
    }
}
