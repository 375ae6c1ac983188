using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.InteropTests.Support;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>Our ZooKeeper server in the test's process, on a free port, and the scripts of kazoo that talk to it.</summary>
internal sealed class InProcessZooKeeper : IAsyncDisposable
{
    private readonly ZooKeeperServer _server;

    // As short sessions as anybody asks for, and as long ones, so that a busy machine ends none.
    public InProcessZooKeeper(string directory) => _server = ZooKeeperServer.Start(
        new ZooKeeperConfig { DataDir = directory, ClientPort = 0, ClientPortAddress = IPAddress.Loopback, TickTime = 500, MaxSessionTimeout = 60_000, FourLetterWords = ["*"] },
        TimeProvider.System,
        NullLogger.Instance);

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_server.EndPoint.Port}");

    /// <summary>The lines that a script prints when it talks to a server.</summary>
    public static async Task<string[]> RunAsync(string script, params string[] arguments) =>
        (await Child.RunAsync(Tools.Python("kazoo", "python3-kazoo"), [Path.Combine(RepositoryPaths.Clients, script), .. arguments]))
            .Succeeded().Lines;

    public void WriteSnapshot() => _server.WriteSnapshot();

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
