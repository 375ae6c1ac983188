using System.Net.Sockets;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Watches;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>The session of a client over connections that come and go.</summary>
public sealed class SessionTests
{
    private readonly ScriptedServer _server = new();

    [Fact]
    public async Task Lost_connection_is_followed_by_another_in_the_same_session()
    {
        await using var client = _server.Client();
        using var states = new StateLog(client);
        var first = await _server.AcceptAsync();
        var asked = await first.ReadConnectAsync();
        Assert.Equal((0, 30_000, 0), (asked.SessionId, asked.TimeOut, asked.LastZxidSeen));
        await first.GrantAsync(77, 12_000);
        var get = client.TryAsync(Operation.GetData("/a"));
        var (xid, _) = await first.ReadAsync<GetDataRequest>(OpCode.GetData);
        await first.AnswerAsync(xid, zxid: 42, body: new GetDataResponse { Data = "x"u8.ToArray(), Stat = new() });
        Assert.Equal("x", (await get).Value.Text);
        Assert.Equal((77, TimeSpan.FromSeconds(12)), (client.SessionId, client.SessionTimeout));

        var unanswered = client.TryAsync(Operation.Delete("/a"));
        await first.ReadAsync();
        first.Close();

        Assert.Equal(KeeperError.ConnectionLoss, (await unanswered).Error);
        var second = await _server.AcceptAsync();
        asked = await second.ReadConnectAsync();
        Assert.Equal((77, 42), (asked.SessionId, asked.LastZxidSeen));
        Assert.Equal(new byte[] { 77, 1, 2, 3 }, asked.Passwd!.Value.ToArray());
        await second.GrantAsync(77);
        await client.WaitConnectedAsync();
        Assert.Equal([KeeperState.SyncConnected, KeeperState.Disconnected, KeeperState.SyncConnected], await states.TakeAsync(3));
        second.Close();
    }

    [Fact]
    public async Task Request_for_one_connection_is_not_sent_on_another()
    {
        await using var client = _server.Client();
        Assert.Equal(0, client.Connection);
        Assert.Equal(KeeperError.ConnectionLoss, (await client.TryOnAsync(client.Connection, Operation.Delete("/early"))).Error);
        var first = await _server.AcceptAsync(1);
        await client.WaitConnectedAsync();
        var number = client.Connection;
        var sent = client.TryOnAsync(number, Operation.Delete("/sent"));
        var (_, request) = await first.ReadAsync<DeleteRequest>(OpCode.Delete);
        Assert.Equal("/sent", request.Path);
        first.Close();
        Assert.Equal(KeeperError.ConnectionLoss, (await sent).Error);
        var second = await _server.AcceptAsync(1);
        await client.WaitConnectedAsync();
        Assert.NotEqual(number, client.Connection);

        Assert.Equal(KeeperError.ConnectionLoss, (await client.TryOnAsync(number, Operation.Delete("/late"))).Error);

        var next = client.TryOnAsync(client.Connection, Operation.Delete("/next"));
        var (xid, served) = await second.ReadAsync<DeleteRequest>(OpCode.Delete);
        Assert.Equal("/next", served.Path);
        await second.AnswerAsync(xid);
        Assert.Equal(KeeperError.Ok, (await next).Error);
        second.Close();
    }

    [Fact]
    public async Task Requests_keep_their_order_and_wait_for_the_first_connection()
    {
        await using var client = _server.Client();
        var requests = Enumerable.Range(0, 50).Select(i => client.TryAsync(Operation.GetData($"/{i}"))).ToArray();
        var connection = await _server.AcceptAsync(1);
        for (var i = 0; i < requests.Length; i++)
        {
            var (xid, request) = await connection.ReadAsync<GetDataRequest>(OpCode.GetData);
            Assert.Equal($"/{i}", request.Path);
            await connection.AnswerAsync(xid, body: new GetDataResponse { Data = new byte[i], Stat = new() });
        }

        for (var i = 0; i < requests.Length; i++)
        {
            Assert.Equal(i, (await requests[i]).Value.Data!.Value.Length);
        }

        connection.Close();
    }

