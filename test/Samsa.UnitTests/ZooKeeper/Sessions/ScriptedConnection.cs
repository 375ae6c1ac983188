using Samsa.Protocol.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Wire;

namespace Samsa.UnitTests.ZooKeeper.Sessions;

/// <summary>The server's end of a connection.</summary>
internal sealed class ScriptedConnection(Stream stream)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly FrameReader _frames = new(stream, int.MaxValue);

    public async Task<ConnectRequest> ReadConnectAsync() => Jute.Read<ConnectRequest>(await ReadFrameAsync());

    public Task GrantAsync(long sessionId, int timeout = 30_000) => SendAsync(new ConnectResponse
    {
        SessionId = sessionId,
        TimeOut = sessionId == 0 ? 0 : timeout,
        Passwd = new byte[] { (byte)sessionId, 1, 2, 3 },
    });

    /// <summary>The next request: its number, what it asks for, and the bytes after the header.</summary>
    public async Task<(int Xid, OpCode Type, ReadOnlyMemory<byte> Body)> ReadAsync() => Split(await ReadFrameAsync());

    /// <summary>The next request, which must be of a type.</summary>
    public async Task<(int Xid, T Request)> ReadAsync<T>(OpCode type) where T : class, IRecord, new()
    {
        var (xid, actual, body) = await ReadAsync();
        Xunit.Assert.Equal(type, actual);
        return (xid, Jute.Read<T>(body));
    }

    public Task AnswerAsync(int xid, long zxid = 1, KeeperError error = KeeperError.Ok, IRecord? body = null) =>
        body is null
            ? SendAsync(new ReplyHeader { Xid = xid, Zxid = zxid, Err = (int)error })
            : SendAsync(new ReplyHeader { Xid = xid, Zxid = zxid, Err = (int)error }, body);

    public Task TellAsync(WatchEventType type, string path) =>
        SendAsync(new ReplyHeader { Xid = -1, Zxid = -1 }, new WatcherEvent { Type = (int)type, State = 3, Path = path });

    public void Close() => stream.Dispose();

    /// <summary>Waits for the end that the client makes.</summary>
    public async Task ReadEndAsync() =>
        Xunit.Assert.Null(await _frames.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Patience, TimeProvider.System));

    private static (int Xid, OpCode Type, ReadOnlyMemory<byte> Body) Split(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var header = Jute.Read<RequestHeader>(ref reader);
        return (header.Xid, (OpCode)header.Type, frame[reader.Position..]);
    }

    private async Task<ReadOnlyMemory<byte>> ReadFrameAsync() =>
        await _frames.ReadAsync(CancellationToken.None).AsTask().WaitAsync(Patience, TimeProvider.System)
            ?? throw new IOException("The client ended the connection.");

    private async Task SendAsync(params IRecord[] records)
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
}
