using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Authorization;
using Samsa.ZooKeeper.Wire;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Requests;

/// <summary>What each operation does to the tree, and which error says why not.</summary>
public sealed class PipelineOperationTests
{
    private readonly PipelineBench _bench = new(new ServerOptions { ExtendedTypesEnabled = true, EnforceQuota = true });
    private readonly FakeConnection _client;

    public PipelineOperationTests() => _client = _bench.Connect();

    [Fact]
    public void Stat_counts_as_Apache_ZooKeeper_counts()
    {
        _bench.Create(_client, "/a", "one");
        var created = _bench.Pipeline.Tree.LastProcessedZxid;
        _bench.Create(_client, "/a/b");
        _bench.Create(_client, "/a/c");
        _bench.Ask(_client, OpCode.Delete, new DeleteRequest { Path = "/a/b", Version = -1 });
        var deleted = _bench.Pipeline.Tree.LastProcessedZxid;
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        _bench.Ask(_client, OpCode.SetData, new SetDataRequest { Path = "/a", Data = PipelineBench.Bytes("four"), Version = 0 });
        _bench.Ask(_client, OpCode.SetAcl, new SetAclRequest { Path = "/a", Acl = PipelineBench.Open, Version = 0 });

        var stat = _bench.Stat(_client, "/a")!;

        Assert.Equal((created, deleted + 1, deleted), (stat.Czxid, stat.Mzxid, stat.Pzxid));
        Assert.Equal((1, 3, 1), (stat.Version, stat.Cversion, stat.Aversion));
        Assert.Equal((4, 1, 0L), (stat.DataLength, stat.NumChildren, stat.EphemeralOwner));
        Assert.Equal(1000, stat.Mtime - stat.Ctime);

        // Three children, of which one was created by nobody.
        _bench.Create(_client, "/b");
        Assert.Equal(1, _bench.Stat(_client, "/")!.Cversion);
    }

    [Theory]
    [InlineData("a", KeeperError.BadArguments)]
    [InlineData("/p/", KeeperError.BadArguments)]
    [InlineData("//b", KeeperError.BadArguments)]
    [InlineData("/p/.", KeeperError.BadArguments)]
    [InlineData("/p/..", KeeperError.BadArguments)]
    [InlineData("/p/\u0001", KeeperError.BadArguments)]
    [InlineData("/", KeeperError.NodeExists)]
    [InlineData("/none/", KeeperError.NoNode)]
    [InlineData("/none/a", KeeperError.NoNode)]
    [InlineData("/e/a", KeeperError.NoChildrenForEphemerals)]
    [InlineData("/e", KeeperError.NodeExists)]
    [InlineData("/ä/..", KeeperError.NoNode)]
    public void Create_says_why_not(string path, KeeperError error)
    {
        _bench.Create(_client, "/p");
        _bench.Create(_client, "/e", mode: CreateMode.Ephemeral);

        Assert.Equal(error, _bench.Create(_client, path));
    }

    [Fact]
    public void Delete_and_setData_say_why_not()
    {
        _bench.Create(_client, "/a");
        _bench.Create(_client, "/a/b");

        Assert.Equal(KeeperError.NotEmpty, Delete("/a", 0));
        Assert.Equal(KeeperError.BadVersion, Delete("/a/b", 1));
        Assert.Equal(KeeperError.NoNode, Delete("/a/c", -1));
        Assert.Equal(KeeperError.BadArguments, Delete("/zookeeper", -1));
        Assert.Equal(KeeperError.BadArguments, Delete("/", -1));
        Assert.Equal(KeeperError.BadVersion, _bench.Ask(_client, OpCode.SetData, new SetDataRequest { Path = "/a", Version = 1 }).Error);
        Assert.Equal(KeeperError.InvalidAcl, _bench.Create(_client, "/x", acl: []));
        Assert.Equal(KeeperError.ReconfigDisabled, _bench.Ask(_client, OpCode.Reconfig, null).Error);
    }

