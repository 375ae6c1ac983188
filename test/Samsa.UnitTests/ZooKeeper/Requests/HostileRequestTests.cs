using Samsa.UnitTests.ZooKeeper.Sessions;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Network;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>Requests that ask for much with few bytes, and peers that take no answers.</summary>
public sealed class HostileRequestTests
{
    private readonly PipelineBench _bench = new();

    [Fact]
    public void Answer_to_a_multiRead_has_a_bound()
    {
        var client = _bench.Connect();
        _bench.Ask(client, OpCode.Create, new CreateRequest { Path = "/big", Data = new byte[1_000_000], Acl = PipelineBench.Open });

        Assert.Equal(KeeperError.Ok, Read(10));
        Assert.Equal(KeeperError.MarshallingError, Read(17));
        Assert.Equal(KeeperError.Ok, Read(1));

        KeeperError Read(int times) => _bench.Ask(
            client, OpCode.MultiRead, new MultiRequest([.. Enumerable.Repeat((OpCode.GetData, (IRecord)new GetDataRequest { Path = "/big" }), times)])).Error;
    }

    [Fact]
    public void Answer_to_a_multiRead_of_children_has_a_bound()
    {
        var client = _bench.Connect();
        for (var i = 0; i < 1000; i++)
        {
            _bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest($"/{i}"));
        }

        _bench.Commit();
        var reads = Enumerable.Repeat((OpCode.GetChildren, (IRecord)new GetChildrenRequest { Path = "/" }), 1000);

        Assert.Equal(KeeperError.MarshallingError, _bench.Ask(client, OpCode.MultiRead, new MultiRequest([.. reads])).Error);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(40_000)]
    public void Doubles_in_an_ACL_are_left_out_however_many_entries_there_are(int entries)
    {
        var client = _bench.Connect();
        var once = Enumerable.Range(0, entries).Select(i => new Acl { Perms = 31, Id = new AclId { Scheme = "digest", Id = $"u{i}:x" } }).ToList();
        List<Acl> all = [PipelineBench.Open[0], .. once, PipelineBench.Open[0], .. once];

        Assert.Equal(KeeperError.Ok, _bench.Create(client, "/a", acl: all));

        Assert.Equal(
            once.Prepend(PipelineBench.Open[0]).Select(entry => entry.Id.Id),
            _bench.Pipeline.Tree.AclOf(_bench.Pipeline.Tree.Find("/a")!).Select(entry => entry.Id.Id));
    }

    [Fact]
    public void ACL_that_stands_for_too_many_entries_is_not_valid()
    {
        var client = _bench.Connect();
        for (var i = 0; i < 60; i++)
        {
            client.Ids.Add(new AclId { Scheme = "digest", Id = $"user{i}:x" });
        }

        var acl = Enumerable.Range(0, 2000).Select(i => new Acl { Perms = i, Id = new AclId { Scheme = "auth", Id = "" } }).ToList();

        Assert.Equal(KeeperError.InvalidAcl, _bench.Create(client, "/a", acl: acl));
        Assert.Equal(KeeperError.Ok, _bench.Create(client, "/a", acl: acl[..10]));
    }

    [Fact]
    public void Requests_under_way_are_bounded_by_number_and_by_bytes()
    {
        var window = new RequestWindow(mostRequests: 4, mostBytes: 1000);
        window.Add(1, 10);
        window.Add(2, 10);
        window.Add(3, 10);
        Assert.True(window.RoomAsync().IsCompleted);

        window.Add(4, 10);
        var room = window.RoomAsync();
        Assert.False(room.IsCompleted);
        Assert.Equal(1, window.Take());
        Assert.False(room.IsCompleted);
        Assert.Equal(2, window.Take());
        Assert.True(room.IsCompleted);

        window.Add(5, 990);
        room = window.RoomAsync();
        Assert.False(room.IsCompleted);
        Assert.Equal(3, window.Take());
        Assert.Equal(4, window.Take());
        Assert.False(room.IsCompleted);
        Assert.Equal(5, window.Take());
        Assert.True(room.IsCompleted);
        Assert.Null(window.Take());
    }

    [Fact]
    public async Task Answers_that_wait_are_bounded_by_number_and_by_bytes()
    {
        var stream = new GatedStream();
        var outbox = new Outbox(stream, new ServerStatistics(), stream.Dispose);
        outbox.Add(new Outgoing(true, 1, 1, KeeperError.Ok, null, Size: 10_000));
        await stream.Written;

        // The first one is being written; what waits behind it counts.
        outbox.Add(new Outgoing(true, 2, 1, KeeperError.Ok, null, Size: 60));
        Assert.True(outbox.RoomAsync(limit: 2, bytes: 100).IsCompleted);
        outbox.Add(new Outgoing(true, 3, 1, KeeperError.Ok, null, Size: 60));
        var byBytes = outbox.RoomAsync(limit: 100, bytes: 100);
        var byNumber = outbox.RoomAsync(limit: 2, bytes: 1000);
        Assert.False(byBytes.IsCompleted);
        Assert.False(byNumber.IsCompleted);

        stream.Open();

        await byBytes;
        await byNumber;
    }
}
