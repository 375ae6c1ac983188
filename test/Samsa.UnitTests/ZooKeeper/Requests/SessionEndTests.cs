using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Sessions;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>What meets the end of a session or of a connection while it is under way.</summary>
public sealed class SessionEndTests
{
    private readonly PipelineBench _bench = new(new ServerOptions { ExtendedTypesEnabled = true });

    [Fact]
    public void Request_behind_the_end_of_its_session_is_answered_behind_it()
    {
        var client = _bench.Connect();
        var write = _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/a"));
        var end = _bench.Submit(client, OpCode.CloseSession, null);
        var lateRead = _bench.Submit(client, OpCode.GetData, new GetDataRequest { Path = "/a" });
        var lateWrite = _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/b"));
        Assert.Empty(client.Answers);

        _bench.Commit();

        Assert.Equal(
            [(write, KeeperError.Ok), (end, KeeperError.Ok), (lateRead, KeeperError.SessionExpired), (lateWrite, KeeperError.SessionExpired)],
            client.Answers.Select(answer => (answer.Xid, answer.Error)));
        Assert.True(client.IsClosed);
        Assert.Null(_bench.Pipeline.Tree.Find("/b"));
    }

    [Fact]
    public void Request_of_an_expired_session_is_answered_behind_what_it_had_under_way()
    {
        var client = _bench.Connect(timeout: 10_000);
        var write = _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/a"));
        var waiting = _bench.Submit(client, OpCode.Exists, new ExistsRequest { Path = "/a" });
        _bench.Time.Advance(TimeSpan.FromSeconds(20));
        _bench.Pipeline.ExpireSessions();
        var late = _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/b"));

        _bench.Commit();

        Assert.Equal(
            [(write, KeeperError.Ok), (waiting, KeeperError.SessionExpired), (late, KeeperError.SessionExpired)],
            client.Answers.Select(answer => (answer.Xid, answer.Error)));
        Assert.True(client.IsClosed);
        Assert.Null(_bench.Pipeline.Tree.Find("/b"));
    }

    [Fact]
    public void Read_that_waited_when_its_connection_went_leaves_no_watch()
    {
        var client = _bench.Connect();
        _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/a"));
        _bench.Submit(client, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });
        _bench.Submit(client, OpCode.AddWatch, new AddWatchRequest { Path = "/a", Mode = 1 });
        var write = _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/b"));
        _bench.Pipeline.Disconnect(client, client.SessionId);

        _bench.Commit();
        _bench.Commit();

        Assert.Equal(0, _bench.Pipeline.Watches.Count);

        // What was sent before the connection went is done all the same.
        Assert.Equal(write, client.Answers[^1].Xid);
        Assert.NotNull(_bench.Pipeline.Tree.Find("/b"));
    }

    [Fact]
    public void Read_that_waited_when_its_session_moved_leaves_no_watch()
    {
        var (client, next) = (new FakeConnection { TakesAll = true }, new FakeConnection());
        _bench.Pipeline.Connect(client, new ConnectRequest { TimeOut = 10_000 });
        _bench.Commit();
        _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/a"));
        _bench.Submit(client, OpCode.Exists, new ExistsRequest { Path = "/a", Watch = true });
        _bench.Pipeline.Connect(
            next, new ConnectRequest { SessionId = client.SessionId, Passwd = SessionIds.PasswordOf(client.SessionId), TimeOut = 10_000 });
        _bench.Pipeline.Disconnect(client, client.SessionId);

        _bench.Commit();

        Assert.Equal(0, _bench.Pipeline.Watches.Count);
        Assert.Equal(KeeperError.Ok, _bench.Create(next, "/b"));
    }

    [Fact]
    public void Node_whose_data_are_just_being_set_outlives_its_time()
    {
        var client = _bench.Connect(timeout: 60_000);
        var create = new CreateTtlRequest { Path = "/t", Acl = PipelineBench.Open, Ttl = 1000, Flags = (int)CreateMode.PersistentWithTtl };
        Assert.Equal(KeeperError.Ok, _bench.Ask(client, OpCode.CreateTtl, create).Error);
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        _bench.Submit(client, OpCode.SetData, new SetDataRequest { Path = "/t", Version = -1 });

        _bench.Pipeline.CleanUpNodes();

        Assert.Equal([(int)OpCode.SetData], _bench.Commit().Select(proposal => proposal.Header!.Type));
        _bench.Time.Advance(TimeSpan.FromSeconds(5));
        _bench.Pipeline.CleanUpNodes();
        Assert.Equal([(int)OpCode.DeleteContainer], _bench.Commit().Select(proposal => proposal.Header!.Type));
        Assert.Null(_bench.Pipeline.Tree.Find("/t"));
    }

    [Theory]
    [InlineData(OpCode.SetAcl)]
    [InlineData(OpCode.DeleteContainer)]
    [InlineData(OpCode.Multi)]
    [InlineData(OpCode.CloseSession)]
    public void Multi_with_an_operation_that_it_cannot_have_changes_nothing(OpCode type)
    {
        var client = _bench.Connect();
        _bench.Create(client, "/c", mode: CreateMode.Container);
        var multi = new MultiRequest(
        [
            (OpCode.Create, PipelineBench.CreateRequest("/a")),
            (type, type == OpCode.SetAcl ? new SetAclRequest { Path = "/c", Acl = PipelineBench.Open, Version = -1 } : new DeleteContainerRequest { Path = "/c" }),
        ]);

        Assert.Equal(KeeperError.MarshallingError, _bench.Ask(client, OpCode.Multi, multi).Error);

        Assert.NotNull(_bench.Pipeline.Tree.Find("/c"));
        Assert.Equal(0, _bench.Stat(client, "/c")!.Aversion);
        Assert.Equal(KeeperError.Ok, _bench.Create(client, "/a"));
    }
}
