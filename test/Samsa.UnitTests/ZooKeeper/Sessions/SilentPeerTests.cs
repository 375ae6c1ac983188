using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Server;
using Samsa.ZooKeeper.Server.Configuration;
using Samsa.ZooKeeper.Transport;
using Samsa.ZooKeeper.Wire;
using Xunit;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>A client that sends and does not read, and a server that can answer nobody any more.</summary>
public sealed class SilentPeerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("samsa-zookeeper-");
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Connection_of_a_session_that_is_gone_ends_also_when_nobody_reads_what_is_left()
    {
        await using var server = ZooKeeperServer.Start(
            new ZooKeeperConfig { DataDir = _directory.FullName, ClientPort = -1, PreAllocSize = 64, FourLetterWords = ["cons"] }, _time, NullLogger.Instance);
        await using var silent = server.Connect();
        await WriteAsync(silent, new ConnectRequest { TimeOut = 30_000, Passwd = new byte[16] });
        var frames = new FrameReader(silent, int.MaxValue);
        var session = Jute.Read<ConnectResponse>((await frames.ReadAsync(CancellationToken.None))!.Value);
        await WriteAsync(silent, new RequestHeader { Xid = 1, Type = (int)OpCode.Create }, new CreateRequest
        {
            Path = "/big",
            Data = new byte[100_000],
            Acl = [new Acl { Perms = 31, Id = new AclId { Scheme = "world", Id = "anyone" } }],
        });
        await frames.ReadAsync(CancellationToken.None);

        // More than its connection takes. With those that are not awaited the server does not read any more either.
        const int Enough = 25;
        var unread = new List<Task>();
        for (var xid = 2; xid < 200; xid++)
        {
            unread.Add(WriteAsync(silent, new RequestHeader { Xid = xid, Type = (int)OpCode.GetData }, new GetDataRequest { Path = "/big", Watch = true }));
        }

        await UntilAsync(server, session.SessionId, connections => connections is [>= Enough]);
        await using var heir = ZooKeeperClient.Start(new ZooKeeperClientOptions
        {
            ConnectString = "local",
            Connector = new Connector(server),
            SessionId = session.SessionId,
            SessionPassword = session.Passwd!.Value,
            RenewExpiredSession = false,
        });
        await heir.WaitConnectedAsync();
        Assert.Equal(session.SessionId, heir.SessionId);

        _time.Advance(TimeSpan.FromSeconds(10));

        // The heir's is left.
        await UntilAsync(server, session.SessionId, connections => connections is [< Enough]);
        await Assert.ThrowsAsync<IOException>(() => Task.WhenAll(unread).WaitAsync(Patience, TimeProvider.System));
    }

    [Fact]
    public async Task Server_that_cannot_write_its_log_ends_all_connections_and_takes_none()
    {
        await using var server = ZooKeeperServer.Start(
            new ZooKeeperConfig { DataDir = _directory.FullName, ClientPort = -1, PreAllocSize = 64, FourLetterWords = ["ruok"] }, _time, NullLogger.Instance);
        await using var idle = server.Connect();
        Directory.Delete(Path.Combine(_directory.FullName, "version-2"), recursive: true);

        // The first transaction has no directory for its log.
        await using var writer = server.Connect();
        await WriteAsync(writer, new ConnectRequest { TimeOut = 30_000, Passwd = new byte[16] });

        Assert.Null(await ReadAsync(writer));
        Assert.Null(await ReadAsync(idle));
        Assert.True(server.Failed.IsFaulted);
        await using var late = server.Connect();
        Assert.Null(await ReadAsync(late));

        static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream stream) =>
            await new FrameReader(stream, int.MaxValue).ReadAsync(CancellationToken.None).AsTask().WaitAsync(Patience, TimeProvider.System);
    }

    [Fact]
    public async Task Second_server_on_a_directory_is_refused_before_it_touches_anything()
    {
        var config = new ZooKeeperConfig { DataDir = _directory.FullName, ClientPort = -1, PreAllocSize = 64 };
        string[] before;
        await using (var first = ZooKeeperServer.Start(config, _time, NullLogger.Instance))
        {
            await using var client = first.Connect();
            await WriteAsync(client, new ConnectRequest { TimeOut = 30_000, Passwd = new byte[16] });
            Assert.NotNull(await new FrameReader(client, int.MaxValue).ReadAsync(CancellationToken.None));
            before = Files();

            var refusal = Assert.Throws<IOException>(() => ZooKeeperServer.Start(config, _time, NullLogger.Instance));
            Assert.Contains(_directory.FullName, refusal.Message, StringComparison.Ordinal);
            Assert.Throws<IOException>(() => ZooKeeperServer.Start(
                config with { DataDir = Path.Combine(_directory.FullName, "other"), DataLogDir = _directory.FullName }, _time, NullLogger.Instance));
            Assert.Equal(before, Files());
        }

        await using var next = ZooKeeperServer.Start(config, _time, NullLogger.Instance);
        Assert.Equal(before, Files());

        string[] Files() => [.. Directory.GetFiles(Path.Combine(_directory.FullName, "version-2")).Order(StringComparer.Ordinal)];
    }

    private static async Task WriteAsync(Stream stream, params IRecord[] records)
    {
        using var writer = new WireWriter();
        var lengthAt = writer.ReserveInt32();
        foreach (var record in records)
        {
            record.Write(writer);
        }

        writer.PatchInt32(lengthAt, writer.Position - sizeof(int));
        await stream.WriteAsync(writer.WrittenMemory);
    }

    /// <summary>Waits until what the connections of a session received, in no order, is as it should be.</summary>
    private static async Task UntilAsync(ZooKeeperServer server, long sessionId, Func<int[], bool> holds)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            await using var stream = server.Connect();
            await stream.WriteAsync("cons"u8.ToArray());
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var text = await reader.ReadToEndAsync();
            var received = text.Split('\n')
                .Where(line => line.Contains($"sid=0x{sessionId:x},", StringComparison.Ordinal))
                .Select(line => int.Parse(line.Split("recved=")[1].Split(',')[0], CultureInfo.InvariantCulture));
            if (holds([.. received]))
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, text);
            await Task.Yield();
        }
    }

    private sealed class Connector(ZooKeeperServer server) : IConnector
    {
        public ValueTask<Stream> ConnectAsync(ServerAddress address, CancellationToken cancellation) => new(server.Connect());
    }
}
