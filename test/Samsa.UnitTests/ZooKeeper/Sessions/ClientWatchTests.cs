using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Watches;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>What watchers of a client hear, in which order, and over lost connections.</summary>
public sealed class ClientWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly LocalServer _server = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task One_shot_watches_tell_the_first_change()
    {
        await using var client = _server.Client();
        var missing = await client.WatchExistsAsync("/a");
        Assert.Null(missing.Value);
        await client.CreateAsync("/a", LocalServer.Bytes("1"));
        Assert.Equal(Change(WatchEventType.NodeCreated, "/a"), await Soon(missing.Changed));

        var data = await client.WatchDataAsync("/a");
        var children = await client.WatchChildrenAsync("/a");
        await client.CreateAsync("/a/b");
        Assert.Equal(Change(WatchEventType.NodeChildrenChanged, "/a"), await Soon(children.Changed));
        Assert.False(data.Changed.IsCompleted);
        await client.SetDataAsync("/a", LocalServer.Bytes("2"));
        Assert.Equal(("1", Change(WatchEventType.NodeDataChanged, "/a")), (data.Value.Text, await Soon(data.Changed)));

        var gone = await client.WatchChildrenAsync("/a/b");
        await client.DeleteAsync("/a/b");
        Assert.Equal(Change(WatchEventType.NodeDeleted, "/a/b"), await Soon(gone.Changed));
        await Assert.ThrowsAsync<KeeperException>(() => client.WatchDataAsync("/nope"));
    }

    [Fact]
    public async Task Event_is_in_its_stream_before_an_answer_that_shows_the_change()
    {
        await using var client = _server.Client();
        await using var other = _server.Client();
        await client.CreateAsync("/a");
        await using var stream = await client.WatchAsync("/a", AddWatchMode.Persistent);
        for (var i = 1; i <= 200; i++)
        {
            await other.SetDataAsync("/a", null);
            while ((await client.ExistsAsync("/a"))!.Version < i)
            {
                // The other client's answer does not say that ours sees it already.
            }

            Assert.True(stream.TryRead(out var change));
            Assert.Equal(Change(WatchEventType.NodeDataChanged, "/a"), change);
        }
    }

    [Fact]
    public async Task Recursive_watch_hears_of_everything_below_its_node()
    {
        await using var plain = _server.Client();
        await plain.CreateAsync("/root");
        await using var client = _server.Client("/root");
        await using var stream = await client.WatchAsync("/", AddWatchMode.PersistentRecursive);
        await client.CreateAsync("/a");
        await client.CreateAsync("/a/b");
        await client.SetDataAsync("/a/b", null);
        await client.DeleteAsync("/a/b");

        Assert.Equal(
            [
                Change(WatchEventType.NodeCreated, "/a"), Change(WatchEventType.NodeCreated, "/a/b"),
                Change(WatchEventType.NodeDataChanged, "/a/b"), Change(WatchEventType.NodeDeleted, "/a/b"),
            ],
            await TakeAsync(stream, 4));
    }

    [Fact]
    public async Task Watches_are_set_again_and_tell_what_they_missed()
    {
        await using var client = _server.Client();
        await using var other = _server.Client();
        await client.CreateAsync("/data");
        await client.CreateAsync("/children");
        await client.CreateAsync("/deleted");
        await client.CreateAsync("/same");
        var data = await client.WatchDataAsync("/data");
        var children = await client.WatchChildrenAsync("/children");
        var deleted = await client.WatchDataAsync("/deleted");
        var created = await client.WatchExistsAsync("/created");
        var same = await client.WatchDataAsync("/same");
        await using var stream = await client.WatchAsync("/data", AddWatchMode.Persistent);
        await other.WaitConnectedAsync();

        _server.IsUnreachable = true;
        Assert.Equal(KeeperState.Disconnected, (await stream.ReadAsync()).State);
        _server.IsUnreachable = false;
        // Not before the other one is back, and the first one after it: both connect by themselves.
        await other.RetryAsync(Operation.SetData("/data", LocalServer.Bytes("new")));
        await other.RetryAsync(Operation.Create("/children/c"));
        await other.RetryAsync(Operation.Delete("/deleted"));
        await other.RetryAsync(Operation.Create("/created"));

        Assert.Equal(Change(WatchEventType.NodeDataChanged, "/data"), await Soon(data.Changed));
        Assert.Equal(Change(WatchEventType.NodeChildrenChanged, "/children"), await Soon(children.Changed));
        Assert.Equal(Change(WatchEventType.NodeDeleted, "/deleted"), await Soon(deleted.Changed));
        Assert.Equal(Change(WatchEventType.NodeCreated, "/created"), await Soon(created.Changed));
        Assert.False(same.Changed.IsCompleted);
        Assert.Equal(KeeperState.SyncConnected, (await stream.ReadAsync()).State);
        await client.SetDataAsync("/same", null);
        await Soon(same.Changed);
        await client.SetDataAsync("/data", null);
        WatchedEvent last;
        do
        {
            last = await stream.ReadAsync();
        }
        while (last.Type == WatchEventType.None);
        Assert.Equal(Change(WatchEventType.NodeDataChanged, "/data"), last);
    }

    [Fact]
    public async Task Watches_are_removed_by_type_and_one_by_one()
    {
        await using var client = _server.Client();
        await client.CreateAsync("/a");
        var data = await client.WatchDataAsync("/a");
        var children = await client.WatchChildrenAsync("/a");
        var stream = await client.WatchAsync("/a", AddWatchMode.Persistent);
        await client.RemoveWatchesAsync("/a", WatcherType.Data);
        Assert.Equal(WatchEventType.DataWatchRemoved, (await Soon(data.Changed)).Type);
        await client.CreateAsync("/a/b");
        Assert.Equal(Change(WatchEventType.NodeChildrenChanged, "/a"), await Soon(children.Changed));
        Assert.Equal(Change(WatchEventType.NodeChildrenChanged, "/a"), await stream.ReadAsync());

        // No plain watch is left that could bring the event.
        await client.SetDataAsync("/a", null);
        Assert.True(stream.TryRead(out var set));
        Assert.Equal(Change(WatchEventType.NodeDataChanged, "/a"), set);

        await stream.DisposeAsync();
        await client.SetDataAsync("/a", null);
        Assert.False(stream.TryRead(out _));
        var failure = await Assert.ThrowsAsync<KeeperException>(() => client.RemoveWatchesAsync("/a", WatcherType.Any));
        Assert.Equal((KeeperError.NoWatcher, "/a"), (failure.Error, failure.Path));
        stream = await client.WatchAsync("/a", AddWatchMode.PersistentRecursive);
        await client.RemoveWatchesAsync("/a", WatcherType.Any);
        Assert.Equal([WatchEventType.PersistentWatchRemoved], (await AllAsync(stream)).Select(change => change.Type));
    }

    [Fact]
    public async Task Stream_that_ends_takes_no_watch_of_others_with_it()
    {
        await using var client = _server.Client();
        await client.CreateAsync("/a");
        var stream = await client.WatchAsync("/a", AddWatchMode.Persistent);
        var answer = client.WatchDataAsync("/a");
        await stream.DisposeAsync();
        await client.SetDataAsync("/a", null);

        await Soon((await answer).Changed);
    }

    [Fact]
    public async Task Every_watch_ends_with_the_session()
    {
        var client = _server.Client();
        await client.CreateAsync("/a");
        var once = await client.WatchDataAsync("/a");
        await using var stream = await client.WatchAsync("/a", AddWatchMode.Persistent);
        await using var session = client.WatchSession();
        await _server.ExpireAsync(client);

        Assert.Equal(KeeperState.Expired, (await Soon(once.Changed)).State);
        Assert.Equal(KeeperState.Expired, (await AllAsync(stream))[^1].State);
        await client.DisposeAsync();
        Assert.Equal(KeeperState.Closed, (await AllAsync(session))[^1].State);
    }

    [Fact]
    public async Task Watcher_that_throws_harms_nobody()
    {
        await using var client = _server.Client();
        await client.CreateAsync("/a");
        await client.GetDataAsync("/a");
        await client.RunAsync(Operation.GetData("/a", new Thrower()));
        var other = await client.WatchDataAsync("/a");
        await client.SetDataAsync("/a", null);

        await Soon(other.Changed);
    }

    [Fact]
    public void Long_lists_of_watches_are_set_in_several_requests()
    {
        var registry = new WatchRegistry(new Chroot(""), (_, failure) => throw failure);
        var paths = Enumerable.Range(0, 3000).Select(i => $"/{i:D4}{new string('x', 95)}").ToArray();
        foreach (var path in paths)
        {
            registry.Add(WatchRegistration.Data, path, new Thrower());
        }

        registry.Add(WatchRegistration.PersistentRecursive, "/p", new Thrower());
        var requests = registry.ToSetAgain(5);

        Assert.Equal([OpCode.SetWatches, OpCode.SetWatches, OpCode.SetWatches2], requests.Select(request => request.Type));
        Assert.All(requests, request => Assert.InRange(Samsa.ZooKeeper.Wire.Jute.ToBytes(request.Request).Length, 0, 140 * 1024));
        var data = requests.SelectMany(request => request.Request is SetWatches old ? old.DataWatches! : ((SetWatches2)request.Request).DataWatches!);
        Assert.Equal(paths, data.Order(StringComparer.Ordinal));
        Assert.Equal(["/p"], ((SetWatches2)requests[2].Request).PersistentRecursiveWatches!);
    }

    private static WatchedEvent Change(WatchEventType type, string path) => new(type, KeeperState.SyncConnected, path);

    private static Task<WatchedEvent> Soon(Task<WatchedEvent> change) => change.WaitAsync(Patience, TimeProvider.System);

    private static async Task<List<WatchedEvent>> TakeAsync(WatchStream stream, int count)
    {
        var changes = new List<WatchedEvent>();
        while (changes.Count < count)
        {
            changes.Add(await stream.ReadAsync().AsTask().WaitAsync(Patience, TimeProvider.System));
        }

        return changes;
    }

    private static async Task<List<WatchedEvent>> AllAsync(WatchStream stream)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var changes = new List<WatchedEvent>();
        await foreach (var change in stream.WithCancellation(patience.Token))
        {
            changes.Add(change);
        }

        return changes;
    }

    private sealed class Thrower : INodeWatcher
    {
        public void OnEvent(WatchedEvent change) => throw new InvalidOperationException("a bug of a watcher");
    }
}
