using System.Globalization;
using System.Text;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Watches;

namespace Samsa.InteropTests.ZooKeeper;

/// <summary>Everything that our client can ask, below a node of its own, and what it was told, line by line without ids and times.</summary>
internal sealed class ClientConversation(string address)
{
    private readonly List<string> _lines = [];

    public async Task<List<string>> RunAsync()
    {
        await using (ZooKeeperClient maker = ZooKeeperClient.Start(address))
        {
            await maker.CreateAsync("/samsa");
        }

        await using ZooKeeperClient client = ZooKeeperClient.Start(address + "/samsa");
        await NodesAsync(client);
        await TransactionsAsync(client);
        await WatchesAsync(client);
        await AccessAsync(client);
        await SessionsAsync();
        return _lines;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(Stat? stat) => stat is null
        ? "no stat"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"v{stat.Version} c{stat.Cversion} a{stat.Aversion} {(stat.EphemeralOwner == 0 ? "" : "owned ")}{stat.DataLength} bytes {stat.NumChildren} children");

    private async Task NodesAsync(ZooKeeperClient client)
    {
        await SayAsync(client, "create", Operation.Create("/a", Bytes("x")), made => made.Path);
        await SayAsync(client, "create again", Operation.Create("/a"), made => made.Path);
        await SayAsync(client, "create2", Operation.Create("/a/b", withStat: true), made => $"{made.Path} {Text(made.Stat)}");
        await SayAsync(client, "sequential", Operation.Create("/a/s-", mode: CreateMode.PersistentSequential), made => made.Path);
        await SayAsync(client, "ephemeral", Operation.Create("/a/e-", mode: CreateMode.EphemeralSequential, withStat: true), made => $"{made.Path} {Text(made.Stat)}");
        await SayAsync(client, "below ephemeral", Operation.Create("/a/e-0000000002/x"), made => made.Path);
        await SayAsync(client, "container", Operation.Create("/a/c", mode: CreateMode.Container), made => $"{made.Path} {Text(made.Stat)}");
        await SayAsync(client, "ttl", Operation.Create("/a/t", mode: CreateMode.PersistentWithTtl, ttl: TimeSpan.FromSeconds(9)), made => made.Path);
        await SayAsync(client, "no parent", Operation.Create("/x/y"), made => made.Path);
        await SayAsync(client, "bad path", Operation.Create("/a/"), made => made.Path);
        await SayAsync(client, "exists", Operation.Exists("/a"), Text);
        await SayAsync(client, "exists not", Operation.Exists("/x"), Text);
        await SayAsync(client, "get", Operation.GetData("/a"), node => $"{node.Text} {Text(node.Stat)}");
        await SayAsync(client, "get null", Operation.GetData("/a/b"), node => node.Data is null ? "null" : "not null");
        await SayAsync(client, "set", Operation.SetData("/a", Bytes("yy"), 0), Text);
        await SayAsync(client, "set old", Operation.SetData("/a", Bytes("z"), 0), Text);
        await SayAsync(client, "children", Operation.GetChildren("/a"), names => string.Join(' ', names.Order(StringComparer.Ordinal)));
        await SayAsync(client, "children2", Operation.GetChildren2("/a"), node => $"{node.Names.Count} {Text(node.Stat)}");
        await SayAsync(client, "count", Operation.GetAllChildrenNumber("/a"), number => number.ToString(CultureInfo.InvariantCulture));
        await SayAsync(client, "ephemerals", Operation.GetEphemerals("/"), paths => string.Join(' ', paths));
        await SayAsync(client, "sync", Operation.Sync("/a"), _ => "done");
        await SayAsync(client, "not empty", Operation.Delete("/a"), _ => "done");
        await SayAsync(client, "delete old", Operation.Delete("/a/b", 7), _ => "done");
        await SayAsync(client, "delete", Operation.Delete("/a/b", 0), _ => "done");
        // One that succeeds outside a transaction is never answered by Apache ZooKeeper 3.8, which has no stat to send.
        await SayAsync(client, "check alone", Operation.CheckVersion("/a", 7), _ => "done");
        await SayAsync(client, "config", Operation.GetConfig(), node => $"{node.Text} {node.Stat.DataLength}");
    }

    private async Task TransactionsAsync(ZooKeeperClient client)
    {
        await SayAsync(
            client,
            "multi",
            Operation.Multi(
                Operation.Create("/m", Bytes("1")),
                Operation.Create("/m/s", mode: CreateMode.PersistentSequential, withStat: true),
                Operation.Create("/m/c", mode: CreateMode.Container),
                Operation.SetData("/m", Bytes("2")),
                Operation.CheckVersion("/m", 1),
                Operation.Delete("/m/s0000000000")),
            Parts);
        await SayAsync(
            client,
            "multi fails",
            Operation.Multi(Operation.Create("/n"), Operation.CheckVersion("/m", 7), Operation.Delete("/m")),
            Parts);
        await SayAsync(client, "empty multi", Operation.Multi(), Parts);
        await SayAsync(
            client,
            "multi read",
            Operation.MultiRead(Operation.GetData("/m"), Operation.GetChildren("/nope"), Operation.GetChildren("/m")),
            results => string.Join("; ", results.Select(Part)));

        static string Parts(MultiResult result) => $"{result.Error} at {result.FailedAt}: {string.Join("; ", result.Parts.Select(Part))}";

        static string Part(OperationResult part) =>
            $"{part.Error} {part.Path} {Text(part.Stat)} {part.Data?.Length} {(part.Children is null ? "" : string.Join(' ', part.Children))}";
    }

