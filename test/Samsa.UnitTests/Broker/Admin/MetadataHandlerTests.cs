using Samsa.Broker.Api.Admin;
using Samsa.Broker.Configuration;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Broker.Metadata;
using Xunit;

namespace Samsa.UnitTests.Broker.Admin;

/// <summary>Answers measured on Apache Kafka 4.3.1.</summary>
public sealed class MetadataHandlerTests
{
    private const int AllTopicOperations = 3576;
    private const int AllClusterOperations = 8096;

    public static TheoryData<short> Versions => [.. Enumerable.Range(0, 14).Select(version => (short)version)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_describes_a_topic(short version)
    {
        var metadata = await WithTopicAsync();

        var answer = await AskAsync(metadata, version, Request([("t", default)], operations: version >= 8, cluster: version is >= 8 and <= 10));

        var broker = Assert.Single(answer.Brokers);
        Assert.Equal((1, "127.0.0.1", 9092), (broker.NodeId, broker.Host, broker.Port));
        var topic = Assert.Single(answer.Topics);
        Assert.Equal((ErrorCode.None, "t"), (topic.ErrorCode, topic.Name));
        Assert.Equal(version >= 8 ? AllTopicOperations : int.MinValue, topic.TopicAuthorizedOperations);
        Assert.Equal(version is >= 8 and <= 10 ? AllClusterOperations : int.MinValue, answer.ClusterAuthorizedOperations);
        Assert.Equal(version >= 10 ? metadata.Current.FindTopic("t")!.Id : Guid.Empty, topic.TopicId);
        Assert.Equal([0, 1], topic.Partitions.Select(partition => partition.PartitionIndex));
        Assert.All(topic.Partitions, partition =>
        {
            Assert.Equal((ErrorCode.None, 1), (partition.ErrorCode, partition.LeaderId));
            Assert.Equal([1], partition.ReplicaNodes);
            Assert.Equal([1], partition.IsrNodes);
            Assert.Empty(partition.OfflineReplicas);
        });
    }

    [Theory]
    [InlineData("nope", ErrorCode.UnknownTopicOrPartition)]
    [InlineData("a b", ErrorCode.InvalidTopicException)]
    [InlineData("", ErrorCode.InvalidTopicException)]
    public async Task A_name_without_topic_has_its_error(string name, ErrorCode error)
    {
        var topic = Assert.Single((await AskAsync(await WithTopicAsync(), 12, Request([(name, default)]))).Topics);

        Assert.Equal((error, name), (topic.ErrorCode, topic.Name));
    }

    [Fact]
    public async Task An_unknown_id_is_told_so_and_wins_over_a_name()
    {
        var id = Guid.NewGuid();

        var answer = await AskAsync(await WithTopicAsync(), 12, Request([(null, id), ("t", id)]));

        Assert.All(answer.Topics, topic => Assert.Equal((ErrorCode.UnknownTopicId, null, id), (topic.ErrorCode, topic.Name, topic.TopicId)));
    }

    [Theory]
    [InlineData(10, true, ErrorCode.InvalidRequest)]
    [InlineData(11, true, ErrorCode.InvalidRequest)]
    [InlineData(10, false, ErrorCode.InvalidRequest)]
    [InlineData(12, false, ErrorCode.UnknownServerError)]
    public async Task Ids_before_version_12_and_entries_without_name_and_id_spoil_the_request(short version, bool withId, ErrorCode error)
    {
        var answer = await AskAsync(await WithTopicAsync(), version, Request([(withId ? "t" : null, withId ? Guid.NewGuid() : Guid.Empty)]));

        Assert.Empty(answer.Brokers);
        Assert.Equal(error, Assert.Single(answer.Topics).ErrorCode);
    }

    [Fact]
    public async Task A_topic_asked_for_twice_is_answered_once() =>
        Assert.Single((await AskAsync(await WithTopicAsync(), 12, Request([("t", default), ("t", default)]))).Topics);

    [Theory]
    [InlineData(0, false, 1)]
    [InlineData(1, false, 0)]
    [InlineData(1, true, 1)]
    [InlineData(13, true, 1)]
    public async Task Null_means_all_topics_and_an_empty_list_none_except_in_version_0(short version, bool isNull, int count)
    {
        var request = new MetadataRequest { Topics = isNull ? null : [] };

        Assert.Equal(count, (await AskAsync(await WithTopicAsync(), version, request)).Topics.Count);
    }

    [Theory]
    [InlineData("fresh", 3)]
    [InlineData("__consumer_offsets", 50)]
    public async Task A_missing_topic_is_made_and_answered_at_once(string name, int partitions)
    {
        var metadata = await MetadataHarness.StartAsync(
            MetadataHarness.NewDisk(), "num.partitions=3", "offsets.topic.replication.factor=1");

        var topic = Assert.Single((await AskAsync(metadata, 12, Request([(name, default)], create: true))).Topics);

        Assert.Equal((ErrorCode.None, partitions), (topic.ErrorCode, topic.Partitions.Count));
        Assert.Equal(name.StartsWith('_'), topic.IsInternal);
        Assert.Equal(name.StartsWith('_') ? "compact" : null, metadata.Current.FindTopic(name)!.Configs.GetValueOrDefault("cleanup.policy"));
    }

    [Theory]
    [InlineData("auto.create.topics.enable=false", true, ErrorCode.UnknownTopicOrPartition)]
    [InlineData("num.partitions=1", false, ErrorCode.UnknownTopicOrPartition)]
    [InlineData("default.replication.factor=3", true, ErrorCode.InvalidReplicationFactor)]
    public async Task A_missing_topic_is_not_made_when_something_forbids_it(string property, bool create, ErrorCode error)
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk(), property);

