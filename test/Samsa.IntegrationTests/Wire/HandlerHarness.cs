using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Api;
using Samsa.Broker.Api.Data;
using Samsa.Broker.Api.Fetching;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metrics;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Storage;
using Samsa.Storage.Directories;
using Samsa.Storage.Files;

namespace Samsa.IntegrationTests.Wire;

/// <summary>
/// Produce and fetch handlers over real logs of one topic, without sockets: for what cannot be seen from outside.
/// Owns a data folder, removed on dispose. One test at a time.
/// </summary>
internal sealed class HandlerHarness : IAsyncDisposable
{
    private readonly string _directory;
    private readonly LogManager _logs;
    private readonly ProduceHandler _produce;
    private readonly FetchHandler _fetch;

    private HandlerHarness(string directory, LogManager logs, bool flushOnAck, LogConfig config)
    {
        _directory = directory;
        _logs = logs;
        var replicas = new ReplicaManager(logs, _ => config, flushOnAck, brokerId: 0, NullLogger<ReplicaManager>.Instance);
        var image = new TopicImage(
            Topic.Name, Topic.Id, [new PartitionImage(0, 0, 0, 0, [0], [0])], new Dictionary<string, string>());
        replicas.Start(new MetadataImage
        {
            Version = 1,
            ClusterId = "wireAAAAAAAAAAAAAAAAAA",
            ControllerId = 0,
            Brokers = new Dictionary<int, BrokerImage>(),
            Topics = new Dictionary<string, TopicImage> { [Topic.Name] = image },
            TopicsById = new Dictionary<Guid, TopicImage> { [Topic.Id] = image },
        });
        var metrics = new BrokerMetrics(TimeProvider.System);
        Metrics = metrics.Topic(Topic.Name);
        _produce = new ProduceHandler(replicas, metrics, TimeProvider.System);
        _fetch = new FetchHandler(
            replicas, new FetchSessionCache(1000, TimeProvider.System), metrics, new FetchLimits(57_671_680), TimeProvider.System);
        Partition = replicas.Find(Topic.Name, 0)!;
    }

    /// <summary>The one topic, with one partition.</summary>
    public static WireTopic Topic { get; } = new("t", new Guid("c0ffee00-0000-4000-8000-000000000001"));

    public Partition Partition { get; }

    /// <summary>What the topic counts.</summary>
    public TopicMetrics Metrics { get; }

    public static async Task<HandlerHarness> OpenAsync(
        bool flushOnAck = false, IStorageFileSystem? files = null, LogConfig? config = null)
    {
        var directory = Directory.CreateTempSubdirectory("samsa-wire-").FullName;
        var logs = await LogManager.OpenAsync(new LogManagerOptions
        {
            Directories = [directory],
            BrokerId = 0,
            ClusterId = "wireAAAAAAAAAAAAAAAAAA",
            FileSystem = files ?? PhysicalFileSystem.Instance,
        });
        return new HandlerHarness(directory, logs, flushOnAck, config ?? LogConfig.Default);
    }

    public ValueTask<IMessage?> ProduceAsync(ProduceRequest request, short version = 9) =>
        _produce.HandleAsync(Context(ApiKey.Produce, version), request);

    public ValueTask<IMessage?> FetchAsync(FetchRequest request, short version = 11) =>
        _fetch.HandleAsync(Context(ApiKey.Fetch, version), request);

    /// <summary>Fetches from the beginning without waiting; returns the high watermark and the records.</summary>
    public async Task<(long HighWatermark, List<SeenRecord> Records)> ReadAsync()
    {
        var response = (FetchResponse)(await FetchAsync(WireCalls.FetchRequest(Topic, 0, 11)))!;
        var answer = response.Responses[0].Partitions[0];
        using var region = answer.Records.Region as IDisposable;
        return (answer.HighWatermark, WireRecords.Read(answer.Records.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await _logs.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static RequestContext Context(ApiKey key, short version) => new(
        new ConnectionInfo { Id = 1, ListenerName = "PLAINTEXT" },
        new RequestHeader { RequestApiKey = (short)key, RequestApiVersion = version, ClientId = "harness" });
}