    private async Task WatchesAsync(ZooKeeperClient client)
    {
        await using WatchStream recursive = await client.WatchAsync("/", AddWatchMode.PersistentRecursive);
        // On a node of its own: in Apache ZooKeeper 3.8 the last watch of a client on a node replaces the others.
        await using WatchStream persistent = await client.WatchAsync("/m", AddWatchMode.Persistent);
        Watched<NodeData> data = await client.WatchDataAsync("/a");
        Watched<Stat?> missing = await client.WatchExistsAsync("/a/new");
        Watched<NodeChildren> children = await client.WatchChildrenAsync("/a");
        await client.SetDataAsync("/a", null);
        await client.CreateAsync("/a/new");
        await client.DeleteAsync("/a/new");
        await client.SetDataAsync("/m", null);
        await client.CreateAsync("/m/new");
        await client.DeleteAsync("/m/new");
        await client.SyncAsync();
        Say("data", (await data.Changed).ToString());
        Say("missing", (await missing.Changed).ToString());
        Say("children", (await children.Changed).ToString());
        while (persistent.TryRead(out WatchedEvent change))
        {
            Say("persistent", change.ToString());
        }

        while (recursive.TryRead(out WatchedEvent change))
        {
            Say("recursive", change.ToString());
        }

        Watched<NodeData> removed = await client.WatchDataAsync("/a");
        await client.RemoveWatchesAsync("/a", WatcherType.Any);
        Say("removed", (await removed.Changed).ToString());
    }

    private async Task AccessAsync(ZooKeeperClient client)
    {
        await SayAsync(client, "acl", Operation.GetAcl("/a"), Acl);
        await SayAsync(client, "nobody proved", Operation.Create("/p", acl: Acls.CreatorAll), made => made.Path);
        await client.AddAuthAsync("digest", Bytes("bob:secret"));
        await SayAsync(client, "who", Operation.WhoAmI(), who => string.Join(' ', who.Select(id => $"{id.AuthScheme}:{id.User}").Order(StringComparer.Ordinal)));
        await SayAsync(client, "proved", Operation.Create("/p", acl: Acls.CreatorAll), made => made.Path);
        await SayAsync(client, "its acl", Operation.GetAcl("/p"), Acl);
        await using ZooKeeperClient other = ZooKeeperClient.Start(address + "/samsa");
        await SayAsync(other, "stranger reads", Operation.GetData("/p"), node => node.Text);
        await SayAsync(other, "stranger reads the acl", Operation.GetAcl("/p"), Acl);
        await SayAsync(client, "set acl", Operation.SetAcl("/p", Acls.ReadUnsafe, 0), Text);
        await SayAsync(client, "set acl old", Operation.SetAcl("/p", Acls.ReadUnsafe, 0), Text);
        await SayAsync(other, "stranger reads now", Operation.GetData("/p"), node => node.Text);
        await SayAsync(other, "stranger writes", Operation.SetData("/p", null), Text);

        static string Acl(NodeAcl acl) =>
            $"{string.Join(' ', acl.Entries.Select(entry => $"{entry.Id.Scheme}:{entry.Id.Id}:{entry.Perms}"))} {Text(acl.Stat)}";
    }

    private async Task SessionsAsync()
    {
        ZooKeeperClient first = ZooKeeperClient.Start(address + "/samsa");
        await first.CreateAsync("/e", mode: CreateMode.Ephemeral);
        (long id, ReadOnlyMemory<byte> password) = (first.SessionId, first.SessionPassword);
        await first.DetachAsync();
        ZooKeeperClientOptions options = new() { ConnectString = address + "/samsa", SessionId = id, SessionPassword = password };
        ZooKeeperClient second = ZooKeeperClient.Start(options);
        Stat? node = await second.ExistsAsync("/e");
        Say("resumed", $"{second.SessionId == id} {node?.EphemeralOwner == id}");
        await second.DisposeAsync();
        await using ZooKeeperClient third = ZooKeeperClient.Start(options with { RenewExpiredSession = false });
        KeeperResult<Stat?> refused = await third.TryAsync(Operation.Exists("/e"));
        Say("closed", refused.Error.ToString());
        await using ZooKeeperClient fourth = ZooKeeperClient.Start(options with { SessionPassword = new byte[16], SessionId = 0 });
        Say("gone", Text(await fourth.ExistsAsync("/e")));
    }

    private async Task SayAsync<T>(ZooKeeperClient client, string step, Operation<T> operation, Func<T, string> text)
    {
        KeeperResult<T> result = await client.TryAsync(operation);
        Say(step, result.IsOk ? text(result.Value) : $"{result.Error}{(result.ValueOrDefault is { } value ? " " + text(value) : "")}");
    }

    private void Say(string step, string what) => _lines.Add($"{step}: {what}");
}
