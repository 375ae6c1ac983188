using System.Collections.Concurrent;
using System.Threading.Channels;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Transport;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>Servers that do what a test says, frame by frame, over connections in memory.</summary>
internal sealed class ScriptedServer : IConnector
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Channel<ScriptedConnection> _accepted = Channel.CreateUnbounded<ScriptedConnection>();
    private int _refusals;

    /// <summary>The servers that were asked, in order.</summary>
    public ConcurrentQueue<ServerAddress> Asked { get; } = new();

    /// <summary>How an attempt fails.</summary>
    public Func<Exception> Refusal { get; init; } = static () => new IOException("refused");

    /// <summary>Lets so many attempts fail from now on.</summary>
    public void Refuse(int attempts) => Volatile.Write(ref _refusals, attempts);

    public ValueTask<Stream> ConnectAsync(ServerAddress server, CancellationToken cancellation)
    {
        Asked.Enqueue(server);
        if (Volatile.Read(ref _refusals) is var left and > 0)
        {
            // Where the test says something else meanwhile, that holds.
            Interlocked.CompareExchange(ref _refusals, left - 1, left);
            throw Refusal();
        }

        var (client, there) = InProcessStream.CreatePair();
        _accepted.Writer.TryWrite(new ScriptedConnection(there));
        return new(client);
    }

    public async Task<ScriptedConnection> AcceptAsync() => await _accepted.Reader.ReadAsync().AsTask().WaitAsync(Patience, TimeProvider.System);

    /// <summary>Accepts a connection and gives it a session.</summary>
    public async Task<ScriptedConnection> AcceptAsync(long sessionId, int timeout = 30_000)
    {
        var connection = await AcceptAsync();
        await connection.ReadConnectAsync();
        await connection.GrantAsync(sessionId, timeout);
        return connection;
    }

    /// <summary>A client of this server. It waits between attempts only where the test says how long.</summary>
    public ZooKeeperClient Client(Func<ZooKeeperClientOptions, ZooKeeperClientOptions>? change = null)
    {
        var options = new ZooKeeperClientOptions
        {
            ConnectString = "one:2181",
            Connector = this,
            ReconnectBackoff = TimeSpan.Zero,
            Random = new Random(7),
        };
        return ZooKeeperClient.Start(change?.Invoke(options) ?? options);
    }
}
