using System.Threading.Channels;
using Samsa.UnitTests.ZooKeeper.Sessions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Operations;
using Samsa.ZooKeeper.Recipes;
using Samsa.ZooKeeper.Records;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Recipes;

/// <summary>What a broker builds on ZooKeeper, over lost connections and expired sessions.</summary>
public sealed class RecipeTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly LocalServer _server = new();

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Registration_outlives_lost_connections_deletion_and_the_end_of_its_session(bool setsDataAfterwards)
    {
        await using var client = _server.Client();
        await using var other = _server.Client();
        var made = Channel.CreateUnbounded<Stat>();
        var options = new EphemeralRegistrationOptions
        {
            SetsDataAfterwards = setsDataAfterwards,
            OnRegistered = stat => made.Writer.TryWrite(stat),
        };
        var registration = EphemeralRegistration.Start(client, "/me", LocalServer.Bytes("1"), options);
        var first = await registration.Registered.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal((client.SessionId, setsDataAfterwards ? 1 : 0), (first.EphemeralOwner, first.Version));
        Assert.Equal(first.Czxid, (await ReadAsync(made)).Czxid);

        _server.Cut();
        await client.RetryAsync(Operation.Sync("/"));
        Assert.Equal(first.Czxid, (await client.RetryAsync(Operation.Exists("/me"))).Value!.Czxid);

        await other.RetryAsync(Operation.Delete("/me"));
        var second = await ReadAsync(made);
        Assert.True(second.Czxid > first.Czxid);

        await _server.ExpireAsync(client);
        var third = await ReadAsync(made);
        Assert.True(third.Czxid > second.Czxid);
        Assert.NotEqual(second.EphemeralOwner, third.EphemeralOwner);
        Assert.Equal(client.SessionId, third.EphemeralOwner);

        await registration.SetDataAsync(LocalServer.Bytes("2"));
        Assert.Equal("2", (await other.RunAsync(Operation.GetData("/me"))).Text);
        await registration.DisposeAsync();
        Assert.Null(await other.ExistsAsync("/me"));
        await registration.Completion;
    }

    [Fact]
    public async Task Node_of_another_session_is_waited_for_replaced_or_an_error()
    {
        await using var client = _server.Client();
        var owner = _server.Client();
        await owner.CreateAsync("/me", LocalServer.Bytes("old"), CreateMode.Ephemeral);
        await using (var refused = Start(client, EphemeralConflict.Fail))
        {
            var failure = await Assert.ThrowsAsync<KeeperException>(() => refused.Registered);
            Assert.Equal((KeeperError.NodeExists, "/me"), (failure.Error, failure.Path));
        }

        await using (var replaced = Start(client, EphemeralConflict.Replace))
        {
            Assert.Equal(client.SessionId, (await replaced.Registered.WaitAsync(Patience, TimeProvider.System)).EphemeralOwner);
        }

        await owner.CreateAsync("/me", LocalServer.Bytes("old"), CreateMode.Ephemeral);
        await using var waiting = Start(client, EphemeralConflict.Wait);
        await owner.SetDataAsync("/me", LocalServer.Bytes("still"));
        await client.SyncAsync();
        Assert.False(waiting.Registered.IsCompleted);
        await owner.DisposeAsync();
        Assert.Equal(client.SessionId, (await waiting.Registered.WaitAsync(Patience, TimeProvider.System)).EphemeralOwner);

        static EphemeralRegistration Start(ZooKeeperClient client, EphemeralConflict conflict) => EphemeralRegistration.Start(
            client, "/me", LocalServer.Bytes("new"), new EphemeralRegistrationOptions { OnConflict = _ => conflict });
    }

    [Fact]
    public async Task Registration_below_a_missing_node_fails()
    {
        await using var client = _server.Client();
        await using var registration = EphemeralRegistration.Start(client, "/nope/me", default);

        Assert.Equal(KeeperError.NoNode, (await Assert.ThrowsAsync<KeeperException>(() => registration.Registered)).Error);
    }

    [Fact]
    public async Task One_candidate_at_a_time_is_elected_with_a_rising_epoch()
    {
        var clients = new[] { _server.Client(), _server.Client(), _server.Client() };
        var elections = clients.Select(client => new ControllerElection(client, "/controller", "/controller_epoch")).ToArray();
        for (var round = 1; round <= 4; round++)
        {
            var results = await Task.WhenAll(elections.Select((election, i) => election.TryElectAsync(LocalServer.Bytes($"{i}"))));
            var elected = Assert.Single(results, result => result.IsElected);
            var winner = Array.IndexOf(results, elected);
            Assert.Equal((round, round), (elected.Epoch, elected.EpochVersion));
            Assert.All(results, result => Assert.Equal($"{winner}", result.Leader!.Text));

            // Standing again changes nothing.
            var again = await elections[winner].TryElectAsync(LocalServer.Bytes("again"));
            Assert.Equal((true, round, round), (again.IsElected, again.Epoch, again.EpochVersion));

            // The former controller's writes are refused once there is another.
            if (round % 2 == 0)
            {
                Assert.True(await elections[winner].ResignAsync(elected));
                Assert.False(await elections[winner].ResignAsync(elected));
            }
            else
            {
                await _server.ExpireAsync(clients[winner]);
                await clients[winner].WaitConnectedAsync();
            }
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Loser_hears_when_it_is_time_to_stand_again()
    {
        var first = _server.Client();
        await using var second = _server.Client();
        Assert.True((await new ControllerElection(first, "/c", "/e").TryElectAsync(default)).IsElected);
        var heard = new Samsa.ZooKeeper.Watches.OneEvent();
        var election = new ControllerElection(second, "/c", "/e");
        Assert.False((await election.TryElectAsync(default, heard)).IsElected);

        await first.DisposeAsync();

        await heard.Task.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(2, (await election.TryElectAsync(default, heard)).Epoch);
    }

    [Fact]
    public async Task Election_whose_answer_is_lost_is_found_again()
    {
        // The server does the multi and the connection ends before it answers.
        var script = new ScriptedServer();
        await using var client = script.Client();
        var elected = new ControllerElection(client, "/c", "/e").TryElectAsync("me"u8.ToArray());
        var connection = await script.AcceptAsync(8);
        await connection.AnswerAsync((await connection.ReadAsync()).Xid, error: KeeperError.NoNode);
        await connection.AnswerAsync((await connection.ReadAsync()).Xid, body: new GetDataResponse { Data = "4"u8.ToArray(), Stat = new() { Version = 4 } });
        Assert.Equal(OpCode.Multi, (await connection.ReadAsync()).Type);
        connection.Close();
        connection = await script.AcceptAsync(8);
        var leader = new GetDataResponse { Data = "me"u8.ToArray(), Stat = new() { EphemeralOwner = 8 } };
        await connection.AnswerAsync((await connection.ReadAsync()).Xid, body: leader);
        await connection.AnswerAsync((await connection.ReadAsync()).Xid, body: new GetDataResponse { Data = "5"u8.ToArray(), Stat = new() { Version = 5 } });

        // The epoch belongs to the office: it is looked at once more.
        await connection.AnswerAsync((await connection.ReadAsync()).Xid, body: leader);

        var result = await elected;
        Assert.Equal((true, 5, 5), (result.IsElected, result.Epoch, result.EpochVersion));
        connection.Close();
    }

    [Fact]
    public async Task Updates_of_many_are_all_counted()
    {
        await using var one = _server.Client();
        await using var two = _server.Client();
        await one.CreateAsync("/n", LocalServer.Bytes("0"));
        var updates = Enumerable.Range(0, 40).Select(i => NodeUpdate.UpdateAsync(i % 2 == 0 ? one : two, "/n", AddOne));
        await Task.WhenAll(updates);

        Assert.Equal("40", (await one.GetDataAsync("/n")).Text);
        var left = await NodeUpdate.UpdateAsync(one, "/n", _ => null);
        Assert.Equal((40, "40"), (left.Stat.Version, left.Text));
        Assert.Equal(KeeperError.NoNode, (await Assert.ThrowsAsync<KeeperException>(() => NodeUpdate.UpdateAsync(one, "/x", AddOne))).Error);

        static ReadOnlyMemory<byte>? AddOne(NodeData node) =>
            LocalServer.Bytes((int.Parse(node.Text, System.Globalization.CultureInfo.InvariantCulture) + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Children_are_read_anew_after_every_change_and_over_sessions()
    {
        await using var client = _server.Client();
        await using var other = _server.Client();
        await using var lists = ChildrenWatch.ReadAllAsync(client, "/list").GetAsyncEnumerator();
        Assert.Null(await NextAsync());
        await other.CreateAsync("/list");
        Assert.Equal("", Names(await NextAsync()));
        await other.CreateAsync("/list/b");
        Assert.Equal("b", Names(await NextAsync()));
        await other.CreateAsync("/list/a");
        Assert.Equal("a b", Names(await NextAsync()));
        await _server.ExpireAsync(client);
        Assert.Equal("a b", Names(await NextAsync()));
        _server.Cut();
        await other.RetryAsync(Operation.Delete("/list/a"));
        Assert.Equal("b", Names(await NextAsync()));
        await other.RetryAsync(Operation.Delete("/list/b"));
        Assert.Equal("", Names(await NextAsync()));
        await other.RetryAsync(Operation.Delete("/list"));
        Assert.Null(await NextAsync());

        async Task<NodeChildren?> NextAsync()
        {
            Assert.True(await lists.MoveNextAsync().AsTask().WaitAsync(Patience, TimeProvider.System));
            return lists.Current;
        }

        static string Names(NodeChildren? children) => string.Join(' ', children!.Names.Order(StringComparer.Ordinal));
    }

    private static async Task<Stat> ReadAsync(Channel<Stat> made) => await made.Reader.ReadAsync().AsTask().WaitAsync(Patience, TimeProvider.System);
}
