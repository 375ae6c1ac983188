using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Samsa.Protocol.Wire;
using Samsa.ZooKeeper;
using Samsa.ZooKeeper.Records;
using Samsa.ZooKeeper.Wire;

namespace Samsa.IntegrationTests.ZooKeeper;

/// <summary>A ZooKeeper client of single frames, over a socket.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private NetworkStream? _stream;

    public NetworkStream Stream => _stream!;

    public static async Task<RawClient> OpenAsync(IPEndPoint server)
    {
        var client = new RawClient();
        await client._client.ConnectAsync(IPAddress.Loopback, server.Port);
        client._stream = client._client.GetStream();
        return client;
    }

    /// <summary>Asks for a session, a new one or an old one.</summary>
    public async Task<ConnectResponse> ConnectAsync(long sessionId = 0, byte[]? password = null)
    {
        await SendAsync(new ConnectRequest { TimeOut = 30_000, SessionId = sessionId, Passwd = password ?? new byte[16] });
        return Jute.Read<ConnectResponse>((await ReceiveAsync())!.Value);
    }

    /// <summary>Sends a request and takes the next frame as its answer; the body follows the header.</summary>
    public async Task<(ReplyHeader Header, ReadOnlyMemory<byte> Body)> AskAsync(int xid, OpCode type, IRecord request)
    {
        await SendAsync(new RequestHeader { Xid = xid, Type = (int)type }, request);
        return Split((await ReceiveAsync())!.Value);
    }

    public static (ReplyHeader Header, ReadOnlyMemory<byte> Body) Split(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame);
        var header = Jute.Read<ReplyHeader>(ref reader);
        return (header, frame[reader.Position..]);
    }

    public async Task SendAsync(params IRecord[] records)
    {
        using var writer = new WireWriter();
        var lengthAt = writer.ReserveInt32();
        foreach (var record in records)
        {
            record.Write(writer);
        }

        writer.PatchInt32(lengthAt, writer.Position - sizeof(int));
        await Stream.WriteAsync(writer.WrittenMemory);
    }

    /// <summary>The next frame; null when the server ended the connection.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync()
    {
        var length = new byte[sizeof(int)];
        try
        {
            if (await Stream.ReadAtLeastAsync(length, length.Length, throwOnEndOfStream: false) < length.Length)
            {
                return null;
            }

            var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
            await Stream.ReadExactlyAsync(frame);
            return frame;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }
}
