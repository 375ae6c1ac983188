using Microsoft.Extensions.Logging.Abstractions;
using Samsa.Broker.Metadata;
using Samsa.Broker.Replication;
using Samsa.Protocol;
using Samsa.Storage;
using Samsa.Storage.Directories;
using Samsa.UnitTests.Storage.Directories;
using Xunit;

namespace Samsa.UnitTests.Broker.Replication;

/// <summary>What becomes of logs whose topic was deleted, or is not known any more.</summary>
public sealed class GoneTopicsTests
{
    private static readonly Guid Id = new("c0ffee00-0000-4000-8000-000000000001");
    private static readonly Guid OtherId = new("c0ffee00-0000-4000-8000-000000000002");
    private readonly LogManagerHarness _harness = new();

    [Fact]
    public async Task Logs_without_a_topic_are_put_aside_and_all_others_stay()
    {
        await using var logs = await _harness.OpenAsync();
        _harness.Append(Log(logs, "gone", 0, Id), "kept");
        Log(logs, "gone", 1, Id);
        Log(logs, "known", 0, Id);
        Log(logs, "again", 0, OtherId);
        Log(logs, "damaged", 0, OtherId);

        var image = Image(Topic("known", Id), Topic("again", Guid.NewGuid()));
        Assert.Equal(3, StrayLogs.PutAside(logs, image, new HashSet<string> { "known", "again", "damaged" }));

        Assert.Equal(["damaged-0", "known-0"], logs.Logs.Select(static log => log.TopicPartition.ToString()).Order());
        var directories = _harness.Files.ListDirectories(LogManagerHarness.First).Select(Path.GetFileName).ToArray();
        Assert.Equal(["damaged-0", "known-0"], directories.Where(static name => !name!.EndsWith("-stray", StringComparison.Ordinal)).Order());
        var stray = Assert.Single(directories, static name => name!.StartsWith("gone-0.", StringComparison.Ordinal));
        Assert.True(_harness.Files.FileLength($"{LogManagerHarness.First}/{stray}/00000000000000000000.log") > 0);
    }

    [Fact]
    public async Task A_list_of_topics_that_may_not_be_read_makes_no_stray()
    {
        await using var logs = await _harness.OpenAsync();
        Log(logs, "t", 0, Id);

        Assert.Equal(0, StrayLogs.PutAside(logs, Image(), topicsInTree: null));

        Assert.Single(logs.Logs);
    }

    [Fact]
    public async Task A_deleted_topic_loses_its_logs_also_where_they_were_not_served()
    {
        await using var logs = await _harness.OpenAsync();
        Log(logs, "t", 0, Id);
        Log(logs, "again", 0, OtherId);
        var replicas = new ReplicaManager(logs, static _ => LogConfig.Default, flushOnAck: false, brokerId: 0, NullLogger<ReplicaManager>.Instance);
        var topic = Topic("t", Id);
        var again = Topic("again", Id);
        replicas.Start(Image(topic, again));
        Assert.Null(replicas.Find("t", 0));

        replicas.OnChanged(Image(), new MetadataDelta { DeletedTopics = [topic, again] });

        // The log of another topic with the same name is not what was deleted.
        Assert.Equal(["again-0"], logs.Logs.Select(static log => log.TopicPartition.ToString()));
    }

    private static PartitionLog Log(LogManager logs, string topic, int partition, Guid id) =>
        logs.GetOrCreate(new TopicPartition(topic, partition), id, LogConfig.Default, isNew: true);

    // Nobody leads it, as while it is being deleted.
    private static TopicImage Topic(string name, Guid id) =>
        new(name, id, [new PartitionImage(0, -1, 1, 1, [0], [0])], new Dictionary<string, string>());

    private static MetadataImage Image(params TopicImage[] topics) => new()
    {
        Version = 1,
        ClusterId = "clusterAAAAAAAAAAAAAAA",
        ControllerId = 0,
        Brokers = new Dictionary<int, BrokerImage>(),
        Topics = topics.ToDictionary(static topic => topic.Name),
        TopicsById = topics.ToDictionary(static topic => topic.Name).Values.DistinctBy(static topic => topic.Id).ToDictionary(static topic => topic.Id),
    };
}
