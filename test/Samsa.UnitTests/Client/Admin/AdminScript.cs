using Samsa.Client.Admin;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Client.Scripted;

namespace Samsa.UnitTests.Client.Admin;

/// <summary>A scripted cluster of two brokers whose controller and leaders a test moves, and an admin client of it.</summary>
internal sealed class AdminScript : IAsyncDisposable
{
    public AdminScript()
    {
        Cluster.On(ApiKey.Metadata, Metadata);
        Admin = new KafkaAdmin(
            new AdminOptions
            {
                BootstrapServers = "broker-1:9092",
                RetryBackoff = TimeSpan.FromMilliseconds(1),
                RetryBackoffMax = TimeSpan.FromMilliseconds(1),
                ReconnectBackoff = TimeSpan.FromMilliseconds(1),
                ReconnectBackoffMax = TimeSpan.FromMilliseconds(1),
            },
            Cluster);
    }

    public ScriptedCluster Cluster { get; } = new();

    public KafkaAdmin Admin { get; }

    /// <summary>The broker that the metadata name as the controller.</summary>
    public int Controller { get; set; } = 1;

    /// <summary>The leader of each partition.</summary>
    public SortedDictionary<TopicPartition, int> Leaders { get; } =
        new(Comparer<TopicPartition>.Create((a, b) => (a.Topic, a.Partition).CompareTo((b.Topic, b.Partition))));

    public static string Host(int broker) => $"broker-{broker}";

    /// <summary>The requests for an API that reached a broker.</summary>
    public IEnumerable<TRequest> At<TRequest>(int broker) where TRequest : IMessage =>
        Cluster.Received.Where(r => r.Broker.Host == Host(broker)).Select(r => r.Message).OfType<TRequest>();

    public ValueTask DisposeAsync() => Admin.DisposeAsync();

    private MetadataResponse Metadata(ScriptedRequest request)
    {
        var asked = ((MetadataRequest)request.Message).Topics;
        var topics = asked?.Select(t => t.Name!) ?? Leaders.Keys.Select(p => p.Topic).Distinct();
        return new MetadataResponse
        {
            Brokers = [new() { NodeId = 1, Host = Host(1), Port = 9092 }, new() { NodeId = 2, Host = Host(2), Port = 9092, Rack = request.Version > 0 ? "r" : null }],
            ClusterId = "scripted",
            ControllerId = Controller,
            Topics = [.. topics.Select(Topic)],
        };
    }

    private MetadataResponse.MetadataResponseTopic Topic(string name)
    {
        var partitions = Leaders.Where(l => l.Key.Topic == name).ToList();
        return new MetadataResponse.MetadataResponseTopic
        {
            Name = name,
            ErrorCode = partitions.Count == 0 ? ErrorCode.UnknownTopicOrPartition : ErrorCode.None,
            Partitions = [.. partitions.Select(l => new MetadataResponse.MetadataResponsePartition
            {
                PartitionIndex = l.Key.Partition,
                LeaderId = l.Value,
                ReplicaNodes = [1, 2],
                IsrNodes = [l.Value],
            })],
        };
    }
}
