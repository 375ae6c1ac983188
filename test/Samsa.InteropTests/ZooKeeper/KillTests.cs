using System.Globalization;
using System.Text;
using Samsa.InteropTests.Support;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Watches;
using Xunit;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>
/// The server's process is killed again and again while clients write: nothing acknowledged is lost, no watch is missed, sessions and
/// their nodes go on, and the nodes of a client that does not come back go. SAMSA_ZOOKEEPER_KILLS says how often (3), SAMSA_ZOOKEEPER_SEED when.
/// </summary>
public sealed class KillTests : IConnector
{
    private const int Writers = 4;

    // Sessions of those who stay are longer than anything takes, and begin anew with every start of the server; those of the others are short.
    private const string Settings = "tickTime=500\nmaxSessionTimeout=60000\npreAllocSize=64\nsnapCount=300\n";

    private readonly int[] _acknowledged = new int[Writers];
    private readonly int[] _attempted = new int[Writers];
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seed;
    private int _port;
    private int _done;

    public ValueTask<Stream> ConnectAsync(ServerAddress server, CancellationToken cancellation) =>
        TcpConnector.Instance.ConnectAsync(server with { Port = Volatile.Read(ref _port) }, cancellation);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_told_is_missed()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("SAMSA_ZOOKEEPER_KILLS") ?? "3", CultureInfo.InvariantCulture);
        _seed = int.Parse(Environment.GetEnvironmentVariable("SAMSA_ZOOKEEPER_SEED") ?? "1", CultureInfo.InvariantCulture);
        Random random = new(_seed);
        using TemporaryDirectory directory = new();
        using CancellationTokenSource stop = new();
        ZooKeeperProgram server = await StartAsync(directory);
        await using ZooKeeperClient witness = Client();
        for (int i = 0; i < Writers; i++)
        {
            await witness.CreateAsync($"/w{i}", "0"u8.ToArray());
        }

        await witness.CreateAsync("/stays", mode: CreateMode.Ephemeral);
        Task[] writers = [.. Enumerable.Range(0, Writers).Select(i => WriteAsync(i, stop.Token))];
        Task<int> watcher = WatchAsync();
        for (int kill = 1; kill <= kills; kill++)
        {
            ZooKeeperClient lost = Client(TimeSpan.FromSeconds(1));
            await lost.RetryAsync(Operation.Create($"/lost{kill}", mode: CreateMode.Ephemeral));
            int until = Volatile.Read(ref _done) + random.Next(20, 400);
            await Conditions.UntilAsync("writes are acknowledged", () => Task.FromResult(Volatile.Read(ref _done)), done => done >= until || writers.Any(w => w.IsFaulted));
            await lost.DetachAsync();
            await server.DisposeAsync();
            server = await StartAsync(directory);
            Stat? stays = (await witness.RetryAsync(Operation.Exists("/stays"))).Value;
            Assert.True(stays?.EphemeralOwner == witness.SessionId, $"seed {_seed}, kill {kill}: the node of a session that lives is gone");
            Assert.All(writers, writer => Assert.False(writer.IsFaulted, $"seed {_seed}, kill {kill}: {writer.Exception?.InnerException}"));
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        for (int i = 0; i < Writers; i++)
        {
            NodeData node = (await witness.RetryAsync(Operation.GetData($"/w{i}"))).Value;
            Check(i, node);
        }

        // The watcher comes to the last value by watches alone.
        int last = Value((await witness.RetryAsync(Operation.GetData("/w0"))).Value);
        _finished.SetResult();
        Assert.Equal(last, await watcher.WaitAsync(Child.Patience, TimeProvider.System));
        await Conditions.UntilAsync(
            "no node of a client that did not come back is there",
            async () => await witness.GetChildrenAsync("/"),
            names => !names.Any(name => name.StartsWith("lost", StringComparison.Ordinal)));
        Assert.NotNull(await witness.ExistsAsync("/stays"));
        await server.DisposeAsync();
    }

    private static int Value(NodeData node) => int.Parse(node.Text, CultureInfo.InvariantCulture);

    private void Check(int writer, NodeData node)
    {
        int value = Value(node);
        Assert.True(
            value >= _acknowledged[writer] && value <= _attempted[writer],
            $"seed {_seed}: /w{writer} is {value}; acknowledged was {_acknowledged[writer]}, tried {_attempted[writer]}");
    }

    private async Task<ZooKeeperProgram> StartAsync(TemporaryDirectory directory)
    {
        ZooKeeperProgram server = await ZooKeeperProgram.StartAsync(directory.FullName, Settings);
        Volatile.Write(ref _port, server.Port);
        return server;
    }

    private ZooKeeperClient Client(TimeSpan? timeout = null) => ZooKeeperClient.Start(new ZooKeeperClientOptions
    {
        ConnectString = "127.0.0.1:1",
        Connector = this,
        SessionTimeout = timeout ?? TimeSpan.FromSeconds(60),
        ReconnectBackoff = TimeSpan.FromMilliseconds(10),
    });

    /// <summary>Counts a node up; after a lost answer it looks what became of the write, and goes on from there.</summary>
    private async Task WriteAsync(int writer, CancellationToken stop)
    {
        await using ZooKeeperClient client = Client();
        string path = $"/w{writer}";
        while (!stop.IsCancellationRequested)
        {
            int next = ++_attempted[writer];
            KeeperResult<Stat> set = await client.TryAsync(Operation.SetData(path, Encoding.UTF8.GetBytes(next.ToString(CultureInfo.InvariantCulture))), CancellationToken.None);
            if (set.IsOk)
            {
                _acknowledged[writer] = next;
                Interlocked.Increment(ref _done);
                continue;
            }

            Assert.Equal(KeeperError.ConnectionLoss, set.Error);
            NodeData node = (await client.RetryAsync(Operation.GetData(path), CancellationToken.None)).Value;
            Check(writer, node);
            _acknowledged[writer] = _attempted[writer] = Value(node);
        }
    }

    /// <summary>Reads a node after each event of its watch and never else, to the value that it has when the writers are finished.</summary>
    private async Task<int> WatchAsync()
    {
        await using ZooKeeperClient client = Client();
        int last = -1;
        while (true)
        {
            OneChange change = new();
            int value = Value((await client.RetryAsync(Operation.GetData("/w0", change))).Value);
            Assert.True(value >= last, $"seed {_seed}: the node went back from {last} to {value}");
            last = value;
            if (await Task.WhenAny(change.Task, _finished.Task) != change.Task && last == _acknowledged[0])
            {
                return last;
            }

            await change.Task;
        }
    }

    private sealed class OneChange : INodeWatcher
    {
        private readonly TaskCompletionSource _change = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Task => _change.Task;

        public void OnEvent(WatchedEvent change)
        {
            if (change.Type != WatchEventType.None || change.IsLast)
            {
                _change.TrySetResult();
            }
        }
    }
}
