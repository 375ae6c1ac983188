using System.Net;
using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Authorization;
using Samsa.ZooKeeper.Server.Sessions;
using Samsa.ZooKeeper.Server.Tree;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Tree;

/// <summary>Small parts of the server by themselves.</summary>
public sealed class TreeTests
{
    [Theory]
    [InlineData("/", true)]
    [InlineData("/a", true)]
    [InlineData("/a/b.c/...", true)]
    [InlineData("/.a/a./..a", true)]
    [InlineData("", false)]
    [InlineData("a", false)]
    [InlineData("/a/", false)]
    [InlineData("//", false)]
    [InlineData("/a/./b", false)]
    [InlineData("/a/../b", false)]
    [InlineData("/..", false)]
    [InlineData("/a\u007f", false)]
    [InlineData("/\ue000", false)]
    [InlineData("/\ufff0", false)]
    public void Path_is_judged_as_Apache_ZooKeeper_judges_it(string path, bool valid) => Assert.Equal(valid, NodePath.IsValid(path));

    [Theory]
    [InlineData("10.1.2.3", "10.0.0.0/8", true)]
    [InlineData("11.1.2.3", "10.0.0.0/8", false)]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.2/31", true)]
    [InlineData("10.1.2.4", "10.1.2.2/31", false)]
    [InlineData("1.2.3.4", "0.0.0.0/0", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("::1", "127.0.0.1", false)]
    public void Address_matches_by_its_leading_bits(string client, string acl, bool matches) =>
        Assert.Equal(matches, new IpScheme().Matches(IpScheme.IdOf(IPAddress.Parse(client)).Id, acl));

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0/8")]
    [InlineData("ten")]
    [InlineData("")]
    public void Address_that_is_none_is_refused(string acl) => Assert.False(new IpScheme().IsValid(acl));

    /// <summary>A session that Apache ZooKeeper 3.8.4 gave out, and its password.</summary>
    [Fact]
    public void Password_of_a_session_is_the_one_that_Apache_ZooKeeper_gives() =>
        Assert.Equal("73dca19efb3b6f21df87c20609940384", Convert.ToHexStringLower(SessionIds.PasswordOf(0x100019e13bc0003)));

    [Fact]
    public void Session_ids_rise_over_restarts()
    {
        var first = SessionIds.First(serverId: 1, milliseconds: 1_795_220_000_000);
        var second = SessionIds.First(serverId: 1, milliseconds: 1_795_220_000_001);

        Assert.Equal(1, first >> 56);
        Assert.True(second > first);

        // The clock was put back, and a session of before is still open.
        var bench = new PipelineBench(sessions: new Dictionary<long, int> { [SessionIds.First(0, 1_800_000_000_000)] = 10_000 });
        Assert.True(bench.Connect().SessionId > SessionIds.First(0, 1_800_000_000_000));
    }

    [Fact]
    public void Node_whose_acl_a_snapshot_does_not_explain_is_closed_and_takes_no_other_acl()
    {
        var tree = new DataTree(extendedTypes: false);
        tree.Restore("/a", new DataNode(null, acl: 2));
        Assert.Equal(0, Assert.Single(tree.AclOf(tree.Find("/a")!)).Perms);
        List<Acl> other = [new Acl { Perms = 1, Id = new AclId { Scheme = "ip", Id = "10.0.0.1" } }];
        tree.Create("/b", null, other, 0, -1, 1, 0);
        Assert.Equal(0, Assert.Single(tree.AclOf(tree.Find("/a")!)).Perms);

        tree.SetAcl("/a", [AclCache.World(AclPermissions.All)], 1);

        Assert.Equal(31, Assert.Single(tree.AclOf(tree.Find("/a")!)).Perms);
        Assert.Equal("10.0.0.1", Assert.Single(tree.AclOf(tree.Find("/b")!)).Id.Id);
    }
}
