using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Sessions;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>In which order clients are answered, and what they may see.</summary>
public sealed class PipelineOrderTests
{
    private readonly PipelineBench _bench = new();

    [Fact]
    public void Read_of_another_client_does_not_wait_for_a_write_under_way()
    {
        var (writer, reader) = (_bench.Connect(), _bench.Connect());
        _bench.Submit(writer, OpCode.Create, PipelineBench.CreateRequest("/a"));

        _bench.Submit(reader, OpCode.Exists, new ExistsRequest { Path = "/a" });

        Assert.Equal(KeeperError.NoNode, Assert.Single(reader.Answers).Error);
        Assert.Empty(writer.Answers);
        _bench.Commit();
        Assert.Equal(KeeperError.Ok, Assert.Single(writer.Answers).Error);
    }

    [Fact]
    public void Read_sees_the_writes_that_its_own_client_sent_before()
    {
        var client = _bench.Connect();
        var first = _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/a"));
        var second = _bench.Submit(client, OpCode.Exists, new ExistsRequest { Path = "/a" });
        var third = _bench.Submit(client, OpCode.SetData, new SetDataRequest { Path = "/a", Data = PipelineBench.Bytes("x"), Version = 0 });
        var fourth = _bench.Submit(client, OpCode.GetData, new GetDataRequest { Path = "/a" });
        Assert.Empty(client.Answers);

        _bench.Commit();
        _bench.Commit();

        Assert.Equal([first, second, third, fourth], client.Answers.Select(answer => answer.Xid));
        Assert.All(client.Answers, answer => Assert.Equal(KeeperError.Ok, answer.Error));
        Assert.Equal(0, ((ExistsResponse)client.Answers[1].Body!).Stat.Version);
        Assert.Equal(1, ((GetDataResponse)client.Answers[3].Body!).Stat.Version);
    }

