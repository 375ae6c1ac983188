using Samsa.UnitTests.ZooKeeper.Sessions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Operations;

/// <summary>Every operation of the client, on our server in the same process, with and without a root of its own.</summary>
public sealed class OperationTests : IAsyncLifetime
{
    private readonly LocalServer _server = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("/deep/root")]
    public async Task Nodes_are_made_read_changed_and_deleted(string chroot)
    {
        await using var client = await ClientAsync(chroot);
        Assert.Equal("/a", await client.CreateAsync("/a", LocalServer.Bytes("x")));
        var made = await client.Create2Async("/a/s", mode: CreateMode.PersistentSequential);
        Assert.Equal(("/a/s0000000000", 0), (made.Path, made.Stat!.DataLength));
        Assert.Null((await client.GetDataAsync("/a/s0000000000")).Data);
        Assert.Equal("/a/s0000000001", await client.CreateAsync("/a/s", mode: CreateMode.EphemeralSequential));
        var read = await client.GetDataAsync("/a");
        Assert.Equal(("x", 0, 2), (read.Text, read.Stat.Version, read.Stat.NumChildren));

        Assert.Equal(1, (await client.SetDataAsync("/a", LocalServer.Bytes("y"), 0)).Version);
        Assert.Equal(KeeperError.BadVersion, (await client.TryAsync(Operation.SetData("/a", null, 0))).Error);
        Assert.Equal(["s0000000000", "s0000000001"], (await client.GetChildrenAsync("/a")).Order(StringComparer.Ordinal));
        Assert.Equal(2, (await client.GetChildren2Async("/a")).Stat.NumChildren);
        Assert.Equal(["/a/s0000000001"], await client.GetEphemeralsAsync());
        Assert.Empty(await client.GetEphemeralsAsync("/b"));
        Assert.Equal(2, await client.GetAllChildrenNumberAsync("/a"));
        await client.SyncAsync("/a");

        Assert.Equal(KeeperError.NotEmpty, (await client.TryAsync(Operation.Delete("/a"))).Error);
        var failure = await Assert.ThrowsAsync<KeeperException>(() => client.DeleteAsync("/a"));
        Assert.Equal((KeeperError.NotEmpty, "/a", "KeeperErrorCode = Directory not empty for /a"), (failure.Error, failure.Path, failure.Message));
        await client.DeleteAsync("/a/s0000000000");
        await client.DeleteAsync("/a/s0000000001");
        await client.DeleteAsync("/a", 1);
        Assert.Null(await client.ExistsAsync("/a"));
        Assert.Equal(KeeperError.NoNode, (await client.TryAsync(Operation.GetData("/a"))).Error);
        Assert.NotNull(await client.ExistsAsync("/"));
    }

    [Fact]
    public async Task Root_of_a_client_is_a_node_of_the_server()
    {
        await using var plain = await ClientAsync("");
        await using var rooted = await ClientAsync("/deep/root");
        await rooted.CreateAsync("/a", LocalServer.Bytes("x"));

        Assert.Equal("x", (await plain.GetDataAsync("/deep/root/a")).Text);
        Assert.Equal("", (await rooted.RunAsync(Operation.GetConfig())).Text);
    }

    [Fact]
    public async Task Containers_and_nodes_with_a_time_to_live_are_made()
    {
        await using var client = await ClientAsync("/deep/root");
        var container = await client.Create2Async("/c", mode: CreateMode.Container);
        Assert.Equal(("/c", 0L), (container.Path, container.Stat!.EphemeralOwner));
        var ttl = await client.Create2Async("/t", mode: CreateMode.PersistentSequentialWithTtl, ttl: TimeSpan.FromSeconds(5));
        Assert.Equal(("/t0000000001", 0L), (ttl.Path, ttl.Stat!.EphemeralOwner));
        Assert.Throws<ArgumentException>(() => Operation.Create("/t", mode: CreateMode.PersistentWithTtl));
        Assert.Throws<ArgumentException>(() => Operation.Create("/t", ttl: TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentException>(() => Operation.GetData("t"));
    }

    [Fact]
    public async Task Multi_does_all_or_nothing_and_tells_which_part_failed()
    {
        await using var client = await ClientAsync("/deep/root");
        var done = await client.MultiAsync(
        [
            Operation.Create("/m", LocalServer.Bytes("1")),
            Operation.Create("/m/s", mode: CreateMode.PersistentSequential, withStat: true),
            Operation.Create("/m/c", mode: CreateMode.Container),
            Operation.SetData("/m", LocalServer.Bytes("2"), 0),
            Operation.CheckVersion("/m", 1),
            Operation.Delete("/m/s0000000000"),
        ]);
        Assert.Equal(["/m", "/m/s0000000000", "/m/c", null, null, null], done.Parts.Select(part => part.Path));
        Assert.Equal(1, done.Parts[3].Stat!.Version);
        Assert.NotNull(done.Parts[1].Stat);

        var failed = await client.TryAsync(Operation.Multi(
            Operation.Create("/n"), Operation.CheckVersion("/m", 7), Operation.Delete("/m/s0000000000")));
        Assert.Equal((KeeperError.BadVersion, 1), (failed.Error, failed.ValueOrDefault!.FailedAt));
        Assert.Equal(
            [KeeperError.Ok, KeeperError.BadVersion, KeeperError.RuntimeInconsistency], failed.ValueOrDefault.Parts.Select(part => part.Error));
        Assert.Null(await client.ExistsAsync("/n"));
        Assert.Equal(KeeperError.BadVersion, (await Assert.ThrowsAsync<KeeperException>(
            () => client.MultiAsync([Operation.CheckVersion("/m", 7)]))).Error);
        Assert.Throws<ArgumentException>(() => Operation.Multi(Operation.GetData("/m")));
    }

    [Fact]
    public async Task Reads_of_a_multi_fail_each_for_itself()
    {
        await using var client = await ClientAsync("/deep/root");
        await client.CreateAsync("/r", LocalServer.Bytes("x"));
        await client.CreateAsync("/r/c");

        var results = await client.MultiReadAsync([Operation.GetData("/r"), Operation.GetChildren("/nope"), Operation.GetChildren("/r")]);

        Assert.Equal("x"u8.ToArray(), results[0].Data!.Value.ToArray());
        Assert.Equal(0, results[0].Stat!.Version);
        Assert.Equal(KeeperError.NoNode, results[1].Error);
        Assert.Equal(["c"], results[2].Children!);
    }

    [Fact]
    public async Task Permissions_are_set_read_and_obeyed()
    {
        await using var owner = await ClientAsync("");
        await using var other = await ClientAsync("");
        await owner.AddAuthAsync("digest", LocalServer.Bytes("bob:secret"));
        await owner.CreateAsync("/p", LocalServer.Bytes("x"), acl: Acls.CreatorAll);
        Assert.Equal(KeeperError.NoAuth, (await other.TryAsync(Operation.GetData("/p"))).Error);
        var acl = await owner.GetAclAsync("/p");
        Assert.Equal((31, "digest", Acls.DigestId("bob", "secret")), (acl.Entries[0].Perms, acl.Entries[0].Id.Scheme, acl.Entries[0].Id.Id));

        Assert.Equal(1, (await owner.SetAclAsync("/p", Acls.ReadUnsafe, 0)).Aversion);

        Assert.Equal("x", (await other.GetDataAsync("/p")).Text);
        Assert.Equal(KeeperError.NoAuth, (await owner.TryAsync(Operation.SetData("/p", null))).Error);
        Assert.Equal(KeeperError.InvalidAcl, (await other.TryAsync(Operation.Create("/q", acl: Acls.CreatorAll))).Error);
        Assert.Equal(["digest:bob", "ip:127.0.0.1"], (await owner.WhoAmIAsync()).Select(Name).Order(StringComparer.Ordinal));

        static string Name(ClientInfo who) => $"{who.AuthScheme}:{who.User}";
    }

    [Fact]
    public async Task Many_requests_under_way_are_answered_in_their_order()
    {
        await using var client = await ClientAsync("");
        await client.CreateAsync("/n");
        var requests = Enumerable.Range(0, 2000).Select(i => client.TryAsync(Operation.SetData("/n", null, i))).ToArray();

        Assert.All(await Task.WhenAll(requests), result => Assert.True(result.IsOk));
    }

    private async Task<ZooKeeperClient> ClientAsync(string chroot)
    {
        await using var maker = _server.Client();
        for (var slash = chroot.IndexOf('/', Math.Min(1, chroot.Length)); chroot.Length > 0; slash = chroot.IndexOf('/', slash + 1))
        {
            await maker.TryAsync(Operation.Create(slash < 0 ? chroot : chroot[..slash]));
            if (slash < 0)
            {
                break;
            }
        }

        return _server.Client(chroot);
    }
}
