using System.Buffers.Binary;
using Samsa.Broker.Api;
using Samsa.Broker.Metrics;
using Samsa.Broker.Network;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;

namespace Samsa.UnitTests.Broker.Network;

/// <summary>
/// A connection over a <see cref="MemoryTransport"/> whose one API besides ApiVersions is Heartbeat: each request waits until
/// the test answers it, unless its generation says otherwise.
/// </summary>
internal sealed class ConnectionHarness : IDisposable
{
    /// <summary>A request of this generation is answered at once.</summary>
    public const int AtOnce = -1;

    private readonly Dictionary<int, TaskCompletionSource<IMessage?>> _waiting = [];
    private readonly Task _running;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConnectionHarness(SocketServerOptions? options = null)
    {
        var table = new ApiTable();
        var versions = new ApiVersionsHandler(table, "cluster", 7);
        table.Add<ApiVersionsRequest>(ApiKey.ApiVersions, 0, short.MaxValue, versions.HandleAsync);
        table.Add<HeartbeatRequest>(ApiKey.Heartbeat, 0, short.MaxValue, HandleAsync);
        options ??= new SocketServerOptions();
        Memory = new RequestMemory(options.QueuedMaxRequestBytes, Pool);
        var services = new ConnectionServices(table, options, Memory, Metrics, new ConnectionLog(Log, Time), Time);
        Connection = new BrokerConnection(Transport, "PLAINTEXT", 1, services);
        _running = Connection.RunAsync();
    }

    public CountingPool Pool { get; } = new();

    public ManualTime Time { get; } = new();

    public MemoryTransport Transport { get; } = new();

    public RequestMemory Memory { get; }

    public ListLogger Log { get; } = new();

    public BrokerMetrics Metrics { get; } = new(TimeProvider.System);

    public BrokerConnection Connection { get; }

    /// <summary>The generations of the requests whose handlers started, in order.</summary>
    public List<int> Started { get; } = [];

    /// <summary>What a handler does instead of waiting, by generation.</summary>
    public Dictionary<int, Func<RequestContext, ValueTask<IMessage?>>> Special { get; } = [];

    /// <summary>Whether no handler waits for the test.</summary>
    public bool AnswersAtOnce { get; init; }

    public Task Ended => _running.WaitAsync(TimeSpan.FromSeconds(120));

    public static byte[] Heartbeat(int correlationId, int generation, short version = 3) => Frame(
        ApiKey.Heartbeat, version, correlationId, new HeartbeatRequest { GroupId = "g", GenerationId = generation, MemberId = "m" });

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

    /// <summary>The correlation ids of the answers sent so far.</summary>
    public static int[] Answers(byte[] sent)
    {
        var ids = new List<int>();
        for (var at = 0; at + 8 <= sent.Length; at += 4 + BinaryPrimitives.ReadInt32BigEndian(sent.AsSpan(at)))
        {
            ids.Add(BinaryPrimitives.ReadInt32BigEndian(sent.AsSpan(at + 4)));
        }

        return [.. ids];
    }

    /// <summary>Waits until so many handlers have started.</summary>
    public async Task UntilStartedAsync(int count)
    {
        while (true)
        {
            Task arrived;
            lock (_waiting)
            {
                if (Started.Count >= count)
                {
                    return;
                }

                arrived = _arrived.Task;
            }

            await arrived.WaitAsync(TimeSpan.FromSeconds(120));
        }
    }

    /// <summary>Waits until so many answers have left.</summary>
    public Task UntilAnsweredAsync(int count) => Transport.UntilAsync(t => Answers(t.Sent).Length >= count);

    /// <summary>Lets the handler of a generation complete.</summary>
    public void Answer(int generation, IMessage? answer) => Take(generation).SetResult(answer);

    /// <summary>Lets the handler of a generation complete with an ordinary answer.</summary>
    public void Answer(int generation) => Answer(generation, new HeartbeatResponse());

    /// <summary>Lets the handler of a generation fail.</summary>
    public void Fail(int generation, Exception e) => Take(generation).SetException(e);

    public void Dispose()
    {
        Connection.Dispose();
        Transport.Dispose();
    }

    private TaskCompletionSource<IMessage?> Take(int generation)
    {
        lock (_waiting)
        {
            _waiting.Remove(generation, out var waiting);
            return waiting!;
        }
    }

    private ValueTask<IMessage?> HandleAsync(RequestContext context, HeartbeatRequest request)
    {
        TaskCompletionSource arrived;
        var waiting = new TaskCompletionSource<IMessage?>();
        lock (_waiting)
        {
            Started.Add(request.GenerationId);
            _waiting[request.GenerationId] = waiting;
            arrived = _arrived;
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        arrived.SetResult();
        return AnswersAtOnce || request.GenerationId == AtOnce ? new ValueTask<IMessage?>(new HeartbeatResponse())
            : Special.TryGetValue(request.GenerationId, out var special) ? special(context)
            : new ValueTask<IMessage?>(waiting.Task);
    }
}