    /// <summary>Apache ZooKeeper 3.8.4 ends when it is asked so (a ClassCastException in its log's thread).</summary>
    [Theory]
    [InlineData(CreateMode.Persistent, OpCode.Create2)]
    [InlineData(CreateMode.Ephemeral, OpCode.Create2)]
    [InlineData(CreateMode.Container, OpCode.CreateContainer)]
    public void Node_without_a_time_that_is_asked_for_as_one_with_a_time_is_made_as_what_it_is(CreateMode mode, OpCode logged)
    {
        var request = new CreateTtlRequest { Path = "/t", Acl = PipelineBench.Open, Flags = (int)mode, Ttl = -1 };
        _bench.Submit(_client, OpCode.CreateTtl, request);

        var proposal = Assert.Single(_bench.Commit());

        Assert.Equal((int)logged, proposal.Header!.Type);
        Assert.Equal(KeeperError.Ok, _client.Answers[^1].Error);
        Assert.Equal("/t", Assert.IsType<Create2Response>(_client.Answers[^1].Body).Path);
        Assert.Equal(mode == CreateMode.Ephemeral ? _client.SessionId : 0, _bench.Pipeline.Tree.StatOf(_bench.Pipeline.Tree.Find("/t")!).EphemeralOwner);
    }

    [Fact]
    public void Failed_write_takes_a_transaction_of_its_own()
    {
        var before = _bench.Pipeline.Tree.LastProcessedZxid;
        _bench.Submit(_client, OpCode.Delete, new DeleteRequest { Path = "/none", Version = -1 });

        var proposal = Assert.Single(_bench.Commit());

        Assert.Equal((int)OpCode.Error, proposal.Header!.Type);
        Assert.Equal((int)KeeperError.NoNode, ((ErrorTxn)proposal.Txn!).Err);
        Assert.Equal(before + 1, _client.Answers[^1].Zxid);
    }

    [Fact]
    public void Request_is_judged_by_what_is_under_way()
    {
        _bench.Submit(_client, OpCode.Create, PipelineBench.CreateRequest("/a"));
        _bench.Submit(_client, OpCode.Create, PipelineBench.CreateRequest("/a"));
        _bench.Submit(_client, OpCode.SetData, new SetDataRequest { Path = "/a", Version = 0 });
        _bench.Submit(_client, OpCode.SetData, new SetDataRequest { Path = "/a", Version = 1 });
        _bench.Submit(_client, OpCode.Delete, new DeleteRequest { Path = "/a", Version = 2 });
        _bench.Submit(_client, OpCode.Create, PipelineBench.CreateRequest("/a/b"));

        _bench.Commit();

        Assert.Equal(
            [KeeperError.Ok, KeeperError.NodeExists, KeeperError.Ok, KeeperError.Ok, KeeperError.Ok, KeeperError.NoNode],
            _client.Answers.Select(answer => answer.Error));
    }

    [Fact]
    public void Multi_that_fails_changes_nothing_and_says_where()
    {
        _bench.Create(_client, "/a");
        var (error, body) = Multi(
            (OpCode.Create, PipelineBench.CreateRequest("/b")),
            (OpCode.Check, new CheckVersionRequest { Path = "/a", Version = 7 }),
            (OpCode.Delete, new DeleteRequest { Path = "/a", Version = -1 }));

        Assert.Equal(KeeperError.Ok, error);
        Assert.Equal([(-1, 0), (-1, (int)KeeperError.BadVersion), (-1, (int)KeeperError.RuntimeInconsistency)], Results(body));
        Assert.Null(_bench.Pipeline.Tree.Find("/b"));

        // And what it had under way is forgotten: the path is free.
        Assert.Equal(KeeperError.Ok, _bench.Create(_client, "/b"));
    }

    [Fact]
    public void Multi_that_succeeds_sees_its_own_parts_under_one_transaction()
    {
        var (_, body) = Multi(
            (OpCode.Create, PipelineBench.CreateRequest("/a", "1")),
            (OpCode.Create2, PipelineBench.CreateRequest("/a/s-", mode: CreateMode.EphemeralSequential)),
            (OpCode.SetData, new SetDataRequest { Path = "/a", Version = 0 }),
            (OpCode.Check, new CheckVersionRequest { Path = "/a", Version = 1 }),
            (OpCode.Delete, new DeleteRequest { Path = "/a/s-0000000000", Version = 0 }));

        Assert.Equal([(1, 0), (15, 0), (5, 0), (13, 0), (2, 0)], Results(body));
        var stat = _bench.Stat(_client, "/a")!;
        Assert.Equal((stat.Czxid, stat.Czxid, 2), (stat.Mzxid, stat.Pzxid, stat.Cversion));
    }

