using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Samsa.ZooKeeper.Transport;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>Our server in the test's process, without a port, whose connections the test can cut.</summary>
internal sealed class LocalServer : IConnector, IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samsa-zookeeper-");
    private readonly ConcurrentDictionary<Stream, bool> _streams = [];
    private readonly ZooKeeperServer _server;
    private volatile bool _unreachable;

    public LocalServer() => _server = ZooKeeperServer.Start(
        new ZooKeeperConfig { DataDir = _directory.FullName, ClientPort = -1, TickTime = 1000, ExtendedTypesEnabled = true, PreAllocSize = 64 },
        TimeProvider.System,
        NullLogger.Instance);

    /// <summary>No connection succeeds, and those that are there end.</summary>
    public bool IsUnreachable
    {
        get => _unreachable;
        set
        {
            _unreachable = value;
            if (value)
            {
                Cut();
            }
        }
    }

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public ValueTask<Stream> ConnectAsync(ServerAddress server, CancellationToken cancellation)
    {
        if (_unreachable)
        {
            throw new IOException("unreachable");
        }

        var stream = _server.Connect();
        _streams[stream] = true;
        return new(stream);
    }

    /// <summary>Ends all connections.</summary>
    public void Cut()
    {
        foreach (var stream in _streams.Keys)
        {
            _streams.TryRemove(stream, out _);
            stream.Dispose();
        }
    }

    public ZooKeeperClient Client(string chroot = "") => ZooKeeperClient.Start(Options(chroot));

    public ZooKeeperClientOptions Options(string chroot = "") => new()
    {
        ConnectString = "local" + chroot,
        Connector = this,
        SessionTimeout = TimeSpan.FromSeconds(20),
        ReconnectBackoff = TimeSpan.FromMilliseconds(1),
        ReconnectBackoffMax = TimeSpan.FromMilliseconds(20),
    };

    /// <summary>Ends the session of a client behind its back, as its expiry would.</summary>
    public async Task ExpireAsync(ZooKeeperClient client)
    {
        // Another client goes on with the session and closes it, and meanwhile its owner does not come back.
        _unreachable = true;
        var thief = ZooKeeperClient.Start(Options() with
        {
            Connector = new Direct(_server),
            SessionId = client.SessionId,
            SessionPassword = client.SessionPassword,
            RenewExpiredSession = false,
        });
        await thief.WaitConnectedAsync();
        await thief.DisposeAsync();
        _unreachable = false;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private sealed class Direct(ZooKeeperServer server) : IConnector
    {
        public ValueTask<Stream> ConnectAsync(ServerAddress address, CancellationToken cancellation) => new(server.Connect());
    }
}
