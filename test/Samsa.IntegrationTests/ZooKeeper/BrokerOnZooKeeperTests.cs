using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Metadata;
using Samsa.IntegrationTests.Support;
using Samsa.Protocol;
using Samsa.Testing;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Xunit;

namespace Samsa.IntegrationTests.ZooKeeper;

/// <summary>A broker on a ZooKeeper server that goes, comes back, ends its session, or is changed by others.</summary>
public sealed class BrokerOnZooKeeperTests : IAsyncLifetime
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samsa-zookeeper-");
    private readonly Socket _reserved = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private ZooKeeperServer _server = null!;
    private int _port;

    private string Connect => $"127.0.0.1:{_port}/a/root";

    public ValueTask InitializeAsync()
    {
        // Kept while the server is away, so that the system gives it to nobody else; a socket that does not listen is in nobody's way.
        _reserved.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _port = ((IPEndPoint)_reserved.LocalEndPoint!).Port;
        StartServer();
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _reserved.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Without_a_connection_the_broker_serves_on_and_rejoins()
    {
        await using var broker = await StartBrokerAsync();
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await client.CreateTopicAsync("t");
        Assert.Equal((ErrorCode.None, 0), await client.ProduceAsync("t", "before"));

        await _server.DisposeAsync();
        Assert.Equal((ErrorCode.None, 1), await client.ProduceAsync("t", "meanwhile"));
        using CancellationTokenSource caller = new();
        var givenUp = broker.Server!.Broker.Metadata.CreateTopicsAsync([new NewTopic("gone", 1, 1)], validateOnly: false, caller.Token);
        var made = broker.Server!.Broker.Metadata.CreateTopicsAsync([new NewTopic("u", 1, 1)], validateOnly: false, TestContext.Current.CancellationToken);
        Assert.False(made.IsCompleted);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);

        StartServer();
        Assert.Equal(ErrorCode.None, (await made)[0].Error.Code);
        Assert.Equal(["t", "u"], broker.Server!.Broker.Metadata.Current.Topics.Keys.Order());
        Assert.Equal((ErrorCode.None, 2), await client.ProduceAsync("t", "after"));
        Assert.Equal((ErrorCode.None, 0), await client.ProduceAsync("u", "first"));
    }

    [Fact]
    public async Task After_the_end_of_its_session_the_broker_registers_anew_and_loses_nothing()
    {
        await using var broker = await StartBrokerAsync();
        using var client = await WireClient.ConnectAsync(broker.BootstrapServers);
        await client.CreateTopicAsync("t");
        Assert.Equal((ErrorCode.None, 0), await client.ProduceAsync("t", "before"));
        await using var admin = ZooKeeperClient.Start(Connect);
        long before = (await admin.GetDataAsync("/brokers/ids/0", TestContext.Current.CancellationToken)).Stat.EphemeralOwner;

        await EndSessionAsync(broker);

        // The next change needs the new session; it is answered when that is there.
        Assert.Equal(
            ErrorCode.None,
            (await broker.Server!.Broker.Metadata.CreateTopicsAsync([new NewTopic("u", 1, 1)], validateOnly: false, TestContext.Current.CancellationToken))[0].Error.Code);
        var node = await admin.GetDataAsync("/brokers/ids/0", TestContext.Current.CancellationToken);
        Assert.NotEqual(before, node.Stat.EphemeralOwner);
        Assert.Equal("2", (await admin.GetDataAsync("/controller_epoch", TestContext.Current.CancellationToken)).Text);
        Assert.Equal((ErrorCode.None, 1), await client.ProduceAsync("t", "after"));
        Assert.Equal(2, await client.EndOffsetAsync("t"));
    }

    [Fact]
    public async Task A_killed_broker_starts_again_before_its_session_is_over()
    {
        await using var samsa = SamsaProgram.StartServer($"zookeeper.connect={Connect}", "zookeeper.session.timeout.ms=3600000");
        await samsa.ReadyAsync();
        await samsa.SignalAsync("KILL");
        await samsa.ExitAsync();
        await using var admin = ZooKeeperClient.Start(Connect);
        Assert.NotNull(await admin.ExistsAsync("/brokers/ids/0", TestContext.Current.CancellationToken));

        // A broker that waited for the end of the session would take an hour, which is longer than the patience of the test.
        await using var again = SamsaProgram.Start(
            ["server", "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", "samsa.http.port=-1", "--override", $"zookeeper.connect={Connect}"], samsa);
        await again.ReadyAsync();
        await again.SignalAsync("TERM");
        Assert.Equal(0, await again.ExitAsync());
        Assert.Null(await admin.ExistsAsync("/brokers/ids/0", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_killed_broker_without_a_session_file_starts_when_its_session_is_over()
    {
        // What two hosts that are configured alike would announce, too.
        string[] options = [$"zookeeper.connect={Connect}", "zookeeper.session.timeout.ms=4000", "advertised.listeners=PLAINTEXT://samsa.example:9092"];
        await using var samsa = SamsaProgram.StartServer(options);
        await samsa.ReadyAsync();
        await using var admin = ZooKeeperClient.Start(Connect);
        long killed = (await admin.GetDataAsync("/brokers/ids/0", TestContext.Current.CancellationToken)).Stat.EphemeralOwner;
        await samsa.SignalAsync("KILL");
        await samsa.ExitAsync();
        File.Delete(Path.Combine(samsa.Folder, "data", "samsa-zookeeper-session"));

        await using var again = SamsaProgram.Start(
            ["server", "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", "samsa.http.port=-1", .. options.SelectMany(static option => (string[])["--override", option])],
            samsa);
        await again.ReadyAsync();

        Assert.NotEqual(killed, (await admin.GetDataAsync("/brokers/ids/0", TestContext.Current.CancellationToken)).Stat.EphemeralOwner);
        await again.SignalAsync("TERM");
        Assert.Equal(0, await again.ExitAsync());
    }

    [Fact]
    public async Task A_broker_id_that_another_broker_has_is_refused()
    {
        await using var broker = await StartBrokerAsync();

        await using var second = SamsaProgram.StartServer($"zookeeper.connect={Connect}");

        Assert.Equal(1, await second.ExitAsync());
        Assert.Contains("broker.id=0 is taken", Assert.Single(second.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_of_another_cluster_is_refused()
    {
        await using (var samsa = SamsaProgram.StartServer())
        {
            await samsa.ReadyAsync();
            await samsa.SignalAsync("TERM");
            await samsa.ExitAsync();
            await using (await StartBrokerAsync())
            {
                // Now the tree has a cluster id of its own.
            }

            await using var mixed = SamsaProgram.Start(
                ["server", "--override", "listeners=PLAINTEXT://127.0.0.1:0", "--override", "samsa.http.port=-1", "--override", $"zookeeper.connect={Connect}"], samsa);

            Assert.Equal(1, await mixed.ExitAsync());
            Assert.Contains("The log directories belong to cluster", Assert.Single(mixed.Errors), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_value_that_makes_no_sense_keeps_no_broker_from_starting_and_no_topic_from_being_served()
    {
        await using var broker = await StartBrokerAsync();
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            foreach (string topic in (string[])["a", "b", "c"])
                await client.CreateTopicAsync(topic);
        }

        await using var admin = ZooKeeperClient.Start(Connect);
        await admin.SetDataAsync(
            "/config/topics/b", """{"version":1,"config":{"retention.ms":"abc"}}"""u8.ToArray(), cancellation: TestContext.Current.CancellationToken);

        await broker.RestartAsync();

        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        foreach (string topic in (string[])["a", "b", "c"])
            Assert.Equal((ErrorCode.None, 0), await again.ProduceAsync(topic, "x"));
    }

    [Fact]
    public async Task Logs_of_a_topic_that_was_deleted_while_the_broker_was_away_are_put_aside_and_those_of_a_damaged_one_are_not()
    {
        await using var broker = await StartBrokerAsync();
        using (var client = await WireClient.ConnectAsync(broker.BootstrapServers))
        {
            foreach (string topic in (string[])["damaged", "gone", "known"])
            {
                await client.CreateTopicAsync(topic);
                Assert.Equal((ErrorCode.None, 0), await client.ProduceAsync(topic, "x"));
            }
        }

        await broker.StopAsync();
        await using (var admin = ZooKeeperClient.Start(Connect))
        {
            foreach (string path in (string[])["/partitions/0/state", "/partitions/0", "/partitions", ""])
                await admin.DeleteAsync("/brokers/topics/gone" + path, cancellation: TestContext.Current.CancellationToken);
            await admin.SetDataAsync("/brokers/topics/damaged", "nonsense"u8.ToArray(), cancellation: TestContext.Current.CancellationToken);
        }

        await broker.RestartAsync();

        string[] logs = [.. Directory.GetDirectories(broker.DataDirectory).Select(static path => Path.GetFileName(path)).Where(static name => name.Contains("-0", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.Equal(3, logs.Length);
        Assert.Equal(["damaged-0", "known-0"], [logs[0], logs[2]]);
        Assert.Matches("^gone-0\\.[0-9a-f]{32}-stray$", logs[1]);
        using var again = await WireClient.ConnectAsync(broker.BootstrapServers);
        Assert.Equal((ErrorCode.None, 1), await again.ProduceAsync("known", "y"));
        await again.CreateTopicAsync("gone");
        Assert.Equal((ErrorCode.None, 0), await again.ProduceAsync("gone", "new"));
    }

    private async Task<SamsaBroker> StartBrokerAsync() => await SamsaBroker.StartAsync(new SamsaBrokerOptions
    {
        Overrides = new Dictionary<string, string> { ["zookeeper.connect"] = Connect },
    });

    private void StartServer()
    {
        _server = ZooKeeperServer.Start(
            new ZooKeeperConfig { DataDir = _directory.FullName, ClientPort = _port, ClientPortAddress = IPAddress.Loopback, PreAllocSize = 64, MaxSessionTimeout = 3_600_000 },
            TimeProvider.System,
            NullLogger.Instance);
    }

    // Whoever knows a session may end it: to its owner that is the same as if it had run out.
    private async Task EndSessionAsync(SamsaBroker broker)
    {
        using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(broker.DataDirectory, "samsa-zookeeper-session")));
        await using var thief = ZooKeeperClient.Start(new ZooKeeperClientOptions
        {
            ConnectString = Connect,
            SessionId = long.Parse(file.RootElement.GetProperty("id").GetString()!, System.Globalization.CultureInfo.InvariantCulture),
            SessionPassword = file.RootElement.GetProperty("password").GetBytesFromBase64(),
            RenewExpiredSession = false,
        });
        await thief.WaitConnectedAsync(TestContext.Current.CancellationToken);
    }
}
