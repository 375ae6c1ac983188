using Microsoft.Extensions.Logging.Abstractions;
using Samsa.UnitTests.ZooKeeper.Persistence;
using Samsa.ZooKeeper.Local;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Network;
using Samsa.ZooKeeper.Server.Persistence;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>A server in the test's process on a disk in memory that a test can break.</summary>
internal sealed class FaultyLocalServer : ILocalServer, IDisposable
{
    private readonly MemoryDisk _disk = new();

    public FaultyLocalServer() => Server = CoordinationServer.Start(
        new ServerOptions(),
        TestServer.Options,
        new DataDirectory(_disk, "/data", "/data", TestServer.Options),
        _disk,
        TimeProvider.System,
        NullLogger.Instance);

    public CoordinationServer Server { get; }

    public Task Failed => Server.Failed;

    /// <summary>From now on nothing can be written.</summary>
    public void BreakDisk() => _disk.BeforeChange = static change => throw new IOException($"no {change}");

    /// <summary>Is told of each change of the disk before it is made.</summary>
    public void Watch(Action<string> change) => _disk.BeforeChange = change;

    public ILocalSession? Open(ILocalClient client, TimeSpan timeout, long sessionId = 0, ReadOnlyMemory<byte> password = default) => LocalConnection.Open(
        Server, client, new ConnectRequest { TimeOut = (int)timeout.TotalMilliseconds, SessionId = sessionId, Passwd = password });

    public void Dispose() => Server.Dispose();
}
