using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>
/// One connection to a broker that sends exactly what a test says: any request in any version, or plain bytes.
/// Owns its socket. One test at a time. Lives until disposed. Whatever takes longer than <see cref="Patience"/> fails the test.
/// </summary>
public sealed class WireClient : IDisposable
{
    /// <summary>How long an answer may take before the test fails; a generous bound, never a measurement.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private const int MaxFrame = 128 * 1024 * 1024;

    private static readonly Dictionary<Type, ApiDescriptor> Apis = MessageRegistry.Apis.ToDictionary(api => api.Request.Create().GetType());

    private readonly TcpClient _tcp;
    private readonly NetworkStream _stream;
    private readonly string? _clientId;
    private int _lastCorrelationId;

    private WireClient(TcpClient tcp, string? clientId)
    {
        _tcp = tcp;
        _stream = tcp.GetStream();
        _clientId = clientId;
    }

    /// <summary>Connects to <c>host:port</c>.</summary>
    public static async Task<WireClient> ConnectAsync(string server, string? clientId = "wire")
    {
        ArgumentNullException.ThrowIfNull(server);
        var colon = server.LastIndexOf(':');
        var tcp = new TcpClient { NoDelay = true };
        try
        {
            var port = int.Parse(server.AsSpan(colon + 1), CultureInfo.InvariantCulture);
            await tcp.ConnectAsync(server[..colon], port).WaitAsync(Patience);
            return new WireClient(tcp, clientId);
        }
        catch
        {
            tcp.Dispose();
            throw;
        }
    }

    /// <summary>The key of the API that a request belongs to.</summary>
    public static ApiKey KeyOf(IMessage request) => Apis[request.GetType()].Key;

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<TResponse> SendAsync<TResponse>(IMessage request, short version)
        where TResponse : IMessage
    {
        var correlationId = await PostAsync(request, version);
        return await ReceiveAsync<TResponse>(correlationId, version);
    }

    /// <summary>Sends a request without waiting for the answer; returns its correlation id.</summary>
    public async Task<int> PostAsync(IMessage request, short version)
    {
        ArgumentNullException.ThrowIfNull(request);
        var header = new RequestHeader
        {
            RequestApiKey = (short)KeyOf(request),
            RequestApiVersion = version,
            CorrelationId = ++_lastCorrelationId,
            ClientId = _clientId,
        };
        using var writer = new WireWriter();
        header.Write(writer, MessageRegistry.RequestHeaderVersion(KeyOf(request), version));
        request.Write(writer, version);
        await PostFrameAsync(writer.WrittenMemory);
        return header.CorrelationId;
    }

    /// <summary>Sends bytes as a frame: their length goes before them.</summary>
    public async Task PostFrameAsync(ReadOnlyMemory<byte> frame)
    {
        var bytes = new byte[sizeof(int) + frame.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, frame.Length);
        frame.CopyTo(bytes.AsMemory(sizeof(int)));
        await PostBytesAsync(bytes);
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task PostBytesAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes).AsTask().WaitAsync(Patience);

    /// <summary>Reads the next answer, which must be the one to <paramref name="correlationId"/>.</summary>
    public async Task<TResponse> ReceiveAsync<TResponse>(int correlationId, short version)
        where TResponse : IMessage
    {
        var frame = await ReceiveFrameAsync();
        Assert.True(frame is not null, $"The broker closed the connection instead of answering with {typeof(TResponse).Name} {version}.");
        return Decode<TResponse>(frame, correlationId, version);
    }

    /// <summary>Reads the next frame without its length; null when the broker closed the connection.</summary>
    public async Task<byte[]?> ReceiveFrameAsync()
    {
        var prefix = new byte[sizeof(int)];
        if (!await ReadAsync(prefix))
            return null;
        var length = BinaryPrimitives.ReadInt32BigEndian(prefix);
        Assert.InRange(length, sizeof(int), MaxFrame);
        var frame = new byte[length];
        Assert.True(await ReadAsync(frame), "The broker closed the connection within an answer.");
        return frame;
    }

    /// <summary>Waits until the broker closes the connection; fails when it sends anything instead.</summary>
    public async Task ExpectCloseAsync()
    {
        var frame = await ReceiveFrameAsync();
        Assert.True(frame is null, $"The broker answered {frame?.Length} bytes where it should close the connection.");
    }

    /// <inheritdoc/>
    public void Dispose() => _tcp.Dispose();

    private static TResponse Decode<TResponse>(byte[] frame, int correlationId, short version)
        where TResponse : IMessage
    {
        var api = MessageRegistry.Apis.Single(candidate => candidate.Response.Name == typeof(TResponse).Name);
        var reader = new WireReader(frame);
        Assert.Equal(correlationId, reader.ReadInt32());
        if (MessageRegistry.ResponseHeaderVersion(api.Key, version) > 0)
            Assert.Null(TaggedFields.Read(ref reader));
        var response = (TResponse)api.Response.Create();
        response.Read(ref reader, version);
        Assert.Equal(0, reader.Remaining);
        return response;
    }

    // False at a proper end before the first byte; a reset by the peer is an end too.
    private async Task<bool> ReadAsync(Memory<byte> buffer)
    {
        try
        {
            var read = await _stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false).AsTask().WaitAsync(Patience);
            return read == buffer.Length;
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown })
        {
            return false;
        }
    }
}