        Assert.Equal(error, Assert.Single((await AskAsync(metadata, 12, Request([("fresh", default)], create: create))).Topics).ErrorCode);
        Assert.Empty(metadata.Current.Topics);
    }

    [Fact]
    public async Task Endpoints_are_those_of_the_listener_that_was_asked()
    {
        var metadata = await WithTopicAsync();
        ListenerEndpoint[] endpoints =
        [
            new("PLAINTEXT", SecurityProtocol.Plaintext, "inside", 1), new("EXTERNAL", SecurityProtocol.Plaintext, "outside", 2),
        ];
        await metadata.RegisterBrokerAsync(new BrokerImage(1, "rack", endpoints, 2));

        var outside = await AskAsync(metadata, 12, Request([("t", default)]), "EXTERNAL");
        var nowhere = await AskAsync(metadata, 12, Request([("t", default)]), "OTHER");
        var nowhereOld = await AskAsync(metadata, 5, Request([("t", default)]), "OTHER");

        Assert.Equal(("outside", 2, "rack"), (outside.Brokers[0].Host, outside.Brokers[0].Port, outside.Brokers[0].Rack));
        Assert.Empty(nowhere.Brokers);
        Assert.All(nowhere.Topics[0].Partitions, partition => Assert.Equal(ErrorCode.ListenerNotFound, partition.ErrorCode));
        Assert.All(nowhereOld.Topics[0].Partitions, partition => Assert.Equal(ErrorCode.LeaderNotAvailable, partition.ErrorCode));
    }

    private static MetadataRequest Request(
        (string? Name, Guid Id)[] topics, bool create = false, bool operations = false, bool cluster = false) => new()
        {
            Topics = [.. topics.Select(topic => new MetadataRequest.MetadataRequestTopic { Name = topic.Name, TopicId = topic.Id })],
            AllowAutoTopicCreation = create,
            IncludeTopicAuthorizedOperations = operations,
            IncludeClusterAuthorizedOperations = cluster,
        };

    private static Task<MetadataResponse> AskAsync(IClusterMetadata metadata, short version, MetadataRequest request, string listener = "PLAINTEXT")
    {
        // Versions before 4 cannot forbid the creation of topics.
        request.AllowAutoTopicCreation |= version < 4;
        return AdminHarness.AskAsync<MetadataRequest, MetadataResponse>(
            new MetadataHandler(metadata).HandleAsync, ApiKey.Metadata, version, request, listener);
    }

    private static async Task<ZooKeeperClusterMetadata> WithTopicAsync()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        await metadata.CreateAsync(new NewTopic("t", 2, 1));
        return metadata;
    }
}