    [Fact]
    public async Task Waiting_request_fails_when_every_server_refused()
    {
        _server.Refuse(int.MaxValue);
        await using var client = _server.Client(options => options with { ConnectString = "one,two:2182,[::3]:2183" });
        var waiting = client.TryAsync(Operation.GetData("/a"));
        Assert.Equal(KeeperError.ConnectionLoss, (await waiting).Error);
        Assert.Equal(["[::3]:2183", "one:2181", "two:2182"], _server.Asked.Take(3).Select(server => server.ToString()).Order(StringComparer.Ordinal));

        _server.Refuse(0);
        (await _server.AcceptAsync(1)).Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_attempt_that_fails_as_nobody_foresaw_is_followed_by_another_in_the_same_session(bool isOfSockets)
    {
        // What "new Socket" throws where the process has no file descriptor left.
        var server = new ScriptedServer
        {
            Refusal = () => isOfSockets ? new SocketException((int)SocketError.TooManyOpenSockets) : new InvalidOperationException("a bug"),
        };
        await using var client = server.Client();
        var first = await server.AcceptAsync(77);
        await client.WaitConnectedAsync();
        server.Refuse(3);
        first.Close();

        var second = await server.AcceptAsync();
        Assert.Equal(77, (await second.ReadConnectAsync()).SessionId);
        await second.GrantAsync(77);
        await client.WaitConnectedAsync();
        Assert.Equal(5, server.Asked.Count);
        second.Close();
    }

    [Fact]
    public async Task Waiting_request_outlives_servers_that_refuse_while_others_are_left()
    {
        _server.Refuse(2);
        await using var client = _server.Client(options => options with { ConnectString = "one,two,three" });
        var waiting = client.TryAsync(Operation.Sync("/"));
        var connection = await _server.AcceptAsync(1);
        await connection.AnswerAsync((await connection.ReadAsync()).Xid, body: new SyncResponse { Path = "/" });

        Assert.True((await waiting).IsOk);
        Assert.Equal(3, _server.Asked.Distinct().Count());
        connection.Close();
    }

    [Fact]
    public async Task Expired_session_is_renewed_and_its_watches_end()
    {
        await using var client = _server.Client();
        using var states = new StateLog(client);
        var first = await _server.AcceptAsync(5);
        var watch = client.WatchDataAsync("/a");
        await first.AnswerAsync((await first.ReadAsync()).Xid, zxid: 9, body: new GetDataResponse { Stat = new() });
        var changed = (await watch).Changed;
        first.Close();
        var second = await _server.AcceptAsync();
        await second.ReadConnectAsync();
        var waiting = client.TryAsync(Operation.GetData("/b"));
        await second.GrantAsync(0);

        Assert.Equal(new WatchedEvent(WatchEventType.None, KeeperState.Expired, null), await changed);
        Assert.Equal(KeeperError.SessionExpired, (await waiting).Error);
        var third = await _server.AcceptAsync();
        var asked = await third.ReadConnectAsync();
        Assert.Equal((0, 0), (asked.SessionId, asked.LastZxidSeen));
        await third.GrantAsync(6);
        await client.WaitConnectedAsync();
        Assert.Equal(6, client.SessionId);
        Assert.Equal(
            [KeeperState.SyncConnected, KeeperState.Disconnected, KeeperState.Expired, KeeperState.SyncConnected], await states.TakeAsync(4));
        third.Close();
    }

    [Fact]
    public async Task Expired_session_that_is_not_renewed_ends_the_client()
    {
        await using var client = _server.Client(options => options with { RenewExpiredSession = false, SessionId = 3 });
        var connection = await _server.AcceptAsync();
        Assert.Equal(3, (await connection.ReadConnectAsync()).SessionId);
        await connection.GrantAsync(0);

        var failure = await Assert.ThrowsAsync<KeeperException>(() => client.WaitConnectedAsync());
        Assert.Equal(KeeperError.SessionExpired, failure.Error);
        Assert.Equal(KeeperError.SessionExpired, (await client.TryAsync(Operation.Sync("/"))).Error);
        Assert.Equal(KeeperState.Expired, client.State);
    }

    [Fact]
    public async Task Silence_is_broken_at_a_third_and_given_up_at_two_thirds_of_the_timeout()
    {
        var time = new ManualTimeProvider();
        var client = _server.Client(options => options with { TimeProvider = time });
        var connection = await _server.AcceptAsync(1, timeout: 9_000);
        await client.WaitConnectedAsync();
        await TimerAsync(time);

        time.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromMilliseconds(1));
        await TimerAsync(time);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((-2, OpCode.Ping), await HeaderAsync(connection));

        // The answer counts, not that something was sent.
        await connection.AnswerAsync(-2);
        var answered = client.TryAsync(Operation.Sync("/"));
        await connection.AnswerAsync((await connection.ReadAsync()).Xid, body: new SyncResponse { Path = "/" });
        await answered;
        for (var waited = 0; waited < 6000; waited += 1000)
        {
            Assert.Equal(KeeperState.SyncConnected, client.State);
            await TimerAsync(time);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        var next = await _server.AcceptAsync();
        Assert.Equal(1, (await next.ReadConnectAsync()).SessionId);
        await next.GrantAsync(1);
        await client.WaitConnectedAsync();
        await client.DetachAsync();
    }

    [Fact]
    public async Task Server_that_does_not_answer_the_connect_request_is_left_for_the_next()
    {
        var time = new ManualTimeProvider();
        var client = _server.Client(options => options with { TimeProvider = time, ConnectString = "one,two" });
        await (await _server.AcceptAsync()).ReadConnectAsync();
        await TimerAsync(time);

        time.Advance(TimeSpan.FromSeconds(15));

        await _server.AcceptAsync(1);
        await client.WaitConnectedAsync();
        Assert.Equal(2, _server.Asked.Distinct().Count());
        await client.DetachAsync();
    }

    [Fact]
    public async Task Answer_to_another_request_than_the_next_ends_the_connection()
    {
        await using var client = _server.Client();
        var connection = await _server.AcceptAsync(1);
        var request = client.TryAsync(Operation.Sync("/"));
        await connection.AnswerAsync((await connection.ReadAsync()).Xid + 1);

        Assert.Equal(KeeperError.ConnectionLoss, (await request).Error);
        (await _server.AcceptAsync(1)).Close();
    }

    [Fact]
    public async Task Answer_that_cannot_be_read_fails_its_request_and_ends_the_connection()
    {
        await using var client = _server.Client();
        var connection = await _server.AcceptAsync(1);
        var request = client.TryAsync(Operation.GetData("/a"));
        await connection.AnswerAsync((await connection.ReadAsync()).Xid);

        Assert.Equal(KeeperError.MarshallingError, (await request).Error);
        (await _server.AcceptAsync(1)).Close();
    }

    [Fact]
    public async Task Identities_are_proven_again_before_watches_and_requests()
    {
        await using var client = _server.Client();
        var first = await _server.AcceptAsync(1);
        var added = client.AddAuthAsync("digest", "bob:secret"u8.ToArray());
        var (xid, auth) = await first.ReadAsync<AuthPacket>(OpCode.Auth);
        Assert.Equal((-4, "digest"), (xid, auth.Scheme));
        await first.AnswerAsync(-4);
        await added;
        var watch = client.WatchExistsAsync("/chroot-less");
        await first.AnswerAsync((await first.ReadAsync()).Xid, zxid: 8, KeeperError.NoNode);
        await watch;
        first.Close();
        var second = await _server.AcceptAsync();
        await second.ReadConnectAsync();
        var waiting = client.TryAsync(Operation.Sync("/"));
        await second.GrantAsync(1);

        Assert.Equal((-4, OpCode.Auth), await HeaderAsync(second));
        var (watchXid, watches) = await second.ReadAsync<SetWatches>(OpCode.SetWatches);
        Assert.Equal((-8, 8), (watchXid, watches.RelativeZxid));
        Assert.Equal(["/chroot-less"], watches.ExistWatches);
        await second.AnswerAsync((await second.ReadAsync()).Xid, body: new SyncResponse { Path = "/" });
        await waiting;
        second.Close();
    }

    [Fact]
    public async Task Refused_identity_ends_the_client()
    {
        await using var client = _server.Client();
        var connection = await _server.AcceptAsync(1);
        var added = client.AddAuthAsync("nonsense", default);
        await connection.ReadAsync();
        await connection.AnswerAsync(-4, error: KeeperError.AuthFailed);

        Assert.Equal(KeeperError.AuthFailed, (await Assert.ThrowsAsync<KeeperException>(() => added)).Error);
        Assert.Equal(KeeperError.AuthFailed, (await client.TryAsync(Operation.Sync("/"))).Error);
        await connection.ReadEndAsync();
    }

    [Fact]
    public async Task Disposal_ends_the_session_behind_the_requests_and_detaching_leaves_it()
    {
        var client = _server.Client();
        using var states = new StateLog(client);
        var connection = await _server.AcceptAsync(1);
        var last = client.TryAsync(Operation.Sync("/"));
        var (xid, _, _) = await connection.ReadAsync();
        var disposal = client.DisposeAsync().AsTask();
        Assert.Equal(KeeperError.SessionExpired, (await client.TryAsync(Operation.Sync("/"))).Error);
        await connection.AnswerAsync(xid, body: new SyncResponse { Path = "/" });
        Assert.True((await last).IsOk);
        var (closeXid, type, _) = await connection.ReadAsync();
        Assert.Equal(OpCode.CloseSession, type);
        await connection.AnswerAsync(closeXid);
        connection.Close();
        await disposal;
        Assert.Equal(KeeperState.Closed, client.State);
        Assert.Equal([KeeperState.SyncConnected, KeeperState.Closed], await states.TakeAsync(2));
        Assert.Single(_server.Asked);

        var other = _server.Client();
        connection = await _server.AcceptAsync(2);
        await other.WaitConnectedAsync();
        await other.DetachAsync();
        await connection.ReadEndAsync();
    }

    [Fact]
    public void Wait_between_rounds_doubles_up_to_its_bound_and_is_half_random()
    {
        var list = new Samsa.ZooKeeper.Sessions.ServerList(
            [new("one", 1), new("two", 1)], TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), new Random(3));
        var bounds = new List<(double Low, double High)> { (50, 100), (100, 200), (200, 400), (400, 800), (500, 1000), (500, 1000) };
        Assert.All(bounds, bound =>
        {
            list.Failed();
            Assert.Equal(TimeSpan.Zero, list.Wait());
            list.Failed();
            Assert.InRange(list.Wait().TotalMilliseconds, bound.Low, bound.High);
        });
        list.Worked();
        Assert.Equal(TimeSpan.Zero, list.Wait());
    }

    private static async Task<(int Xid, OpCode Type)> HeaderAsync(ScriptedConnection connection)
    {
        var (xid, type, _) = await connection.ReadAsync();
        return (xid, type);
    }

    /// <summary>Waits until the client waits for the clock.</summary>
    private static async Task TimerAsync(ManualTimeProvider time)
    {
        while (time.TimerCount == 0)
        {
            await Task.Yield();
        }
    }
}
