using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Api;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.IntegrationTests.Network;

/// <summary>
/// A socket server with ApiVersions and two scripted APIs: Heartbeat is answered at once, or after the gate opens when its
/// generation is 1; DescribeCluster answers with as many bytes of error message as the version of its request header's client id says.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _started;

    public TestServer(SocketServerOptions? options = null, Func<IMessage>? bulk = null, TimeProvider? time = null)
    {
        var table = new ApiTable();
        table.Add<ApiVersionsRequest>(ApiKey.ApiVersions, 0, short.MaxValue, new ApiVersionsHandler(table, "cluster", 0).HandleAsync);
        table.Add<HeartbeatRequest>(ApiKey.Heartbeat, 0, short.MaxValue, HeartbeatAsync);
        table.Add<DescribeClusterRequest>(ApiKey.DescribeCluster, 0, short.MaxValue, (_, _) => new ValueTask<IMessage?>(bulk!()));
        Server = new SocketServer(
            table,
            (options ?? new SocketServerOptions()) with { Listeners = [new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 0)] },
            Metrics,
            NullLoggerFactory.Instance,
            time ?? TimeProvider.System);
        Server.Start();
        EndPoint = Server.BoundListeners[0].EndPoint;
    }

    public BrokerMetrics Metrics { get; } = new(TimeProvider.System);

    public SocketServer Server { get; }

    public IPEndPoint EndPoint { get; }

    public static byte[] Heartbeat(int correlationId, int generation = 0) => Frame(
        ApiKey.Heartbeat, 3, correlationId, new HeartbeatRequest { GroupId = "g", GenerationId = generation, MemberId = "m" });

    public static byte[] Frame(ApiKey key, short version, int correlationId, IMessage body)
    {
        using var writer = new WireWriter();
        var length = writer.ReserveInt32();
        var header = new RequestHeader { RequestApiKey = (short)key, RequestApiVersion = version, CorrelationId = correlationId, ClientId = "test" };
        header.Write(writer, MessageRegistry.RequestHeaderVersion(key, version));
        body.Write(writer, version);
        writer.PatchInt32(length, writer.Position - 4);
        return writer.ToArray();
    }

    public Socket Connect(int receiveBuffer = -1)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        socket.Connect(EndPoint);
        return socket;
    }

    /// <summary>Reads one answer; its bytes without the length, or null when the server has closed.</summary>
    public static async Task<byte[]?> ReadAnswerAsync(Socket socket)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var head = new byte[4];
        if (!await ReadAsync(socket, head, timeout.Token))
        {
            return null;
        }

        var answer = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
        return await ReadAsync(socket, answer, timeout.Token) ? answer : null;
    }

    public static int CorrelationId(byte[]? answer) => BinaryPrimitives.ReadInt32BigEndian(answer);

    /// <summary>Lets the waiting heartbeats be answered.</summary>
    public void OpenGate() => _gate.TrySetResult();

    /// <summary>Waits until so many heartbeats have started.</summary>
    public async Task UntilStartedAsync(int count)
    {
        while (Volatile.Read(ref _started) < count)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (Volatile.Read(ref _started) < count)
            {
                await changed.WaitAsync(TimeSpan.FromSeconds(120));
            }
        }
    }

    /// <summary>Waits until the server has so many connections.</summary>
    public async Task UntilConnectionsAsync(int count)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (Server.OpenConnections != count)
        {
            timeout.Token.ThrowIfCancellationRequested();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        OpenGate();
        await Server.DisposeAsync();
    }

    private static async Task<bool> ReadAsync(Socket socket, Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!buffer.IsEmpty)
        {
            int read;
            try
            {
                read = await socket.ReceiveAsync(buffer, cancellation);
            }
            catch (SocketException)
            {
                return false;
            }

            if (read == 0)
            {
                return false;
            }

            buffer = buffer[read..];
        }

        return true;
    }

    private async ValueTask<IMessage?> HeartbeatAsync(RequestContext context, HeartbeatRequest request)
    {
        Interlocked.Increment(ref _started);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        if (request.GenerationId == 1)
        {
            await _gate.Task;
        }

        return new HeartbeatResponse();
    }
}
