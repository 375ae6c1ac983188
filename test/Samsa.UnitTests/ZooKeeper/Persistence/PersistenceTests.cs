using System.Buffers.Binary;
using Samsa.UnitTests.ZooKeeper.Requests;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server.Persistence;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Persistence;

/// <summary>The files: what is in them, what survives, and what is refused.</summary>
public sealed class PersistenceTests
{
    private const string FirstLog = "/data/version-2/log.1";

    private readonly MemoryDisk _disk = new();

    [Fact]
    public void Checksum_is_that_of_RFC_1950()
    {
        Assert.Equal(0x11E60398, Adler32.Of("Wikipedia"u8));
        Assert.Equal(1, Adler32.Of([]));
        var bytes = new byte[20_000];
        Array.Fill(bytes, (byte)0xFF);
        var pieces = default(Adler32);
        pieces.Add(bytes.AsSpan(0, 7));
        pieces.Add(bytes.AsSpan(7));
        Assert.Equal(Adler32.Of(bytes), pieces.Value);
    }

    [Fact]
    public void Log_file_has_the_frame_of_Apache_ZooKeeper()
    {
        var server = new TestServer(_disk);
        server.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
        server.Commit();

        var bytes = _disk.Read(FirstLog);

        Assert.Equal("ZKLG"u8.ToArray(), bytes[..4]);
        Assert.Equal(2, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(4)));
        Assert.Equal(0, BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(8)));
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(24));

        // Header of 32 bytes and a createSession of 4.
        Assert.Equal(36, length);
        Assert.Equal(Adler32.Of(bytes.AsSpan(28, length)), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(16)));
        Assert.Equal((byte)'B', bytes[28 + length]);
        Assert.Equal(TestServer.Options.PreAllocSize * 2, bytes.Length);
        Assert.Equal(["/data/version-2/log.1", "/data/version-2/snapshot.0"], _disk.Files);
    }

    [Fact]
    public void Everything_answered_is_there_after_a_restart()
    {
        var before = Fill(new TestServer(_disk));

        var after = new TestServer(_disk);

        Assert.Equal(before, TestServer.Describe(after.Recovered.Tree));
        Assert.Equal(0, after.Recovered.SnapshotZxid);
        Assert.Single(after.Recovered.Sessions);
    }

    [Fact]
    public void Snapshot_says_the_same_as_the_log()
    {
        var server = new TestServer(_disk);
        var before = Fill(server);
        server.Snapshot();
        server.Roll();
        _disk.Delete(FirstLog);

        var after = new TestServer(_disk);

        Assert.Equal(before, TestServer.Describe(after.Recovered.Tree));
        Assert.Equal(0, after.Recovered.Replayed);
    }

    [Fact]
    public void Restart_goes_on_with_the_next_transaction_in_a_file_of_its_own()
    {
        Fill(new TestServer(_disk));
        var second = new TestServer(_disk);
        var last = second.Recovered.Tree.LastProcessedZxid;
        second.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
        second.Commit();

        Assert.Contains($"/data/version-2/log.{last + 1:x}", _disk.Files);
        Assert.Equal(last + 1, new TestServer(_disk).Recovered.Tree.LastProcessedZxid);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(40)]
    public void Torn_end_of_the_last_log_is_cut_off(int damage)
    {
        var server = new TestServer(_disk);
        Fill(server);
        var whole = TestServer.Describe(server.Bench.Pipeline.Tree);
        var log = EndOf(_disk.Read(FirstLog));
        server.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
        server.Commit();
        var bytes = _disk.Read(FirstLog).AsSpan().ToArray();
        bytes[log + damage] ^= 0x55;
        _disk.Write(FirstLog, bytes);

        var after = new TestServer(_disk);

        Assert.Equal(whole, TestServer.Describe(after.Recovered.Tree));
        Assert.True(after.Recovered.TornBytes > 0);
        Assert.Equal(log, _disk.Read(FirstLog).Length);
        Assert.Equal(0, new TestServer(_disk).Recovered.TornBytes);
    }

    [Fact]
    public void Damage_in_a_log_that_others_follow_is_refused()
    {
        var server = new TestServer(_disk);
        Fill(server);
        var end = EndOf(_disk.Read(FirstLog));
        server.Roll();
        server.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
        server.Commit();
        var bytes = _disk.Read(FirstLog).AsSpan().ToArray();
        bytes[end - 20] ^= 0x55;
        _disk.Write(FirstLog, bytes);

        var refusal = Assert.Throws<CorruptDataException>(() => new TestServer(_disk));

        Assert.Contains("log.1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_snapshot_is_passed_over_for_an_older_one()
    {
        var server = new TestServer(_disk);
        var before = Fill(server);
        server.Snapshot();
        var newest = _disk.Files.Last();
        var bytes = _disk.Read(newest).AsSpan().ToArray();
        bytes[bytes.Length / 2] ^= 1;
        _disk.Write(newest, bytes);

        var after = new TestServer(_disk);

        Assert.Equal(before, TestServer.Describe(after.Recovered.Tree));
        Assert.Equal(0, after.Recovered.SnapshotZxid);
    }

    [Fact]
    public void Logs_without_a_snapshot_are_refused_unless_they_are_trusted()
    {
        var server = new TestServer(_disk);
        Fill(server);
        server.Roll();
        server.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
        server.Commit();
        _disk.Delete("/data/version-2/snapshot.0");
        Assert.Throws<CorruptDataException>(() => new TestServer(_disk));
        _disk.Delete(FirstLog);

        Assert.Throws<CorruptDataException>(() => new TestServer(_disk));
        Assert.Equal(1, new TestServer(_disk, TestServer.Options with { TrustEmptySnapshot = true }).Recovered.Replayed);
    }

    [Fact]
    public void A_node_made_anew_while_a_snapshot_was_taken_keeps_its_child_through_recovery_and_the_next_snapshot()
    {
        var server = new TestServer(_disk);
        var client = server.Bench.Connect();
        server.Bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/p"));
        server.Commit();
        using (var snapshot = server.BeginSnapshot())
        {
            // The root is copied before, its child after.
            Assert.True(snapshot.CopyNodes(1));
            server.Bench.Submit(client, OpCode.Delete, new DeleteRequest { Path = "/p", Version = -1 });
            server.Bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/p"));
            server.Bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/p/c", "kept"));
            server.Commit();
            while (snapshot.CopyNodes(16))
            {
                snapshot.WriteOut();
            }

            snapshot.Finish();
        }

        var before = TestServer.Describe(server.Bench.Pipeline.Tree);
        var recovered = new TestServer(_disk);
        Assert.Equal(3, recovered.Recovered.Replayed);
        Assert.Equal(before, TestServer.Describe(recovered.Recovered.Tree));
        recovered.Snapshot();
        Assert.Equal(before, TestServer.Describe(new TestServer(_disk).Recovered.Tree));
    }

    [Fact]
    public void Purge_keeps_three_snapshots_and_the_logs_that_they_need()
    {
        var server = new TestServer(_disk);
        for (var i = 0; i < 6; i++)
        {
            server.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
            server.Bench.Pipeline.Connect(new FakeConnection(), new ConnectRequest { TimeOut = 10_000 });
            server.Commit();
            server.Roll();
            server.Snapshot();
        }

        var before = TestServer.Describe(server.Bench.Pipeline.Tree);
        Assert.True(server.Purge() > 0);

        Assert.Equal(
            ["log.9", "log.b", "snapshot.8", "snapshot.a", "snapshot.c"], _disk.Files.Select(path => Path.GetFileName(path)));
        Assert.Equal(before, TestServer.Describe(new TestServer(_disk).Recovered.Tree));
        Assert.Equal(0, server.Purge());
    }

    /// <summary>Where the last transaction of a log ends: before the zeros.</summary>
    private static int EndOf(byte[] log) => Array.FindLastIndex(log, value => value != 0) + 1;

    private static List<string> Fill(TestServer server)
    {
        var bench = server.Bench;
        var client = new FakeConnection();
        bench.Pipeline.Connect(client, new ConnectRequest { TimeOut = 10_000 });
        server.Commit();
        bench.Submit(client, OpCode.Create, PipelineBench.CreateRequest("/a", "data"));
        bench.Submit(client, OpCode.Create2, PipelineBench.CreateRequest("/a/ü", mode: CreateMode.EphemeralSequential));
        bench.Submit(client, OpCode.Create, new CreateRequest
        {
            Path = "/a/acl",
            Acl = [new Acl { Perms = 3, Id = new AclId { Scheme = "ip", Id = "10.0.0.0/8" } }, .. PipelineBench.Open],
        });
        bench.Submit(client, OpCode.CreateTtl, new CreateTtlRequest
        {
            Path = "/ttl",
            Acl = PipelineBench.Open,
            Ttl = 5000,
            Flags = (int)CreateMode.PersistentWithTtl,
        });
        bench.Submit(client, OpCode.SetData, new SetDataRequest { Path = "/a", Data = null, Version = 0 });
        bench.Submit(client, OpCode.Delete, new DeleteRequest { Path = "/none", Version = 0 });
        bench.Submit(client, OpCode.Multi, new MultiRequest(
        [
            (OpCode.Create, PipelineBench.CreateRequest("/m")), (OpCode.SetData, new SetDataRequest { Path = "/m", Version = -1 }),
        ]));
        server.Commit();
        Assert.Equal(8, client.Answers.Count + 1);
        return TestServer.Describe(server.Bench.Pipeline.Tree);
    }
}
