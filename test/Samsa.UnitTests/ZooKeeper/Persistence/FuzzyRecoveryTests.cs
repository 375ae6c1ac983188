using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Persistence;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>Snapshots that were taken while the tree changed, and logs of which something is missing.</summary>
public sealed class FuzzyRecoveryTests
{
    private readonly MemoryDisk _disk = new();

    [Fact]
    public void Child_of_a_node_that_was_made_anew_while_the_snapshot_was_taken_is_in_its_list_after_the_restart()
    {
        var server = new TestServer(_disk);
        var client = Connect(server);
        Create(server, client, "/p");
        using (var snapshot = server.BeginSnapshot())
        {
            // The snapshot has the later /p with its child, and the log after it begins with the end of the earlier one.
            server.Bench.Submit(client, OpCode.Delete, new DeleteRequest { Path = "/p", Version = -1 });
            Create(server, client, "/p");
            Create(server, client, "/p/c");
            Create(server, client, "/p/c/d");
            Finish(snapshot);
        }

        var after = new TestServer(_disk);

        Assert.True(after.Recovered.SnapshotZxid > 0);
        Assert.Equal(4, after.Recovered.Replayed);
        Assert.Equal(TestServer.Describe(server.Bench.Pipeline.Tree), TestServer.Describe(after.Recovered.Tree));
        var resumed = Connect(after);
        Assert.Equal(["c"], ((GetChildrenResponse)after.Bench.Ask(resumed, OpCode.GetChildren, new GetChildrenRequest { Path = "/p" }).Body!).Children);
        Assert.Equal(KeeperError.NotEmpty, after.Bench.Ask(resumed, OpCode.Delete, new DeleteRequest { Path = "/p", Version = -1 }).Error);
    }

    [Fact]
    public void Log_that_is_missing_between_two_others_is_refused()
    {
        var server = ThreeLogs();
        _disk.Delete(server.Logs[1]);

        var refusal = Assert.Throws<CorruptDataException>(() => new TestServer(_disk));

        Assert.Contains(System.IO.Path.GetFileName(server.Logs[2]), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Log_that_is_missing_between_the_snapshot_and_the_next_log_is_refused()
    {
        var server = ThreeLogs();
        _disk.Delete(server.Logs[0]);

        Assert.Throws<CorruptDataException>(() => new TestServer(_disk));
    }

    [Fact]
    public void Log_that_is_missing_and_that_the_snapshot_covers_is_not_missed()
    {
        var server = ThreeLogs();
        server.Server.Snapshot();
        _disk.Delete(server.Logs[0]);
        _disk.Delete(server.Logs[1]);

        Assert.Equal(TestServer.Describe(server.Server.Bench.Pipeline.Tree), TestServer.Describe(new TestServer(_disk).Recovered.Tree));
    }

    [Fact]
    public void Log_of_a_new_epoch_goes_on_after_any_number()
    {
        // As a member of an ensemble leaves it: the leader of the new epoch began to count anew.
        var tree = new TestServer(_disk).Recovered.Tree;
        Assert.Equal(0, tree.LastProcessedZxid);
        var epoch = 7L << 32;
        using (var log = new TransactionLog(_disk, "/data/version-2", TestServer.Options))
        {
            log.Append(new TxnHeader { ClientId = 1, Zxid = epoch + 1, Type = (int)OpCode.CreateSession }, new CreateSessionTxn { TimeOut = 10_000 });
            log.Flush();
        }

        Assert.Equal(epoch + 1, new TestServer(_disk).Recovered.Tree.LastProcessedZxid);
    }

    [Fact]
    public void Ephemeral_node_of_a_session_that_is_not_there_is_deleted_at_the_start()
    {
        _ = new TestServer(_disk);
        using (var log = new TransactionLog(_disk, "/data/version-2", TestServer.Options))
        {
            log.Append(new TxnHeader { ClientId = 1, Zxid = 1, Type = (int)OpCode.CreateSession }, new CreateSessionTxn { TimeOut = 10_000 });
            Append(1, 2, "/alive");
            Append(2, 3, "/dead");
            log.Flush();

            void Append(long session, long zxid, string path) => log.Append(
                new TxnHeader { ClientId = session, Zxid = zxid, Type = (int)OpCode.Create },
                new CreateTxn { Path = path, Acl = PipelineBench.Open, Ephemeral = true, ParentCVersion = (int)zxid });
        }

        var tree = new TestServer(_disk).Recovered.Tree;

        Assert.NotNull(tree.Find("/alive"));
        Assert.Null(tree.Find("/dead"));
        Assert.Equal(1, tree.EphemeralCount);
    }

    private static FakeConnection Connect(TestServer server)
    {
        var client = new FakeConnection();
        server.Bench.Pipeline.Connect(client, new ConnectRequest { TimeOut = 10_000 });
        server.Commit();
        return client;
    }

    private static void Create(TestServer server, FakeConnection client, string path)
    {
        server.Bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest(path));
        server.Commit();
        Assert.Equal(KeeperError.Ok, client.Answers[^1].Error);
    }

    private static void Finish(SnapshotWriter snapshot)
    {
        while (snapshot.CopyNodes(16))
        {
            snapshot.WriteOut();
        }

        snapshot.Finish();
    }

    private (TestServer Server, List<string> Logs) ThreeLogs()
    {
        var server = new TestServer(_disk);
        for (var i = 0; i < 3; i++)
        {
            server.Roll();
            Connect(server);
            Connect(server);
        }

        List<string> logs = [.. _disk.Files.Where(path => path.Contains("log.", StringComparison.Ordinal))];
        Assert.Equal(3, logs.Count);
        return (server, logs);
    }
}