    [Fact]
    public void Writes_of_one_client_are_under_way_together()
    {
        var client = _bench.Connect();
        for (var i = 0; i < 100; i++)
        {
            _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/q-", mode: CreateMode.PersistentSequential));
        }

        Assert.Equal(100, _bench.Commit().Count);
        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => $"/q-{i:D10}"), client.Answers.Select(answer => ((CreateResponse)answer.Body!).Path));
    }

    [Fact]
    public void Event_comes_before_the_answer_that_shows_the_change()
    {
        var (watcher, writer) = (_bench.Connect(), _bench.Connect());
        _bench.Create(writer, "/a");
        _bench.Ask(watcher, OpCode.GetData, new GetDataRequest { Path = "/a", Watch = true });
        watcher.Heard.Clear();
        _bench.Submit(writer, OpCode.SetData, new SetDataRequest { Path = "/a", Version = -1 });
        var own = _bench.Submit(watcher, OpCode.Create, PipelineBench.CreateRequest("/b"));
        var read = _bench.Submit(watcher, OpCode.GetData, new GetDataRequest { Path = "/a" });

        _bench.Commit();

        Assert.Equal(["NodeDataChanged /a", $"answer {own}", $"answer {read}"], watcher.Heard);
    }

    [Fact]
    public void Sync_waits_for_what_others_have_under_way()
    {
        var (writer, reader) = (_bench.Connect(), _bench.Connect());
        _bench.Submit(writer, OpCode.Create, PipelineBench.CreateRequest("/a"));
        _bench.Submit(reader, OpCode.Sync, new SyncRequest { Path = "/a" });
        _bench.Submit(reader, OpCode.Exists, new ExistsRequest { Path = "/a" });
        Assert.Empty(reader.Answers);

        _bench.Commit();

        Assert.Equal([KeeperError.Ok, KeeperError.Ok], reader.Answers.Select(answer => answer.Error));
        Assert.IsType<ExistsResponse>(reader.Answers[1].Body);
    }

    [Fact]
    public void Session_ends_when_its_time_is_over_and_not_before()
    {
        var (client, other) = (_bench.Connect(timeout: 10_000), _bench.Connect(timeout: 60_000));
        _bench.Create(client, "/e", mode: CreateMode.Ephemeral);
        _bench.Time.Advance(TimeSpan.FromMilliseconds(9_999));
        _bench.Pipeline.ExpireSessions();
        Assert.Empty(_bench.Commit());

        // The bucket of a tick of three seconds after that.
        _bench.Time.Advance(TimeSpan.FromMilliseconds(3_001));
        _bench.Pipeline.ExpireSessions();
        Assert.NotNull(_bench.Pipeline.Tree.Find("/e"));
        _bench.Commit();

        Assert.Null(_bench.Pipeline.Tree.Find("/e"));
        Assert.True(client.IsClosed);
        Assert.False(other.IsClosed);
        _bench.Submit(other, OpCode.Ping, null);
    }

    [Fact]
    public void Ping_keeps_a_session()
    {
        var client = _bench.Connect(timeout: 10_000);
        for (var i = 0; i < 20; i++)
        {
            _bench.Time.Advance(TimeSpan.FromSeconds(9));
            _bench.Ask(client, OpCode.Ping, null);
            _bench.Pipeline.ExpireSessions();
        }

        Assert.Empty(_bench.Commit());
    }

    [Fact]
    public void Expired_session_takes_no_request_although_its_end_is_still_under_way()
    {
        var client = _bench.Connect(timeout: 10_000);
        _bench.Time.Advance(TimeSpan.FromSeconds(20));
        _bench.Pipeline.ExpireSessions();

        _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/a"));

        Assert.Equal(KeeperError.SessionExpired, Assert.Single(client.Answers).Error);
        _bench.Commit();
        Assert.Null(_bench.Pipeline.Tree.Find("/a"));
    }

    [Fact]
    public void Close_deletes_ephemeral_nodes_that_are_still_under_way()
    {
        var client = _bench.Connect();
        _bench.Create(client, "/old", mode: CreateMode.Ephemeral);
        _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/new", mode: CreateMode.Ephemeral));
        _bench.Submit(client, OpCode.Delete, new DeleteRequest { Path = "/old", Version = -1 });
        var last = _bench.Submit(client, OpCode.CloseSession, null);

        var close = (CloseSessionTxn)_bench.Commit()[^1].Txn!;

        Assert.Equal(["/new"], close.Paths2Delete!);
        Assert.Equal(last, client.Answers[^1].Xid);
        Assert.True(client.IsClosed);
        Assert.Equal(4, _bench.Pipeline.Tree.NodeCount);
    }

    [Fact]
    public void Session_goes_on_over_another_connection_with_its_password_only()
    {
        var first = _bench.Connect();
        var (second, thief) = (new FakeConnection(), new FakeConnection());
        _bench.Pipeline.Connect(thief, new ConnectRequest { SessionId = first.SessionId, Passwd = new byte[16], TimeOut = 10_000 });
        Assert.Equal(0, thief.SessionId);
        Assert.False(first.IsClosed);

        var password = SessionIds.PasswordOf(first.SessionId);
        _bench.Pipeline.Connect(second, new ConnectRequest { SessionId = first.SessionId, Passwd = password, TimeOut = 20_000 });

        Assert.Equal((first.SessionId, 20_000), (second.SessionId, second.Timeout));
        Assert.True(first.IsClosed);
        Assert.Equal(KeeperError.Ok, _bench.Create(second, "/a"));
    }

    [Fact]
    public void Client_that_has_seen_more_than_the_server_is_refused()
    {
        var client = new FakeConnection();

        _bench.Pipeline.Connect(client, new ConnectRequest { LastZxidSeen = 1, TimeOut = 10_000 });

        Assert.True(client.IsClosed);
        Assert.Equal(-1, client.SessionId);
    }

    [Fact]
    public void Unreadable_request_is_an_answer_and_the_next_one_is_served()
    {
        var client = _bench.Connect();

        Assert.Equal(KeeperError.MarshallingError, _bench.Ask(client, OpCode.Create, null).Error);
        Assert.Equal(KeeperError.MarshallingError, _bench.Ask(client, OpCode.Sync, null).Error);
        Assert.Equal(KeeperError.MarshallingError, _bench.Ask(client, OpCode.Multi, null).Error);
        Assert.Equal(KeeperError.MarshallingError, _bench.Ask(client, OpCode.GetData, null).Error);
        Assert.Equal(KeeperError.Ok, _bench.Create(client, "/a"));
    }
}
