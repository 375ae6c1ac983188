using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Hostile;

/// <summary>
/// A broker in this process, a <see cref="GoodClient"/> at work, and plain sockets to misbehave with.
/// Owns them all; one test uses it; sockets that are still open close with it.
/// </summary>
internal sealed class HostileScene : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    private readonly List<Socket> _sockets = [];

    private HostileScene(SamsaBroker broker)
    {
        Broker = broker;
        Port = int.Parse(broker.BootstrapServers.Split(':')[1], CultureInfo.InvariantCulture);
    }

    public SamsaBroker Broker { get; }

    public int Port { get; }

    public GoodClient Good { get; private set; } = null!;

    /// <summary>Connections of the good client: what is open when nobody misbehaves.</summary>
    public const int GoodConnections = 2;

    /// <summary>Starts a broker with overrides such as <c>key=value</c>.</summary>
    public static async Task<HostileScene> StartAsync(TimeProvider? time = null, params string[] overrides)
    {
        var properties = overrides.Select(entry => entry.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var scene = new HostileScene(await SamsaBroker.StartAsync(
            new SamsaBrokerOptions { Overrides = properties, Time = time ?? TimeProvider.System }));
        scene.Good = await GoodClient.StartAsync(scene.Broker.BootstrapServers, await scene.CreateTopicAsync("good"), time ?? TimeProvider.System);
        await scene.UntilConnectionsAsync(GoodConnections);
        return scene;
    }

    /// <summary>Makes a topic.</summary>
    public async Task<WireTopic> CreateTopicAsync(string name, int partitions = 1, params string[] configs)
    {
        using var client = await WireClient.ConnectAsync(Broker.BootstrapServers);
        var topic = new CreateTopicsRequest.CreatableTopic { Name = name, NumPartitions = partitions, ReplicationFactor = 1 };
        topic.Configs.AddRange(configs.Select(config => config.Split('=', 2)).Select(
            pair => new CreateTopicsRequest.CreatableTopicConfig { Name = pair[0], Value = pair[1] }));
        var created = Assert.Single((await client.SendAsync<CreateTopicsResponse>(new CreateTopicsRequest { Topics = [topic] }, 7)).Topics);
        Assert.Equal((ErrorCode.None, null), (created.ErrorCode, created.ErrorMessage));
        return new WireTopic(name, created.TopicId);
    }

    /// <summary>Changes a value for all brokers, as an administrator does while the broker runs.</summary>
    public async Task AlterAsync(string name, string value)
    {
        using var client = await WireClient.ConnectAsync(Broker.BootstrapServers);
        var request = new IncrementalAlterConfigsRequest
        {
            Resources =
            [
                new IncrementalAlterConfigsRequest.AlterConfigsResource
                {
                    ResourceType = 4,
                    ResourceName = "",
                    Configs = [new IncrementalAlterConfigsRequest.AlterableConfig { Name = name, Value = value }],
                },
            ],
        };
        var answer = Assert.Single((await client.SendAsync<IncrementalAlterConfigsResponse>(request, 1)).Responses);
        Assert.Equal((ErrorCode.None, null), (answer.ErrorCode, answer.ErrorMessage));
    }

    /// <summary>Opens a plain connection; a small receive buffer makes the broker's answers stick early.</summary>
    public Socket Connect(int receiveBuffer = -1)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer > 0)
            socket.ReceiveBufferSize = receiveBuffer;
        socket.Connect("127.0.0.1", Port);
        lock (_sockets)
            _sockets.Add(socket);
        return socket;
    }

    /// <summary>A request as it travels, its length before it.</summary>
    public static byte[] Frame(IMessage request, short version, int correlationId = 1)
    {
        var key = WireClient.KeyOf(request);
        using var writer = new WireWriter();
        var length = writer.ReserveInt32();
        new RequestHeader { RequestApiKey = (short)key, RequestApiVersion = version, CorrelationId = correlationId, ClientId = "hostile" }
            .Write(writer, MessageRegistry.RequestHeaderVersion(key, version));
        request.Write(writer, version);
        writer.PatchInt32(length, writer.Position - sizeof(int));
        return writer.ToArray();
    }

    /// <summary>The length prefix of a request that may never come.</summary>
    public static byte[] Announce(int length)
    {
        var prefix = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(prefix, length);
        return prefix;
    }

    /// <summary>Reads one answer; null when the broker has closed the connection.</summary>
    public static async Task<byte[]?> ReadAnswerAsync(Socket socket)
    {
        var prefix = await ReadAsync(socket, sizeof(int));
        return prefix is null ? null : await ReadAsync(socket, BinaryPrimitives.ReadInt32BigEndian(prefix));
    }

    /// <summary>The correlation id of an answer.</summary>
    public static int CorrelationId(byte[]? answer) => BinaryPrimitives.ReadInt32BigEndian(answer);

    /// <summary>A value of /metrics.</summary>
    public double Metric(string name)
    {
        var output = new ArrayBufferWriter<byte>();
        Broker.Server!.Broker.Metrics.WriteTo(output);
        var line = Encoding.UTF8.GetString(output.WrittenSpan).Split('\n').Single(
            line => line.StartsWith(name + " ", StringComparison.Ordinal) || line.StartsWith(name + "{", StringComparison.Ordinal));
        return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }

    public Task UntilConnectionsAsync(int count) =>
        UntilAsync(() => Metric("kafka_server_socket_server_metrics_connection_count") == count, $"{count} connections");

    /// <summary>Waits until a condition holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"Waited in vain for {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    /// <summary>Closes every plain connection, with a reset where asked for.</summary>
    public void CloseAll(bool reset = false)
    {
        lock (_sockets)
        {
            foreach (var socket in _sockets)
            {
                if (reset && socket.Connected)
                    socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        CloseAll();
        await Good.DisposeAsync();
        await Broker.DisposeAsync();
    }

    private static async Task<byte[]?> ReadAsync(Socket socket, int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var bytes = new byte[count];
        for (var have = 0; have < count;)
        {
            int read;
            try
            {
                read = await socket.ReceiveAsync(bytes.AsMemory(have), timeout.Token);
            }
            catch (SocketException)
            {
                return null;
            }

            if (read == 0)
                return null;
            have += read;
        }

        return bytes;
    }
}
