using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>Metadata, DescribeCluster and DescribeTopicPartitions.</summary>
public sealed class MetadataTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> Versions => WireVersions.Of(ApiKey.Metadata);

    public static TheoryData<short> ClusterVersions => WireVersions.Of(ApiKey.DescribeCluster);

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_describes_the_cluster_and_a_topic(short version)
    {
        broker.Require(ApiKey.Metadata, version);
        var topic = await broker.CreateTopicAsync(partitions: 3);
        using var client = await broker.ConnectAsync();

        var response = await client.SendAsync<MetadataResponse>(Names(topic.Name), version);

        var node = Assert.Single(response.Brokers);
        Assert.Equal(broker.Server, $"{node.Host}:{node.Port}");
        if (version >= 1)
            Assert.Equal(node.NodeId, response.ControllerId);
        Assert.Equal(version >= 2, response.ClusterId is not null);
        var answer = Assert.Single(response.Topics);
        Assert.Equal((ErrorCode.None, topic.Name, false), (answer.ErrorCode, answer.Name, answer.IsInternal));
        Assert.Equal(version >= 10 ? topic.Id : Guid.Empty, answer.TopicId);
        Assert.Equal([0, 1, 2], answer.Partitions.Select(partition => partition.PartitionIndex).Order());
        Assert.All(answer.Partitions, partition =>
        {
            Assert.Equal((ErrorCode.None, node.NodeId, version >= 7 ? 0 : -1), (partition.ErrorCode, partition.LeaderId, partition.LeaderEpoch));
            Assert.Equal([node.NodeId], partition.ReplicaNodes);
            Assert.Equal([node.NodeId], partition.IsrNodes);
            Assert.Empty(partition.OfflineReplicas);
        });
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Every_version_can_ask_for_all_topics_and_from_version_1_on_for_none(short version)
    {
        broker.Require(ApiKey.Metadata, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var empty = await client.SendAsync<MetadataResponse>(new MetadataRequest { Topics = [] }, version);
        if (version == 0)
        {
            Assert.Contains(topic.Name, empty.Topics.Select(answer => answer.Name));
            return;
        }

        var all = await client.SendAsync<MetadataResponse>(new MetadataRequest { Topics = null }, version);
        Assert.Empty(empty.Topics);
        Assert.Contains(topic.Name, all.Topics.Select(answer => answer.Name));
    }

    [Theory]
    [InlineData((short)0)]
    [InlineData((short)3)]
    [InlineData((short)4)]
    [InlineData((short)12)]
    public async Task A_topic_is_made_when_a_client_asks_for_it(short version)
    {
        broker.Require(ApiKey.Metadata, version);
        using var client = await broker.ConnectAsync();
        var name = WireBroker.NewName("auto");
        using var timeout = new CancellationTokenSource(WireClient.Patience);

        MetadataResponse.MetadataResponseTopic answer;
        do
        {
            // Apache Kafka makes it in the background and first answers UNKNOWN_TOPIC_OR_PARTITION.
            timeout.Token.ThrowIfCancellationRequested();
            answer = (await client.SendAsync<MetadataResponse>(Names(name), version)).Topics[0];
        }
        while (!broker.IsSamsa && answer.ErrorCode != ErrorCode.None);

        Assert.Equal((ErrorCode.None, 1), (answer.ErrorCode, answer.Partitions.Count));
    }

    [Fact]
    public async Task A_topic_is_not_made_when_the_client_forbids_it()
    {
        using var client = await broker.ConnectAsync();
        var request = Names(WireBroker.NewName("forbidden"));
        request.AllowAutoTopicCreation = false;

        var first = await client.SendAsync<MetadataResponse>(request, 9);
        var second = await client.SendAsync<MetadataResponse>(request, 9);

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, first.Topics[0].ErrorCode);
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, second.Topics[0].ErrorCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("not a valid name")]
    [InlineData("250")]
    public async Task An_invalid_name_is_refused_even_when_it_could_be_made(string name)
    {
        using var client = await broker.ConnectAsync();
        name = name == "250" ? new string('a', 250) : name;

        var answer = Assert.Single((await client.SendAsync<MetadataResponse>(Names(name), 9)).Topics);

        Assert.Equal((ErrorCode.InvalidTopicException, name), (answer.ErrorCode, answer.Name));
    }

    [Fact]
    public async Task A_topic_can_be_asked_for_by_its_id()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var known = await client.SendAsync<MetadataResponse>(Ids(topic.Id), 12);
        var unknown = await client.SendAsync<MetadataResponse>(Ids(Guid.NewGuid()), 12);

        Assert.Equal((ErrorCode.None, topic.Name), (known.Topics[0].ErrorCode, known.Topics[0].Name));
        Assert.Equal((ErrorCode.UnknownTopicId, null), (unknown.Topics[0].ErrorCode, unknown.Topics[0].Name));
    }

    [Fact]
    public async Task The_id_wins_over_a_name_beside_it()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var request = Ids(topic.Id);
        request.Topics![0].Name = "no-such-topic";

        var answer = Assert.Single((await client.SendAsync<MetadataResponse>(request, 12)).Topics);

        Assert.Equal((ErrorCode.None, topic.Name), (answer.ErrorCode, answer.Name));
    }

    [Fact]
    public async Task An_id_needs_version_12_and_something_must_be_named()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var early = Ids(topic.Id);
        early.Topics![0].Name = topic.Name;

        Assert.Equal(ErrorCode.InvalidRequest, (await client.SendAsync<MetadataResponse>(early, 10)).Topics[0].ErrorCode);
        Assert.Equal(ErrorCode.UnknownServerError, (await client.SendAsync<MetadataResponse>(Ids(Guid.Empty), 12)).Topics[0].ErrorCode);
    }

    [Fact]
    public async Task A_topic_that_is_named_twice_is_answered_once()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Single((await client.SendAsync<MetadataResponse>(Names(topic.Name, topic.Name), 9)).Topics);
    }

    [Theory]
    [MemberData(nameof(ClusterVersions))]
    public async Task Every_version_describes_the_cluster(short version)
    {
        broker.Require(ApiKey.DescribeCluster, version);
        using var client = await broker.ConnectAsync();

        var response = await client.SendAsync<DescribeClusterResponse>(new DescribeClusterRequest(), version);

        Assert.Equal(ErrorCode.None, response.ErrorCode);
        var node = Assert.Single(response.Brokers);
        Assert.Equal((broker.Server, node.BrokerId), ($"{node.Host}:{node.Port}", response.ControllerId));
        Assert.NotEmpty(response.ClusterId);
        Assert.Equal(int.MinValue, response.ClusterAuthorizedOperations);
    }

    [Fact]
    public async Task A_broker_is_no_endpoint_for_controllers()
    {
        broker.Require(ApiKey.DescribeCluster, 1);
        using var client = await broker.ConnectAsync();

        var response = await client.SendAsync<DescribeClusterResponse>(new DescribeClusterRequest { EndpointType = 2 }, 1);

        Assert.Equal(ErrorCode.MismatchedEndpointType, response.ErrorCode);
    }

    [Fact]
    public async Task Partitions_of_topics_are_described_page_by_page()
    {
        broker.Require(ApiKey.DescribeTopicPartitions, 0);
        var topic = await broker.CreateTopicAsync(partitions: 5);
        using var client = await broker.ConnectAsync();
        var request = new DescribeTopicPartitionsRequest { Topics = [new() { Name = topic.Name }], ResponsePartitionLimit = 3 };

        var first = await client.SendAsync<DescribeTopicPartitionsResponse>(request, 0);
        request.Cursor = new DescribeTopicPartitionsRequest.CursorData
        {
            TopicName = first.NextCursor!.TopicName,
            PartitionIndex = first.NextCursor.PartitionIndex,
        };
        var second = await client.SendAsync<DescribeTopicPartitionsResponse>(request, 0);

        Assert.Equal([0, 1, 2], first.Topics[0].Partitions.Select(partition => partition.PartitionIndex));
        Assert.Equal([3, 4], second.Topics[0].Partitions.Select(partition => partition.PartitionIndex));
        Assert.Null(second.NextCursor);
        Assert.Equal(topic.Id, second.Topics[0].TopicId);
    }

    [Fact]
    public async Task An_unknown_topic_is_described_as_unknown()
    {
        broker.Require(ApiKey.DescribeTopicPartitions, 0);
        using var client = await broker.ConnectAsync();
        var request = new DescribeTopicPartitionsRequest { Topics = [new() { Name = "no-such-topic" }] };

        var response = await client.SendAsync<DescribeTopicPartitionsResponse>(request, 0);

        Assert.Equal(ErrorCode.UnknownTopicOrPartition, Assert.Single(response.Topics).ErrorCode);
    }

    private static MetadataRequest Names(params string[] names) =>
        new() { Topics = [.. names.Select(name => new MetadataRequest.MetadataRequestTopic { Name = name })] };

    private static MetadataRequest Ids(Guid id) =>
        new() { Topics = [new MetadataRequest.MetadataRequestTopic { Name = null, TopicId = id }] };
}
