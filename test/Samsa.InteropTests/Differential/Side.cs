using System.Collections.Concurrent;
using System.Globalization;
using Samsa.IntegrationTests.Wire;
using Samsa.Protocol;
using Samsa.Protocol.Messages;

namespace Samsa.InteropTests.Differential;

/// <summary>
/// One of the two brokers, with what is its own and must not count as a difference: port, cluster id, directory, topic ids.
/// Used by many scenes at once; lives as long as the broker.
/// </summary>
internal sealed class Side(string name, string server, string directory)
{
    private readonly ConcurrentDictionary<Guid, string> _topicNames = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<WireTopic>>> _shared = new(StringComparer.Ordinal);
    private readonly Dictionary<short, (short Min, short Max)> _served = [];

    public string Name => name;

    public string Server => server;

    public string Directory => directory;

    public int Port { get; } = int.Parse(server.Split(':')[1], CultureInfo.InvariantCulture);

    /// <summary>Null until the first answer that names it.</summary>
    public string? ClusterId { get; private set; }

    /// <summary>Learns what the broker serves and who it is; Apache Kafka listens before it knows a broker.</summary>
    public async Task GreetAsync()
    {
        using var client = await WireClient.ConnectAsync(server);
        var versions = await client.SendAsync<ApiVersionsResponse>(new ApiVersionsRequest(), 2);
        foreach (var api in versions.ApiKeys)
            _served[api.ApiKey] = (api.MinVersion, api.MaxVersion);
        using var timeout = new CancellationTokenSource(WireClient.Patience);
        while (true)
        {
            var metadata = await client.SendAsync<MetadataResponse>(new MetadataRequest { Topics = [] }, 9);
            ClusterId = metadata.ClusterId;
            if (metadata.Brokers.Count == 1)
                break;
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, timeout.Token);
        }

        // The first one is refused while Apache Kafka fetches its block of ids.
        while ((await client.SendAsync<InitProducerIdResponse>(new InitProducerIdRequest { TransactionalId = null, TransactionTimeoutMs = 1000 }, 4)).ErrorCode != ErrorCode.None)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, timeout.Token);
    }

    /// <summary>The versions that the broker announces; an empty range when it does not serve the API.</summary>
    public (short Min, short Max) Versions(ApiKey api) => _served.TryGetValue((short)api, out var range) ? range : ((short)0, (short)-1);

    public void Learn(WireTopic topic) => _topicNames[topic.Id] = topic.Name;

    /// <summary>The name of a topic that a scene made, null for an id of nobody.</summary>
    public string? TopicName(Guid id) => _topicNames.GetValueOrDefault(id);

    /// <summary>A topic that several cases read and none changes, made by the first that asks.</summary>
    public Task<WireTopic> SharedAsync(string key, Func<Task<WireTopic>> make) =>
        _shared.GetOrAdd(key, _ => new Lazy<Task<WireTopic>>(make)).Value;
}
