using System.Globalization;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Protocol.Wire;
using Xunit;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// One case in one version at one broker: its connection, its names and what was answered. Used by one task; lives until the
/// answers are compared.
/// </summary>
internal sealed class Scene(Side side, string prefix, short version) : IDisposable
{
    /// <summary>An id that no broker ever gave to a topic.</summary>
    public static readonly Guid NobodysId = new("11111111-2222-4333-8444-555555555555");

    private readonly FieldTree _tree = new(side, prefix);
    private readonly List<WireClient> _others = [];
    private WireClient? _client;

    public Side Side => side;

    public short Version => version;

    /// <summary>What was sent and what came back, in order.</summary>
    public List<(string Request, List<FieldValue> Answer)> Transcript { get; } = [];

    /// <summary>A name that no other case uses and that is the same at both brokers.</summary>
    public string Name(string suffix = "t") => $"{prefix}-{suffix}";

    public void Dispose()
    {
        _client?.Dispose();
        _others.ForEach(other => other.Dispose());
    }

    /// <summary>Makes a topic of the given settings (<c>key=value</c>) and waits until its partitions serve.</summary>
    public async Task<WireTopic> TopicAsync(int partitions = 1, string[]? configs = null, string suffix = "t", string? name = null)
    {
        var topic = new CreateTopicsRequest.CreatableTopic { Name = name ?? Name(suffix), NumPartitions = partitions, ReplicationFactor = 1 };
        foreach (var config in configs ?? [])
        {
            var at = config.IndexOf('=', StringComparison.Ordinal);
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = config[..at], Value = config[(at + 1)..] });
        }

        var response = await PrepareAsync<CreateTopicsResponse>(new CreateTopicsRequest { Topics = [topic] }, 7);
        Assert.Equal((ErrorCode.None, null), (response.Topics[0].ErrorCode, response.Topics[0].ErrorMessage));
        var made = new WireTopic(topic.Name, response.Topics[0].TopicId);
        side.Learn(made);
        await AwaitLeadersAsync(topic.Name, partitions);
        return made;
    }

    /// <summary>A topic that several cases read and none changes.</summary>
    public Task<WireTopic> SharedAsync(string key, Func<Scene, WireTopic, Task> fill, int partitions = 1, params string[] configs) =>
        side.SharedAsync(key, async () =>
        {
            using var scene = new Scene(side, "shared-" + key, version);
            var topic = await scene.TopicAsync(partitions, configs);
            await fill(scene, topic);
            return topic;
        });

    /// <summary>Sends what only prepares the scene; the answer is not compared.</summary>
    public async Task<T> PrepareAsync<T>(IMessage request, short withVersion)
        where T : IMessage
    {
        _client ??= await WireClient.ConnectAsync(side.Server);
        return await _client.SendAsync<T>(request, withVersion);
    }

    /// <summary>A new producer id of epoch 0.</summary>
    public async Task<long> ProducerIdAsync() =>
        (await PrepareAsync<InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 1000 }, 4)).ProducerId;

    /// <summary>Sends a request whose answer is compared.</summary>
    public async Task ProbeAsync(IMessage request, short? withVersion = null)
    {
        var used = withVersion ?? version;
        _client ??= await WireClient.ConnectAsync(side.Server);
        var id = await _client.PostAsync(request, used);
        await ReceiveAsync(Describe(request, used), WireClient.KeyOf(request), used, id);
    }

    /// <summary>Sends a request without waiting for the answer, for those that have none.</summary>
    public async Task PostAsync(IMessage request)
    {
        _client ??= await WireClient.ConnectAsync(side.Server);
        await _client.PostAsync(request, version);
    }

    /// <summary>Sends a request over a connection of its own and does not wait for its answer: a JoinGroup that waits for others.</summary>
    public async Task PostAsideAsync(IMessage request, short withVersion)
    {
        var other = await WireClient.ConnectAsync(side.Server);
        _others.Add(other);
        await other.PostAsync(request, withVersion);
    }

    /// <summary>Sends the bytes of a frame; the answer, if any, is decoded as that of <paramref name="api"/>.</summary>
    public async Task ProbeFrameAsync(byte[] frame, ApiKey api, short answerVersion, int correlationId)
    {
        _client ??= await WireClient.ConnectAsync(side.Server);
        await _client.PostFrameAsync(frame);
        await ReceiveAsync("frame " + Convert.ToHexStringLower(frame), api, answerVersion, correlationId);
    }

    /// <summary>The bytes of a request with its header, to be spoilt.</summary>
    public static byte[] Frame(IMessage request, short version, int correlationId = 7)
    {
        var api = WireClient.KeyOf(request);
        using var writer = new WireWriter();
        var header = new RequestHeader { RequestApiKey = (short)api, RequestApiVersion = version, CorrelationId = correlationId, ClientId = "wire" };
        header.Write(writer, MessageRegistry.RequestHeaderVersion(api, version));
        request.Write(writer, version);
        return writer.WrittenMemory.ToArray();
    }

    private async Task ReceiveAsync(string described, ApiKey api, short used, int correlationId)
    {
        var frame = await _client!.ReceiveFrameAsync();
        if (frame is null)
        {
            Transcript.Add((described, [new FieldValue("", "connection closed")]));
            _client.Dispose();
            _client = null;
            return;
        }

        Transcript.Add((described, Decode(frame, api, used, correlationId)));
    }

    private List<FieldValue> Decode(byte[] frame, ApiKey api, short used, int correlationId)
    {
        var reader = new WireReader(frame);
        var id = reader.ReadInt32();
        if (id != correlationId)
            return [new FieldValue("", string.Create(CultureInfo.InvariantCulture, $"an answer to request {id} instead of {correlationId}"))];
        if (MessageRegistry.ResponseHeaderVersion(api, used) > 0 && TaggedFields.Read(ref reader) is not null)
            return [new FieldValue("", "tagged fields in the header")];
        var response = MessageRegistry.Response(api)!.Create();
        response.Read(ref reader, used);
        var fields = _tree.Of(response);
        if (reader.Remaining > 0)
            fields.Add(new FieldValue("(rest)", string.Create(CultureInfo.InvariantCulture, $"{reader.Remaining} bytes")));
        return fields;
    }

    private string Describe(IMessage request, short used) => string.Join(
        "\n", _tree.Of(request).Select(field => $"  {field.Path} = {field.Value}").Prepend($"{request.GetType().Name} v{used}"));

    // Apache Kafka answers before the leaders serve.
    private async Task AwaitLeadersAsync(string topic, int partitions)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        var request = new OffsetForLeaderEpochRequest
        {
            ReplicaId = -2,
            Topics =
            [
                new OffsetForLeaderEpochRequest.OffsetForLeaderTopic
                {
                    Topic = topic,
                    Partitions =
                    [
                        .. Enumerable.Range(0, partitions)
                            .Select(index => new OffsetForLeaderEpochRequest.OffsetForLeaderPartition { Partition = index, LeaderEpoch = 0 }),
                    ],
                },
            ],
        };
        while (true)
        {
            var answer = await PrepareAsync<OffsetForLeaderEpochResponse>(request, 3);
            if (answer.Topics[0].Partitions.TrueForAll(partition => partition.ErrorCode == ErrorCode.None))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, timeout.Token);
        }
    }
}
