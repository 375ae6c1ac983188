using Samsa.Broker.Api.Admin;
using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Samsa.UnitTests.Broker.Metadata;
using Xunit;

namespace Samsa.UnitTests.Broker.Admin;

/// <summary>Answers measured on Apache Kafka 4.3.1.</summary>
public sealed class TopicHandlersTests
{
    public static TheoryData<short> CreateVersions => [.. Enumerable.Range(0, 8).Select(version => (short)version)];

    public static TheoryData<short> DeleteVersions => [.. Enumerable.Range(0, 7).Select(version => (short)version)];

    [Theory]
    [MemberData(nameof(CreateVersions))]
    public async Task Every_version_creates_a_topic(short version)
    {
        var metadata = await StartAsync();
        var request = new CreateTopicsRequest { Topics = [new CreateTopicsRequest.CreatableTopic { Name = "n", NumPartitions = 2, ReplicationFactor = 1 }] };

        var result = Assert.Single((await CreateAsync(metadata, version, request)).Topics);

        Assert.Equal((ErrorCode.None, "n"), (result.ErrorCode, result.Name));
        Assert.True(string.IsNullOrEmpty(result.ErrorMessage));
        Assert.Equal(version >= 1, result.ErrorMessage == null);
        Assert.Equal(2, metadata.Current.FindTopic("n")!.Partitions.Count);
        Assert.Equal(version >= 7 ? metadata.Current.FindTopic("n")!.Id : Guid.Empty, result.TopicId);
        Assert.Equal(version >= 5 ? 2 : -1, result.NumPartitions);
        Assert.Equal(version >= 5 ? 36 : 0, result.Configs!.Count);
    }

