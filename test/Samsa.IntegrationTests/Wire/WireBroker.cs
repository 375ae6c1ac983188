using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.Testing;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>
/// The broker of a test class: Samsa in this process, or, when SAMSA_WIRE_TARGET names <c>host:port</c>, the broker that runs
/// there. The latter is for checking by hand that the expectations are those of Apache Kafka.
/// </summary>
public sealed class WireBroker : IAsyncLifetime
{
    private const string TargetVariable = "SAMSA_WIRE_TARGET";

    private static int _topics;

    private readonly Dictionary<short, ApiVersionsResponse.ApiVersion> _served = [];
    private SamsaBroker? _broker;

    /// <summary>Where clients connect.</summary>
    public string Server { get; private set; } = "";

    /// <summary>True when the broker is Samsa, false when it is the one that SAMSA_WIRE_TARGET names.</summary>
    public bool IsSamsa => _broker is not null;

    /// <summary>The broker in this process; the test is skipped when there is none.</summary>
    public SamsaBroker Samsa
    {
        get
        {
            Assert.SkipWhen(_broker is null, "This test looks inside the broker, so it needs one in this process.");
            return _broker!;
        }
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var target = Environment.GetEnvironmentVariable(TargetVariable);
        if (string.IsNullOrEmpty(target))
            _broker = await SamsaBroker.StartAsync();
        Server = _broker?.BootstrapServers ?? target!;
        using var client = await WireClient.ConnectAsync(Server);
        var versions = await client.SendAsync<ApiVersionsResponse>(new ApiVersionsRequest(), 2);
        foreach (var api in versions.ApiKeys)
            _served[api.ApiKey] = api;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
    }

    /// <summary>Opens a connection.</summary>
    public Task<WireClient> ConnectAsync(string? clientId = "wire") => WireClient.ConnectAsync(Server, clientId);

    /// <summary>Skips the test when a foreign broker does not serve the version; Samsa has no such excuse.</summary>
    public void Require(ApiKey api, short version)
    {
        var serves = _served.TryGetValue((short)api, out var range) && version >= range.MinVersion && version <= range.MaxVersion;
        if (!IsSamsa && api == ApiKey.Produce && version < 3)
        {
            // Apache Kafka 4 announces these versions for librdkafka's sake and closes the connection on them (KIP-896).
            serves &= _served[(short)ApiKey.Fetch].MinVersion == 0;
        }

        if (IsSamsa)
            Assert.True(serves, $"{api} v{version} is not served.");
        else
            Assert.SkipUnless(serves, $"The broker under test does not serve {api} v{version}.");
    }

    /// <summary>A name that no other test uses.</summary>
    public static string NewName(string prefix = "wire") =>
        $"{prefix}-{Environment.ProcessId}-{Environment.TickCount64}-{Interlocked.Increment(ref _topics)}";

    /// <summary>Makes a topic of the given settings (<c>key=value</c>).</summary>
    public async Task<WireTopic> CreateTopicAsync(int partitions = 1, params string[] configs)
    {
        using var client = await ConnectAsync();
        var topic = new CreateTopicsRequest.CreatableTopic { Name = NewName(), NumPartitions = partitions, ReplicationFactor = 1 };
        foreach (var config in configs)
        {
            var (key, value) = (config[..config.IndexOf('=', StringComparison.Ordinal)], config[(config.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = key, Value = value });
        }

        var response = await client.SendAsync<CreateTopicsResponse>(new CreateTopicsRequest { Topics = [topic] }, 7);
        Assert.Equal((ErrorCode.None, null), (response.Topics[0].ErrorCode, response.Topics[0].ErrorMessage));
        if (!IsSamsa)
            await AwaitLeadersAsync(client, topic.Name, partitions);
        return new WireTopic(topic.Name, response.Topics[0].TopicId);
    }

    // Apache Kafka answers before the leaders serve.
    private static async Task AwaitLeadersAsync(WireClient client, string topic, int partitions)
    {
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (true)
        {
            var request = new ListOffsetsRequest
            {
                ReplicaId = -1,
                Topics =
                [
                    new ListOffsetsRequest.ListOffsetsTopic
                    {
                        Name = topic,
                        Partitions =
                        [
                            .. Enumerable.Range(0, partitions)
                                .Select(index => new ListOffsetsRequest.ListOffsetsPartition { PartitionIndex = index, Timestamp = -1 }),
                        ],
                    },
                ],
            };
            var answer = await client.SendAsync<ListOffsetsResponse>(request, 7);
            if (answer.Topics[0].Partitions.TrueForAll(partition => partition.ErrorCode == ErrorCode.None))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, timeout.Token);
        }
    }
}
