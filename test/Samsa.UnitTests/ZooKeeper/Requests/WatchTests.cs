using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>Which watch hears of which change, and how often.</summary>
public sealed class WatchTests
{
    private readonly PipelineBench _bench = new();
    private readonly FakeConnection _watcher;
    private readonly FakeConnection _writer;

    public WatchTests() => (_watcher, _writer) = (_bench.Connect(), _bench.Connect());

    [Fact]
    public void Plain_watches_go_with_their_first_event()
    {
        _bench.Create(_writer, "/a");
        _bench.Ask(_watcher, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });
        _bench.Ask(_watcher, OpCode.GetChildren, new GetChildrenRequest { Path = "/a", Watch = true });
        _bench.Ask(_watcher, OpCode.Exists, new ExistsRequest { Path = "/b", Watch = true });

        Set("/a");
        Set("/a");
        _bench.Create(_writer, "/a/x");
        _bench.Create(_writer, "/a/y");
        _bench.Create(_writer, "/b");
        Delete("/b");

        Assert.Equal(
            [(WatchEventType.NodeDataChanged, "/a"), (WatchEventType.NodeChildrenChanged, "/a"), (WatchEventType.NodeCreated, "/b")],
            _watcher.Events);
        Assert.Equal(0, _bench.Pipeline.Watches.Count);
    }

    [Fact]
    public void Deletion_is_told_once_to_who_watches_data_and_children()
    {
        _bench.Create(_writer, "/a");
        _bench.Ask(_watcher, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });
        _bench.Ask(_watcher, OpCode.GetChildren, new GetChildrenRequest { Path = "/a", Watch = true });
        _bench.Ask(_watcher, OpCode.GetChildren, new GetChildrenRequest { Path = "/", Watch = true });

        Delete("/a");

        Assert.Equal([(WatchEventType.NodeDeleted, "/a"), (WatchEventType.NodeChildrenChanged, "/")], _watcher.Events);
    }

    [Fact]
    public void Watch_of_a_failed_read_is_not_set_but_for_exists()
    {
        _bench.Ask(_watcher, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });
        _bench.Ask(_watcher, OpCode.GetChildren, new GetChildrenRequest { Path = "/a", Watch = true });
        _bench.Create(_writer, "/a");

        Assert.Empty(_watcher.Events);
    }

    [Fact]
    public void Persistent_watch_stays()
    {
        AddWatch("/a", 0);
        _bench.Create(_writer, "/a");
        Set("/a");
        _bench.Create(_writer, "/a/x");
        Set("/a/x");
        Delete("/a/x");
        Delete("/a");

        Assert.Equal(
            [
                (WatchEventType.NodeCreated, "/a"), (WatchEventType.NodeDataChanged, "/a"), (WatchEventType.NodeChildrenChanged, "/a"),
                (WatchEventType.NodeChildrenChanged, "/a"), (WatchEventType.NodeDeleted, "/a"),
            ],
            _watcher.Events);
    }

    [Fact]
    public void Recursive_watch_hears_everything_below_and_no_list_of_children()
    {
        AddWatch("/", 1);
        _bench.Create(_writer, "/a");
        _bench.Create(_writer, "/a/x");
        Set("/a/x");
        Delete("/a/x");

        Assert.Equal(
            [
                (WatchEventType.NodeCreated, "/a"), (WatchEventType.NodeCreated, "/a/x"), (WatchEventType.NodeDataChanged, "/a/x"),
                (WatchEventType.NodeDeleted, "/a/x"),
            ],
            _watcher.Events);
    }

    [Fact]
    public void Plain_watch_beside_a_persistent_one_replaces_nothing()
    {
        _bench.Create(_writer, "/a");
        AddWatch("/a", 0);
        _bench.Ask(_watcher, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });

        Set("/a");
        Set("/a");

        Assert.Equal(2, _watcher.Events.Count);
    }

    [Fact]
    public void Removed_watch_is_silent_and_missing_one_an_error()
    {
        _bench.Create(_writer, "/a");
        _bench.Ask(_watcher, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });

        Assert.Equal(KeeperError.NoWatcher, Remove("/a", WatcherType.Children));
        Assert.Equal(KeeperError.Ok, Check("/a", WatcherType.Any));
        Assert.Equal(KeeperError.Ok, Remove("/a", WatcherType.Data));
        Assert.Equal(KeeperError.NoWatcher, Remove("/a", WatcherType.Any));
        Assert.Equal(KeeperError.NoWatcher, Check("/a", WatcherType.Any));
        Set("/a");
        Assert.Empty(_watcher.Events);
    }

    [Theory]
    [InlineData(WatcherType.Data, WatcherType.Persistent)]
    [InlineData(WatcherType.Children, WatcherType.PersistentRecursive)]
    public void Removal_of_one_kind_leaves_the_others(WatcherType plain, WatcherType staying)
    {
        _bench.Create(_writer, "/a");
        AddWatch("/a", staying == WatcherType.Persistent ? 0 : 1);
        Assert.Equal(KeeperError.NoWatcher, Remove("/a", plain));
        _bench.Ask(_watcher, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });
        _bench.Ask(_watcher, OpCode.GetChildren, new GetChildrenRequest { Path = "/a", Watch = true });

        Assert.Equal(KeeperError.Ok, Remove("/a", plain));
        Assert.Equal(KeeperError.NoWatcher, Remove("/a", plain));
        Set("/a");
        Set("/a");
        Assert.Equal(2, _watcher.Events.Count);
        Assert.Equal(KeeperError.Ok, Check("/a", staying));
        Assert.Equal(KeeperError.Ok, Remove("/a", staying));
        Assert.Equal(KeeperError.NoWatcher, Check("/a", staying));
        Assert.Equal(KeeperError.MarshallingError, Remove("/a", (WatcherType)6));
    }

    [Fact]
    public void Watches_of_an_old_connection_are_set_again_or_told_what_was_missed()
    {
        _bench.Create(_writer, "/same");
        _bench.Create(_writer, "/set");
        _bench.Create(_writer, "/gone");
        _bench.Create(_writer, "/kids");
        var seen = _bench.Pipeline.Tree.LastProcessedZxid;
        Set("/set");
        Delete("/gone");
        _bench.Create(_writer, "/kids/x");
        _bench.Create(_writer, "/new");

        _bench.Ask(_watcher, OpCode.SetWatches2, new SetWatches2
        {
            RelativeZxid = seen,
            DataWatches = ["/same", "/set", "/gone"],
            ExistWatches = ["/new", "/later"],
            ChildWatches = ["/same", "/kids", "/gone"],
            PersistentWatches = ["/p"],
            PersistentRecursiveWatches = ["/r"],
        });

        Assert.Equal(
            [
                (WatchEventType.NodeDataChanged, "/set"), (WatchEventType.NodeDeleted, "/gone"), (WatchEventType.NodeCreated, "/new"),
                (WatchEventType.NodeChildrenChanged, "/kids"), (WatchEventType.NodeDeleted, "/gone"),
            ],
            _watcher.Events);
        _watcher.Events.Clear();
        Set("/same");
        _bench.Create(_writer, "/later");
        _bench.Create(_writer, "/p");
        _bench.Create(_writer, "/r");
        _bench.Create(_writer, "/r/x");
        Assert.Equal(["/same", "/later", "/p", "/r", "/r/x"], _watcher.Events.Select(change => change.Path));
    }

    [Fact]
    public void Gone_connection_leaves_no_watch()
    {
        AddWatch("/a", 1);
        _bench.Ask(_watcher, OpCode.Exists, new ExistsRequest { Path = "/a", Watch = true });
        Assert.Equal(2, _bench.Pipeline.Watches.Count);

        _bench.Pipeline.Disconnect(_watcher, _watcher.SessionId);

        Assert.Equal((0, (0, 0, 0)), (_bench.Pipeline.Watches.Count, _bench.Pipeline.Watches.DataSummary));
        _bench.Create(_writer, "/a");
        Assert.Empty(_watcher.Events);
    }

    private void AddWatch(string path, int mode) => Assert.Equal(
        KeeperError.Ok, _bench.Ask(_watcher, OpCode.AddWatch, new AddWatchRequest { Path = path, Mode = mode }).Error);

    private KeeperError Check(string path, WatcherType type) =>
        _bench.Ask(_watcher, OpCode.CheckWatches, new CheckWatchesRequest { Path = path, Type = (int)type }).Error;

    private KeeperError Remove(string path, WatcherType type) =>
        _bench.Ask(_watcher, OpCode.RemoveWatches, new RemoveWatchesRequest { Path = path, Type = (int)type }).Error;

    private void Set(string path) => Assert.Equal(
        KeeperError.Ok, _bench.Ask(_writer, OpCode.SetData, new SetDataRequest { Path = path, Version = -1 }).Error);

    private void Delete(string path) => Assert.Equal(
        KeeperError.Ok, _bench.Ask(_writer, OpCode.Delete, new DeleteRequest { Path = path, Version = -1 }).Error);
}