    [Fact]
    public async Task A_message_that_repeats_more_than_a_string_holds_is_cut()
    {
        var metadata = await StartAsync();
        var topic = new CreateTopicsRequest.CreatableTopic { Name = "n", NumPartitions = 1, ReplicationFactor = 1 };
        for (var i = 0; i < 3; i++)
        {
            topic.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = new string((char)('a' + i), 20_000), Value = null });
        }

        var answer = await CreateAsync(metadata, 3, new CreateTopicsRequest { Topics = [topic] });
        using var writer = new Samsa.Protocol.Wire.WireWriter();
        answer.Write(writer, 3);

        var result = Assert.Single(answer.Topics);
        Assert.Equal(ErrorCode.InvalidConfig, result.ErrorCode);
        Assert.EndsWith("...", result.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_given_twice_is_refused_once()
    {
        var metadata = await StartAsync();
        var twice = new CreateTopicsRequest.CreatableTopic { Name = "n", NumPartitions = 1, ReplicationFactor = 1 };

        var result = Assert.Single((await CreateAsync(metadata, 4, new CreateTopicsRequest { Topics = [twice, twice] })).Topics);

        Assert.Equal((ErrorCode.InvalidRequest, "Duplicate topic name."), (result.ErrorCode, result.ErrorMessage));
        Assert.Null(metadata.Current.FindTopic("n"));
    }

    [Theory]
    [MemberData(nameof(DeleteVersions))]
    public async Task Every_version_deletes_a_topic_by_name(short version)
    {
        var metadata = await StartAsync();
        var request = version >= 6
            ? new DeleteTopicsRequest { Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = "a" }] }
            : new DeleteTopicsRequest { TopicNames = ["a"] };

        Assert.Equal(ErrorCode.None, Assert.Single((await DeleteAsync(metadata, version, request)).Responses).ErrorCode);
        Assert.Null(metadata.Current.FindTopic("a"));
    }

    [Fact]
    public async Task Deletion_by_id_finds_the_name()
    {
        var metadata = await StartAsync();
        var id = metadata.Current.FindTopic("a")!.Id;

        var answer = Assert.Single((await DeleteAsync(metadata, 6, Ids(id))).Responses);

        Assert.Equal((ErrorCode.None, "a", id), (answer.ErrorCode, answer.Name, answer.TopicId));
    }

    [Theory]
    [InlineData("nope", false, ErrorCode.UnknownTopicOrPartition, "This server does not host this topic-partition.")]
    [InlineData(null, true, ErrorCode.UnknownTopicId, "This server does not host this topic ID.")]
    [InlineData("a", true, ErrorCode.InvalidRequest, "You may not specify both topic name and topic id.")]
    [InlineData(null, false, ErrorCode.InvalidRequest, "Neither topic name nor id were specified.")]
    public async Task A_wrong_deletion_has_its_code_and_text(string? name, bool id, ErrorCode code, string text)
    {
        var request = new DeleteTopicsRequest
        {
            Topics = [new DeleteTopicsRequest.DeleteTopicState { Name = name, TopicId = id ? Guid.NewGuid() : Guid.Empty }],
        };

        var answer = Assert.Single((await DeleteAsync(await StartAsync(), 6, request)).Responses);

        Assert.Equal((code, text, name), (answer.ErrorCode, answer.ErrorMessage, answer.Name));
    }

    [Fact]
    public async Task Name_and_id_of_one_topic_are_refused_together_as_Kafka_does()
    {
        var metadata = await StartAsync();
        var request = Ids(metadata.Current.FindTopic("a")!.Id);
        request.Topics.Add(new DeleteTopicsRequest.DeleteTopicState { Name = "a" });

        var answers = (await DeleteAsync(metadata, 6, request)).Responses;

        Assert.Equal(("a", ErrorCode.InvalidRequest), (Assert.Single(answers).Name, answers[0].ErrorCode));
        Assert.NotNull(metadata.Current.FindTopic("a"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_version_adds_partitions_unless_it_only_validates(short version)
    {
        var metadata = await StartAsync();

        await GrowAsync(metadata, version, validateOnly: true);
        Assert.Equal(4, metadata.Current.FindTopic("a")!.Partitions.Count);
        await GrowAsync(metadata, version, validateOnly: false);
        Assert.Equal(6, metadata.Current.FindTopic("a")!.Partitions.Count);
    }

    [Theory]
    [InlineData(1, 0, "")]
    [InlineData(2, 0, "")]
    [InlineData(1, 2, "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER")]
    [InlineData(1, 9, "Unsupported endpoint type 9")]
    public async Task The_cluster_is_described_for_endpoints_of_brokers(short version, sbyte endpointType, string text)
    {
        var request = new DescribeClusterRequest { IncludeClusterAuthorizedOperations = true, EndpointType = endpointType == 0 ? (sbyte)1 : endpointType };

        var answer = await AdminHarness.AskAsync<DescribeClusterRequest, DescribeClusterResponse>(
            new DescribeClusterHandler(await StartAsync()).HandleAsync, ApiKey.DescribeCluster, version, request);

        Assert.Equal(text, answer.ErrorMessage ?? "");
        Assert.Equal(text.Length == 0 ? 1 : 0, answer.Brokers.Count);
        Assert.Equal(text.Length == 0 ? MetadataHarness.ClusterId : "", answer.ClusterId);
        Assert.Equal(text.Length == 0 ? 8096 : int.MinValue, answer.ClusterAuthorizedOperations);
    }

    [Fact]
    public async Task Pages_of_any_size_give_all_partitions_once()
    {
        var metadata = await StartAsync();
        for (var limit = 1; limit <= 8; limit++)
        {
            var seen = new List<string>();
            DescribeTopicPartitionsRequest.CursorData? cursor = null;
            do
            {
                var page = await PageAsync(metadata, limit, cursor);
                Assert.InRange(page.Topics.Sum(topic => topic.Partitions.Count), 1, limit);
                seen.AddRange(page.Topics.SelectMany(topic => topic.Partitions.Select(partition => $"{topic.Name}-{partition.PartitionIndex}")));
                cursor = page.NextCursor is { } next
                    ? new DescribeTopicPartitionsRequest.CursorData { TopicName = next.TopicName, PartitionIndex = next.PartitionIndex }
                    : null;
            }
            while (cursor != null);

            Assert.Equal(["a-0", "a-1", "a-2", "a-3", "b-0", "b-1"], seen);
        }
    }

    [Theory]
    [InlineData("a", -1)]
    [InlineData("c", 0)]
    public async Task A_cursor_that_fits_no_topic_is_refused(string topic, int partition)
    {
        var cursor = new DescribeTopicPartitionsRequest.CursorData { TopicName = topic, PartitionIndex = partition };

        var page = await PageAsync(await StartAsync(), 10, cursor, "a", "b");

        Assert.All(page.Topics, answer => Assert.Equal(ErrorCode.InvalidRequest, answer.ErrorCode));
        Assert.Equal(2, page.Topics.Count);
    }

    [Fact]
    public async Task Unknown_and_wrong_names_have_their_errors_in_the_page()
    {
        var page = await PageAsync(await StartAsync(), 10, null, "nope", "b", "a b");

        Assert.Equal(
            [("a b", ErrorCode.InvalidTopicException), ("b", ErrorCode.None), ("nope", ErrorCode.UnknownTopicOrPartition)],
            page.Topics.Select(topic => (topic.Name!, topic.ErrorCode)));
    }

    private static DeleteTopicsRequest Ids(Guid id) => new() { Topics = [new DeleteTopicsRequest.DeleteTopicState { TopicId = id }] };

    private static Task<CreateTopicsResponse> CreateAsync(IClusterMetadata metadata, short version, CreateTopicsRequest request) =>
        AdminHarness.AskAsync<CreateTopicsRequest, CreateTopicsResponse>(
            new CreateTopicsHandler(metadata).HandleAsync, ApiKey.CreateTopics, version, request);

    private static Task<DeleteTopicsResponse> DeleteAsync(IClusterMetadata metadata, short version, DeleteTopicsRequest request) =>
        AdminHarness.AskAsync<DeleteTopicsRequest, DeleteTopicsResponse>(
            new DeleteTopicsHandler(metadata).HandleAsync, ApiKey.DeleteTopics, version, request);

    private static async Task GrowAsync(IClusterMetadata metadata, short version, bool validateOnly)
    {
        var request = new CreatePartitionsRequest
        {
            Topics = [new CreatePartitionsRequest.CreatePartitionsTopic { Name = "a", Count = 6, Assignments = null }],
            ValidateOnly = validateOnly,
        };
        var answer = await AdminHarness.AskAsync<CreatePartitionsRequest, CreatePartitionsResponse>(
            new CreatePartitionsHandler(metadata).HandleAsync, ApiKey.CreatePartitions, version, request);
        Assert.Equal(ErrorCode.None, Assert.Single(answer.Results).ErrorCode);
    }

    private static Task<DescribeTopicPartitionsResponse> PageAsync(
        IClusterMetadata metadata, int limit, DescribeTopicPartitionsRequest.CursorData? cursor, params string[] names)
    {
        var request = new DescribeTopicPartitionsRequest
        {
            Topics = [.. names.Select(name => new DescribeTopicPartitionsRequest.TopicRequest { Name = name })],
            ResponsePartitionLimit = limit,
            Cursor = cursor,
        };
        return AdminHarness.AskAsync<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse>(
            new DescribeTopicPartitionsHandler(metadata).HandleAsync, ApiKey.DescribeTopicPartitions, 0, request);
    }

    private static async Task<ZooKeeperClusterMetadata> StartAsync()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        await metadata.CreateTopicsAsync([new NewTopic("a", 4, 1), new NewTopic("b", 2, 1)], validateOnly: false);
        return metadata;
    }
}
