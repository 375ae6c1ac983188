using System.Collections.Concurrent;
using Samsa.Client.Producer;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;

namespace Samsa.UnitTests.Client.Producer;

/// <summary>Two scripted brokers that lead the partitions of topic <c>t</c>, and the options of a producer that retries at once.</summary>
internal sealed class ProducerScene
{
    public const string Topic = "t";

    private int _producerIds;

    public ProducerScene(int partitions = 1)
    {
        for (var i = 0; i < partitions; i++)
        {
            Leaders[i] = 1;
        }

        Cluster
            .On(ApiKey.Metadata, _ => Metadata())
            .On(ApiKey.InitProducerId, _ => new InitProducerIdResponse { ProducerId = 1000 + Interlocked.Increment(ref _producerIds) })
            .On(ApiKey.Produce, r => Log.Answer((ProduceRequest)r.Message));
    }

    public ScriptedCluster Cluster { get; } = new();

    public ScriptedLog Log { get; } = new();

    /// <summary>The leader of each partition.</summary>
    public ConcurrentDictionary<int, int> Leaders { get; } = [];

    /// <summary>How often a producer id was given.</summary>
    public int ProducerIds => Volatile.Read(ref _producerIds);

    /// <summary>Failures that were reported, by value.</summary>
    public ConcurrentQueue<(string Value, ErrorCode Error)> Reported { get; } = [];

    public ProducerOptions Options => field ??= new ProducerOptions
    {
        BootstrapServers = "seed:9092",
        Linger = TimeSpan.Zero,
        RetryBackoff = TimeSpan.FromMilliseconds(1),
        RetryBackoffMax = TimeSpan.FromMilliseconds(5),
        ReconnectBackoff = TimeSpan.FromMilliseconds(1),
        ReconnectBackoffMax = TimeSpan.FromMilliseconds(1),
        DeliveryFailed = (in FailedRecord r) =>
            Reported.Enqueue((System.Text.Encoding.UTF8.GetString(r.Value.Span), r.Exception.ErrorCode)),
    };

    public KafkaProducer Start() => new(Options, Cluster);

    /// <summary>The number of the broker that a request went to.</summary>
    public static int Broker(ScriptedRequest request) => int.Parse(request.Broker.Host["broker-".Length..], null);

    private MetadataResponse Metadata() => new()
    {
        Brokers = [new() { NodeId = 1, Host = "broker-1", Port = 9092 }, new() { NodeId = 2, Host = "broker-2", Port = 9092 }],
        ControllerId = 1,
        Topics =
        [
            new()
            {
                Name = Topic,
                Partitions =
                [
                    .. Leaders.OrderBy(l => l.Key).Select(l => new MetadataResponse.MetadataResponsePartition
                    {
                        PartitionIndex = l.Key,
                        LeaderId = l.Value,
                    }),
                ],
            },
        ],
    };
}