    [Fact]
    public void Sequence_goes_on_after_deletions()
    {
        _bench.Create(_client, "/q");
        Assert.Equal("/q/n-0000000000", Sequential("/q/n-"));
        Delete("/q/n-0000000000", -1);
        Assert.Equal("/q/n-0000000001", Sequential("/q/n-"));
        Assert.Equal("/q/0000000002", Sequential("/q/"));
    }

    [Fact]
    public void Acl_decides_who_may()
    {
        var owner = new AclId { Scheme = "digest", Id = DigestScheme.Digest("bob:secret") };
        Assert.Equal("u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=", DigestScheme.Digest("u:p"));
        _client.Ids.Add(owner);
        var mine = new List<Acl> { new() { Perms = 31, Id = new AclId { Scheme = "auth", Id = "" } } };
        Assert.Equal(KeeperError.Ok, _bench.Create(_client, "/a", acl: mine));
        var other = _bench.Connect();

        Assert.Equal(KeeperError.NoAuth, _bench.Create(other, "/a/b"));
        Assert.Equal(KeeperError.NoAuth, _bench.Ask(other, OpCode.GetData, new GetDataRequest { Path = "/a" }).Error);
        Assert.Equal(KeeperError.NoAuth, _bench.Ask(other, OpCode.Exists, new ExistsRequest { Path = "/a", Watch = true }).Error);
        Assert.Equal(0, _bench.Pipeline.Watches.Count);
        Assert.Equal(KeeperError.NoAuth, _bench.Ask(other, OpCode.GetAcl, new GetAclRequest { Path = "/a" }).Error);
        Assert.Equal(KeeperError.InvalidAcl, _bench.Create(other, "/b", acl: mine));
        var acl = ((GetAclResponse)_bench.Ask(_client, OpCode.GetAcl, new GetAclRequest { Path = "/a" }).Body!).Acl;
        Assert.Equal(owner.Id, Assert.Single(acl).Id.Id);

        other.Ids.Add(new AclId { Scheme = "super", Id = "" });
        Assert.Equal(KeeperError.Ok, _bench.Create(other, "/a/b"));
    }

    [Fact]
    public void Container_goes_after_its_last_child_and_ttl_node_after_its_time()
    {
        _bench.Ask(_client, OpCode.CreateContainer, PipelineBench.CreateRequest("/c", mode: CreateMode.Container));
        var ttl = new CreateTtlRequest { Path = "/t", Acl = PipelineBench.Open, Flags = (int)CreateMode.PersistentWithTtl, Ttl = 5000 };
        Assert.Equal(KeeperError.Ok, _bench.Ask(_client, OpCode.CreateTtl, ttl).Error);
        _bench.Pipeline.CleanUpNodes();
        Assert.Empty(_bench.Commit());

        _bench.Create(_client, "/c/d");
        Delete("/c/d", -1);
        _bench.Time.Advance(TimeSpan.FromMilliseconds(5001));
        _bench.Pipeline.CleanUpNodes();

        Assert.Equal([(int)OpCode.DeleteContainer, (int)OpCode.DeleteContainer], _bench.Commit().Select(proposal => proposal.Header!.Type));
        Assert.Null(_bench.Pipeline.Tree.Find("/c"));
        Assert.Null(_bench.Pipeline.Tree.Find("/t"));
    }

    [Fact]
    public void Hard_quota_refuses_and_the_counter_counts()
    {
        _bench.Create(_client, "/q", "12");
        _bench.Create(_client, "/zookeeper/quota/q");
        _bench.Create(_client, "/zookeeper/quota/q/zookeeper_limits", "count=-1,bytes=-1=;byteHardLimit=10;countHardLimit=3");
        _bench.Create(_client, "/zookeeper/quota/q/zookeeper_stats", "count=0,bytes=0");

        Assert.Equal(KeeperError.QuotaExceeded, _bench.Create(_client, "/q/big", "123456789"));
        Assert.Equal(KeeperError.Ok, _bench.Create(_client, "/q/a", "1234"));
        Assert.Equal(KeeperError.Ok, _bench.Create(_client, "/q/a/b"));
        Assert.Equal(KeeperError.QuotaExceeded, _bench.Create(_client, "/q/c"));
        var stats = (GetDataResponse)_bench.Ask(_client, OpCode.GetData, new GetDataRequest { Path = "/zookeeper/quota/q/zookeeper_stats" }).Body!;
        Assert.Equal("count=3,bytes=6"u8.ToArray(), stats.Data!.Value.ToArray());
    }

