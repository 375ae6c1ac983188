using System.Buffers.Binary;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Samsa.ZooKeeper.Wire;
using Xunit;

namespace Samsa.IntegrationTests.ZooKeeper;

/// <summary>The ZooKeeper server over sockets: sessions over restarts, hostile frames, words of four letters, keys.</summary>
public sealed class ZooKeeperServerTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samsa-zookeeper-");

    private static List<Acl> Open => [new() { Perms = 31, Id = new AclId { Scheme = "world", Id = "anyone" } }];

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Session_and_its_node_outlive_a_restart_of_the_server()
    {
        ConnectResponse session;
        await using (var server = Start())
        {
            await using var client = await RawClient.OpenAsync(server.EndPoint);
            session = await client.ConnectAsync();
            await Create(client, "/e", CreateMode.Ephemeral);
        }

        await using var again = Start();
        await using var thief = await RawClient.OpenAsync(again.EndPoint);
        Assert.Equal(0, (await thief.ConnectAsync(session.SessionId, new byte[16])).SessionId);
        Assert.Null(await thief.ReceiveAsync());
        await using var resumed = await RawClient.OpenAsync(again.EndPoint);

        Assert.Equal(session.SessionId, (await resumed.ConnectAsync(session.SessionId, session.Passwd!.Value.ToArray())).SessionId);

        var (header, body) = await resumed.AskAsync(1, OpCode.Exists, new ExistsRequest { Path = "/e" });
        Assert.Equal(0, header.Err);
        Assert.Equal(session.SessionId, Jute.Read<ExistsResponse>(body).Stat.EphemeralOwner);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0x100000)]
    [InlineData(int.MaxValue)]
    public async Task Frame_of_a_forbidden_length_ends_its_connection_and_no_other(int length)
    {
        await using var server = Start();
        await using var good = await RawClient.OpenAsync(server.EndPoint);
        await good.ConnectAsync();
        await using var bad = await RawClient.OpenAsync(server.EndPoint);
        await bad.ConnectAsync();
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);

        await bad.Stream.WriteAsync(bytes);

        Assert.Null(await bad.ReceiveAsync());
        await Create(good, "/a", CreateMode.Persistent);
    }

    [Fact]
    public async Task Client_that_does_not_read_holds_up_nobody_and_is_answered_in_order_when_it_does()
    {
        await using var server = Start();
        await using var lazy = await RawClient.OpenAsync(server.EndPoint);
        await lazy.ConnectAsync();
        await lazy.AskAsync(0, OpCode.Create, new CreateRequest { Path = "/big", Data = new byte[500_000], Acl = Open });
        const int Requests = 100;
        for (var xid = 1; xid <= Requests; xid++)
        {
            await lazy.SendAsync(new RequestHeader { Xid = xid, Type = (int)OpCode.GetData }, new GetDataRequest { Path = "/big" });
        }

        await using var other = await RawClient.OpenAsync(server.EndPoint);
        await other.ConnectAsync();
        await Create(other, "/a", CreateMode.Persistent);

        for (var xid = 1; xid <= Requests; xid++)
        {
            Assert.Equal(xid, RawClient.Split((await lazy.ReceiveAsync())!.Value).Header.Xid);
        }
    }

    [Theory]
    [InlineData("ruok", "imok")]
    [InlineData("srvr", "Mode: standalone")]
    [InlineData("mntr", "zk_znode_count\t5")]
    [InlineData("conf", "tickTime=3000")]
    [InlineData("wchs", "Total watches:0")]
    [InlineData("stat", "stat is not executed because it is not in the whitelist.")]
    public async Task Word_is_answered_when_it_is_on_the_list(string word, string part)
    {
        await using var server = Start(config => config with { FourLetterWords = ["ruok", "srvr", "mntr", "conf", "wchs"] });
        await using var client = await RawClient.OpenAsync(server.EndPoint);

        await client.Stream.WriteAsync(Encoding.ASCII.GetBytes(word));

        using var reader = new StreamReader(client.Stream);
        Assert.Contains(part, await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_are_taken_every_so_many_transactions_while_clients_write()
    {
        var config = Config() with { SnapCount = 20, PreAllocSize = 4 };
        var made = 0;
        await using (var server = ZooKeeperServer.Start(config, TimeProvider.System, NullLogger.Instance))
        {
            await using var client = await RawClient.OpenAsync(server.EndPoint);
            await client.ConnectAsync();


            // Snapshots are written beside; while one is under way none begins.
            for (; made < 200 || Files("snapshot.*") <= 2 || Files("log.*") <= 1; made++)
            {
                Assert.True(made < 50_000, "There are no snapshots.");
                await Create(client, $"/{made}", CreateMode.Persistent);
            }
        }

        await using var again = Start();
        await using var reader = await RawClient.OpenAsync(again.EndPoint);
        await reader.ConnectAsync();
        var (_, body) = await reader.AskAsync(1, OpCode.GetAllChildrenNumber, new GetAllChildrenNumberRequest { Path = "/" });
        Assert.Equal(made + 3, Jute.Read<GetAllChildrenNumberResponse>(body).TotalNumber);
    }

    [Fact]
    public void Keys_are_read_and_what_is_not_obeyed_is_said_or_refused()
    {
        var config = ZooKeeperConfig.Parse(new Dictionary<string, string>
        {
            ["dataDir"] = "/d",
            ["zookeeper.snapCount"] = "50",
            ["4lw.commands.whitelist"] = "stat, ruok",
            ["skipACL"] = "yes",
            ["admin.enableServer"] = "false",
            ["electionAlg"] = "3",
        });

        Assert.Equal(("/d", 50, true), (config.DataDir, config.SnapCount, config.SkipAcl));
        Assert.Equal(["stat", "ruok"], config.FourLetterWords);
        Assert.Equal(["electionAlg"], config.IgnoredKeys);
        Assert.Throws<ZooKeeperConfigException>(() => ZooKeeperConfig.Parse(new Dictionary<string, string>()));
        Assert.All(
            new[] { "tickTime=x", "clientPort=70000", "server.1=a:1:2", "forceSync=maybe", "minSessionTimeout=70000", "secureClientPort=1" },
            line => Assert.Throws<ZooKeeperConfigException>(() => ZooKeeperConfig.Parse(new Dictionary<string, string>
            {
                ["dataDir"] = "/d",
                [line.Split('=')[0]] = line.Split('=')[1],
            })));
    }

    private int Files(string pattern) => Directory.GetFiles(_directory.FullName, pattern, SearchOption.AllDirectories).Length;

    private static async Task Create(RawClient client, string path, CreateMode mode)
    {
        var (header, _) = await client.AskAsync(1, OpCode.Create, new CreateRequest { Path = path, Acl = Open, Flags = (int)mode });
        Assert.Equal(0, header.Err);
    }

    private ZooKeeperConfig Config() => new()
    {
        DataDir = _directory.FullName,
        ClientPort = 0,
        ClientPortAddress = IPAddress.Loopback,
    };

    private ZooKeeperServer Start(Func<ZooKeeperConfig, ZooKeeperConfig>? change = null) =>
        ZooKeeperServer.Start(change?.Invoke(Config()) ?? Config(), TimeProvider.System, NullLogger.Instance);
}
