using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper.Server.Quotas;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Tree;

/// <summary>Soft limits of a quota are told of when they are passed, and refuse nothing.</summary>
public sealed class SoftQuotaTests
{
    [Fact]
    public void Passing_a_soft_limit_is_told_once()
    {
        var bench = new PipelineBench();
        var told = new List<(string Path, QuotaLimits Used)>();
        bench.Pipeline.Tree.Quotas.SoftLimitPassed = (path, used, _) => told.Add((path, used));
        var client = bench.Connect();
        bench.Create(client, "/q");
        bench.Create(client, "/zookeeper/quota/q");
        bench.Create(client, "/zookeeper/quota/q/zookeeper_limits", "count=2,bytes=5");
        bench.Create(client, "/zookeeper/quota/q/zookeeper_stats", "count=0,bytes=0");

        bench.Create(client, "/q/a");
        Assert.Empty(told);
        bench.Create(client, "/q/b");
        bench.Create(client, "/q/c", "12345");
        bench.Create(client, "/q/d", "6");

        Assert.Equal([("/q", new QuotaLimits(3, 0)), ("/q", new QuotaLimits(5, 6))], told);
    }
}