    [Fact]
    public void Counter_of_a_quota_that_was_there_before_the_limits_counts_what_came_in_between()
    {
        _bench.Create(_client, "/q");
        _bench.Create(_client, "/zookeeper/quota/q");
        _bench.Create(_client, "/zookeeper/quota/q/zookeeper_stats", "count=0,bytes=0");
        _bench.Create(_client, "/q/a", "1234");
        _bench.Create(_client, "/zookeeper/quota/q/zookeeper_limits", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=3");

        Assert.Equal(KeeperError.Ok, _bench.Create(_client, "/q/b"));
        Assert.Equal(KeeperError.QuotaExceeded, _bench.Create(_client, "/q/c"));
        var stats = (GetDataResponse)_bench.Ask(_client, OpCode.GetData, new GetDataRequest { Path = "/zookeeper/quota/q/zookeeper_stats" }).Body!;
        Assert.Equal("count=3,bytes=4"u8.ToArray(), stats.Data!.Value.ToArray());
    }

    [Fact]
    public void Reads_of_many_kinds()
    {
        _bench.Create(_client, "/a", "x");
        _bench.Create(_client, "/a/e", mode: CreateMode.Ephemeral);
        _bench.Create(_client, "/a/p");

        Assert.Equal(2, ((GetAllChildrenNumberResponse)Body(OpCode.GetAllChildrenNumber, new GetAllChildrenNumberRequest { Path = "/a" })).TotalNumber);
        Assert.Equal(["/a/e"], ((GetEphemeralsResponse)Body(OpCode.GetEphemerals, new GetEphemeralsRequest { PrefixPath = "/a" })).Ephemerals);
        Assert.Empty(((GetEphemeralsResponse)Body(OpCode.GetEphemerals, new GetEphemeralsRequest { PrefixPath = "/b" })).Ephemerals);
        Assert.Equal(["e", "p"], ((GetChildren2Response)Body(OpCode.GetChildren2, new GetChildrenRequest { Path = "/a" })).Children.Order());
        var who = (WhoAmIResponse)Body(OpCode.WhoAmI, null);
        Assert.Equal(("ip", "127.0.0.1"), (who.ClientInfo[0].AuthScheme, who.ClientInfo[0].User));
    }

    private IRecord Body(OpCode type, IRecord? request) => _bench.Ask(_client, type, request).Body!;

    private KeeperError Delete(string path, int version) =>
        _bench.Ask(_client, OpCode.Delete, new DeleteRequest { Path = path, Version = version }).Error;

    private string Sequential(string path) => ((CreateResponse)_bench.Ask(
        _client, OpCode.Create, PipelineBench.CreateRequest(path, mode: CreateMode.PersistentSequential)).Body!).Path;

    private (KeeperError Error, IRecord? Body) Multi(params (OpCode Type, IRecord Request)[] parts) =>
        _bench.Ask(_client, OpCode.Multi, new MultiRequest(parts));

    /// <summary>Type and error of each result, as a client reads them.</summary>
    private static List<(int Type, int Error)> Results(IRecord? body)
    {
        var reader = new Samsa.Protocol.Wire.WireReader(Jute.ToBytes(Assert.IsType<MultiResponse>(body)));
        var results = new List<(int Type, int Error)>();
        while (Jute.Read<MultiHeader>(ref reader) is { Done: false } header)
        {
            results.Add((header.Type, header.Err));
            switch (header.Type)
            {
                case -1:
                    Assert.Equal(header.Err, Jute.Read<ErrorResponse>(ref reader).Err);
                    break;
                case 1:
                    Jute.Read<CreateResponse>(ref reader);
                    break;
                case 15:
                    Jute.Read<Create2Response>(ref reader);
                    break;
                case 5:
                    Jute.Read<SetDataResponse>(ref reader);
                    break;
            }
        }

        Assert.Equal(0, reader.Remaining);
        return results;
    }
}
