using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Files;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>Snapshots as files: which of them count, how much is copied at once, and how a disk says no.</summary>
public sealed class SnapshotFileTests
{
    private readonly MemoryDisk _disk = new();

    [Fact]
    public void Half_snapshots_do_not_count_among_those_that_a_purge_keeps()
    {
        var server = new TestServer(_disk);
        for (var i = 0; i < 3; i++)
        {
            server.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
            server.Commit();
            server.Roll();
            server.Snapshot();
        }

        // As servers of Apache's leave them that died while they wrote; under the numbers that would have come next.
        var before = TestServer.Describe(server.Bench.Pipeline.Tree);
        var whole = _disk.Read("/data/version-2/snapshot.3");
        foreach (var zxid in new[] { 4, 5, 6 })
        {
            _disk.Write($"/data/version-2/snapshot.{zxid}", whole[..(whole.Length - zxid)]);
        }

        Assert.True(server.Purge() > 0);

        Assert.Equal(
            ["snapshot.1", "snapshot.2", "snapshot.3", "snapshot.4", "snapshot.5", "snapshot.6"],
            _disk.Files.Select(path => Path.GetFileName(path)).Where(name => name.StartsWith("snapshot", StringComparison.Ordinal)));
        Assert.Equal(before, TestServer.Describe(new TestServer(_disk).Recovered.Tree));
    }

    [Fact]
    public void Large_nodes_are_copied_in_small_numbers()
    {
        var server = new TestServer(_disk);
        var client = new FakeConnection();
        server.Bench.Pipeline.Connect(client, new ConnectRequest { TimeOut = 10_000 });
        server.Commit();
        const int Nodes = 6;
        for (var i = 0; i < Nodes; i++)
        {
            server.Bench.Submit(client, OpCode.Create, new CreateRequest { Path = $"/{i}", Data = new byte[900_000], Acl = PipelineBench.Open });
        }

        server.Commit();
        using var writer = server.BeginSnapshot();
        var steps = 1;
        for (; writer.CopyNodes(1000); steps++)
        {
            writer.WriteOut();
        }

        writer.Finish();
        Assert.InRange(steps, Nodes / 2, Nodes + 1);
        Assert.Equal(TestServer.Describe(server.Bench.Pipeline.Tree), TestServer.Describe(new TestServer(_disk).Recovered.Tree));
    }

    [Fact]
    public void What_the_system_does_not_allow_is_a_failure_of_the_disk()
    {
        // A directory where a file should be: refused to root, too.
        var directory = Directory.CreateTempSubdirectory("samsa-zookeeper-");
        try
        {
            var files = new PhysicalDataFileSystem();

            Assert.ThrowsAny<IOException>(() => files.Open(directory.FullName));
            Assert.ThrowsAny<IOException>(() => files.Delete(directory.FullName));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
