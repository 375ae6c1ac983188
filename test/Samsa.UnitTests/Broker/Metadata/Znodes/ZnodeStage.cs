using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Broker.Metadata.Coordination;
using Samsa.Fuzz.Targets;
using Samsa.Protocol;

namespace Samsa.UnitTests.Broker.Metadata.Znodes;

/// <summary>Brokers on one tree of nodes in memory; their time stands still at 5,000 ms.</summary>
internal sealed class ZnodeStage
{
    public const string ClusterId = "9bv89sO9Rse1OqkbvF8S8A";

    public MemoryZnodes Tree { get; } = new(new StillTime());

    /// <summary>What was written since this was asked the last time, with topic ids as ID.</summary>
    public List<string> News(params TopicImage[] topics)
    {
        var news = Tree.Log.ToList();
        Tree.Log.Clear();
        return [.. news.Select(line => topics.Aggregate(line, (text, topic) => text.Replace(KafkaUuid.Format(topic.Id), "ID", StringComparison.Ordinal)))];
    }

    public async Task<ZooKeeperClusterMetadata> OpenAsync(
        int broker = 0, Func<ClusterOptions, ClusterOptions>? change = null, string[]? properties = null) => await ZooKeeperClusterMetadata.OpenAsync(
        (change ?? (static options => options))(new ClusterOptions
        {
            Config = BrokerConfig.Create(PropertiesFile.Parse(string.Join('\n', properties ?? []))),
            Identity = new BrokerIdentity(broker, ClusterId),
            Time = new StillTime(),
            Logger = NullLogger.Instance,
        }),
        Tree.Connect(),
        TimeSpan.FromSeconds(30));

    public async Task<ZooKeeperClusterMetadata> StartAsync(
        int broker = 0, Func<ClusterOptions, ClusterOptions>? change = null, string[]? properties = null)
    {
        var metadata = await OpenAsync(broker, change, properties);
        await metadata.RegisterBrokerAsync(Image(broker));
        return metadata;
    }

    public static BrokerImage Image(int broker) =>
        new(broker, null, [new ListenerEndpoint("PLAINTEXT", SecurityProtocol.Plaintext, "127.0.0.1", 9000 + broker)], 0);

    /// <summary>Waits for what comes with a watch.</summary>
    public static async Task<MetadataImage> UntilAsync(ZooKeeperClusterMetadata metadata, Func<MetadataImage, bool> condition)
    {
        var seen = new TaskCompletionSource<MetadataImage>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look(MetadataImage image, MetadataDelta _)
        {
            if (condition(image))
            {
                seen.TrySetResult(image);
            }
        }

        metadata.Changed += Look;
        Look(metadata.Current, new MetadataDelta());
        var image = await seen.Task.WaitAsync(TimeSpan.FromSeconds(120));
        metadata.Changed -= Look;
        return image;
    }

    private sealed class StillTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(5000);
    }
}
