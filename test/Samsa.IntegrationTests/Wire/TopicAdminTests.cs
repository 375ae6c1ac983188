using Samsa.Protocol;
using Samsa.Protocol.Messages;
using Xunit;

namespace Samsa.IntegrationTests.Wire;

/// <summary>CreateTopics, CreatePartitions and DeleteTopics.</summary>
public sealed class TopicAdminTests(WireBroker broker) : IClassFixture<WireBroker>
{
    public static TheoryData<short> CreateVersions => WireVersions.Of(ApiKey.CreateTopics);

    public static TheoryData<short> DeleteVersions => WireVersions.Of(ApiKey.DeleteTopics);

    public static TheoryData<short> GrowVersions => WireVersions.Of(ApiKey.CreatePartitions);

    [Theory]
    [MemberData(nameof(CreateVersions))]
    public async Task Every_version_makes_a_topic_that_serves_at_once(short version)
    {
        broker.Require(ApiKey.CreateTopics, version);
        using var client = await broker.ConnectAsync();
        var wanted = New(partitions: 2);
        wanted.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = "retention.ms", Value = "12345" });

        var answer = await CreateAsync(client, wanted, version);

        Assert.Equal((ErrorCode.None, wanted.Name), (answer.ErrorCode, answer.Name));
        Assert.Equal((version >= 5 ? 2 : -1, version >= 5 ? 1 : -1), (answer.NumPartitions, answer.ReplicationFactor));
        Assert.Equal(version >= 7, answer.TopicId != Guid.Empty);
        if (version >= 5)
            Assert.Equal("12345", answer.Configs!.Single(config => config.Name == "retention.ms").Value);
        if (broker.IsSamsa)
            Assert.Equal(0, await client.MustProduceAsync(new WireTopic(wanted.Name, default), WireRecords.Batch(), partition: 1));
    }

    [Fact]
    public async Task A_topic_that_is_there_already_is_refused()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        var answer = await CreateAsync(client, New(topic.Name));

        Assert.Equal((ErrorCode.TopicAlreadyExists, $"Topic '{topic.Name}' already exists."), (answer.ErrorCode, answer.ErrorMessage));
    }

    [Theory]
    [InlineData(0, 1, ErrorCode.InvalidPartitions)]
    [InlineData(-2, 1, ErrorCode.InvalidPartitions)]
    [InlineData(1, 0, ErrorCode.InvalidReplicationFactor)]
    [InlineData(1, 3, ErrorCode.InvalidReplicationFactor)]
    [InlineData(-1, -1, ErrorCode.None)]
    public async Task Counts_must_be_possible(int partitions, short replicas, ErrorCode expected)
    {
        using var client = await broker.ConnectAsync();
        var wanted = New(partitions: partitions);
        wanted.ReplicationFactor = replicas;

        Assert.Equal(expected, (await CreateAsync(client, wanted)).ErrorCode);
    }

    [Theory]
    [InlineData("", ErrorCode.InvalidTopicException)]
    [InlineData(".", ErrorCode.InvalidTopicException)]
    [InlineData("a b", ErrorCode.InvalidTopicException)]
    [InlineData("__cluster_metadata", ErrorCode.InvalidRequest)]
    public async Task Names_must_be_possible(string name, ErrorCode expected)
    {
        using var client = await broker.ConnectAsync();

        Assert.Equal(expected, (await CreateAsync(client, New(name))).ErrorCode);
    }

    [Fact]
    public async Task Names_that_differ_only_by_dot_and_underscore_collide()
    {
        using var client = await broker.ConnectAsync();
        var name = WireBroker.NewName("a.b");
        Assert.Equal(ErrorCode.None, (await CreateAsync(client, New(name))).ErrorCode);

        Assert.Equal(ErrorCode.InvalidTopicException, (await CreateAsync(client, New(name.Replace('.', '_')))).ErrorCode);
    }

    [Fact]
    public async Task A_name_that_comes_twice_is_refused()
    {
        using var client = await broker.ConnectAsync();
        var wanted = New();

        var response = await client.SendAsync<CreateTopicsResponse>(new CreateTopicsRequest { Topics = [wanted, wanted] }, 5);

        Assert.Equal((wanted.Name, ErrorCode.InvalidRequest), (Assert.Single(response.Topics).Name, response.Topics[0].ErrorCode));
    }

    [Theory]
    [InlineData("no.such.key", "1")]
    [InlineData("retention.ms", "soon")]
    [InlineData("retention.ms", null)]
    [InlineData("cleanup.policy", "burn")]
    public async Task Settings_must_be_known_and_valid(string key, string? value)
    {
        using var client = await broker.ConnectAsync();
        var wanted = New();
        wanted.Configs.Add(new CreateTopicsRequest.CreatableTopicConfig { Name = key, Value = value });

        Assert.Equal(ErrorCode.InvalidConfig, (await CreateAsync(client, wanted)).ErrorCode);
    }

    [Theory]
    [InlineData("0:own", ErrorCode.None)]
    [InlineData("0:own 1:own", ErrorCode.None)]
    [InlineData("1:own", ErrorCode.InvalidReplicaAssignment)]
    [InlineData("0:own 2:own", ErrorCode.InvalidReplicaAssignment)]
    [InlineData("0:own,own", ErrorCode.InvalidReplicaAssignment)]
    [InlineData("0:own 1:own,77", ErrorCode.InvalidReplicaAssignment)]
    [InlineData("0:", ErrorCode.InvalidReplicaAssignment)]
    [InlineData("0:77", ErrorCode.InvalidReplicaAssignment)]
    public async Task Assignments_must_be_possible(string assignments, ErrorCode expected)
    {
        using var client = await broker.ConnectAsync();
        var node = (await client.SendAsync<MetadataResponse>(new MetadataRequest { Topics = [] }, 9)).Brokers[0].NodeId;
        var wanted = Assigned(assignments.Replace("own", $"{node}", StringComparison.Ordinal));

        Assert.Equal(expected, (await CreateAsync(client, wanted)).ErrorCode);
    }

    [Fact]
    public async Task Assignments_and_counts_exclude_each_other()
    {
        using var client = await broker.ConnectAsync();
        var wanted = Assigned("0:0");
        wanted.NumPartitions = 1;

        Assert.Equal(ErrorCode.InvalidRequest, (await CreateAsync(client, wanted)).ErrorCode);
    }

    [Fact]
    public async Task Validating_makes_nothing()
    {
        using var client = await broker.ConnectAsync();
        var wanted = New();

        var answer = await CreateAsync(client, wanted, validateOnly: true);
        var again = await CreateAsync(client, wanted);

        Assert.Equal((ErrorCode.None, ErrorCode.None), (answer.ErrorCode, again.ErrorCode));
        Assert.Equal(1, answer.NumPartitions);
    }

    [Theory]
    [MemberData(nameof(GrowVersions))]
    public async Task Every_version_adds_partitions(short version)
    {
        broker.Require(ApiKey.CreatePartitions, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.None, await GrowAsync(client, topic.Name, 3, version));
        if (broker.IsSamsa)
            Assert.Equal(0, await client.MustProduceAsync(topic, WireRecords.Batch(), partition: 2));
    }

    [Fact]
    public async Task Partitions_only_become_more()
    {
        var topic = await broker.CreateTopicAsync(partitions: 2);
        using var client = await broker.ConnectAsync();

        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync(client, topic.Name, 2));
        Assert.Equal(ErrorCode.InvalidPartitions, await GrowAsync(client, topic.Name, 1));
        Assert.Equal(ErrorCode.UnknownTopicOrPartition, await GrowAsync(client, "no-such-topic", 2));
        Assert.Equal(ErrorCode.InvalidReplicaAssignment, await GrowAsync(client, topic.Name, 3, assignment: 77));
    }

    [Theory]
    [MemberData(nameof(DeleteVersions))]
    public async Task Every_version_deletes_a_topic(short version)
    {
        broker.Require(ApiKey.DeleteTopics, version);
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch());
        var request = new DeleteTopicsRequest { TimeoutMs = 60_000 };
        if (version < 6)
            request.TopicNames.Add(topic.Name);
        else
            request.Topics.Add(new DeleteTopicsRequest.DeleteTopicState { Name = topic.Name });

        var answer = Assert.Single((await client.SendAsync<DeleteTopicsResponse>(request, version)).Responses);

        Assert.Equal((ErrorCode.None, topic.Name), (answer.ErrorCode, answer.Name));
        if (broker.IsSamsa)
            Assert.Equal(ErrorCode.UnknownTopicOrPartition, (await client.ProduceAsync(topic, WireRecords.Batch())).ErrorCode);
    }

    [Fact]
    public async Task A_topic_is_deleted_by_its_id_and_its_name_is_free_again()
    {
        Assert.SkipUnless(broker.IsSamsa, "Apache Kafka deletes in the background.");
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        await client.MustProduceAsync(topic, WireRecords.Batch());

        Assert.Equal((ErrorCode.None, topic.Name), await DeleteAsync(client, null, topic.Id));
        var again = await CreateAsync(client, New(topic.Name));

        Assert.Equal(ErrorCode.None, again.ErrorCode);
        Assert.NotEqual(topic.Id, again.TopicId);
        Assert.Equal(0, await client.MustProduceAsync(new WireTopic(topic.Name, again.TopicId), WireRecords.Batch()));
        Assert.Equal(ErrorCode.UnknownTopicId, (await client.ProduceAsync(topic, WireRecords.Batch(), 13)).ErrorCode);
    }

    [Fact]
    public async Task Deleting_needs_one_name_or_one_id_that_exists()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();

        Assert.Equal((ErrorCode.UnknownTopicOrPartition, "no-such-topic"), await DeleteAsync(client, "no-such-topic", Guid.Empty));
        Assert.Equal((ErrorCode.UnknownTopicId, null), await DeleteAsync(client, null, Guid.NewGuid()));
        Assert.Equal(ErrorCode.InvalidRequest, (await DeleteAsync(client, topic.Name, topic.Id)).Error);
        Assert.Equal(ErrorCode.InvalidRequest, (await DeleteAsync(client, null, Guid.Empty)).Error);
        Assert.Equal(0, await client.MustProduceAsync(topic, WireRecords.Batch()));
    }

    [Fact]
    public async Task A_topic_named_and_given_by_its_id_is_refused_once_and_stays()
    {
        var topic = await broker.CreateTopicAsync();
        using var client = await broker.ConnectAsync();
        var request = new DeleteTopicsRequest { TimeoutMs = 60_000, Topics = [new() { Name = topic.Name }, new() { Name = null, TopicId = topic.Id }] };

        var answer = Assert.Single((await client.SendAsync<DeleteTopicsResponse>(request, 6)).Responses);

        Assert.Equal((ErrorCode.InvalidRequest, topic.Name, topic.Id), (answer.ErrorCode, answer.Name, answer.TopicId));
        Assert.Equal(0, await client.MustProduceAsync(topic, WireRecords.Batch()));
    }

    private static CreateTopicsRequest.CreatableTopic New(string? name = null, int partitions = 1) =>
        new() { Name = name ?? WireBroker.NewName(), NumPartitions = partitions, ReplicationFactor = 1 };

    // "0:1,2 1:2,3" are two partitions with two replicas each.
    private static CreateTopicsRequest.CreatableTopic Assigned(string assignments) => new()
    {
        Name = WireBroker.NewName(),
        NumPartitions = -1,
        ReplicationFactor = -1,
        Assignments =
        [
            .. assignments.Split(' ').Select(text => text.Split(':')).Select(parts => new CreateTopicsRequest.CreatableReplicaAssignment
            {
                PartitionIndex = int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture),
                BrokerIds =
                [
                    .. parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries)
                        .Select(id => int.Parse(id, System.Globalization.CultureInfo.InvariantCulture)),
                ],
            }),
        ],
    };

    private static async Task<CreateTopicsResponse.CreatableTopicResult> CreateAsync(
        WireClient client, CreateTopicsRequest.CreatableTopic topic, short version = 7, bool validateOnly = false)
    {
        var request = new CreateTopicsRequest { Topics = [topic], ValidateOnly = validateOnly };
        return Assert.Single((await client.SendAsync<CreateTopicsResponse>(request, version)).Topics);
    }

    private static async Task<ErrorCode> GrowAsync(WireClient client, string topic, int count, short version = 1, int? assignment = null)
    {
        var request = new CreatePartitionsRequest
        {
            TimeoutMs = 60_000,
            Topics =
            [
                new CreatePartitionsRequest.CreatePartitionsTopic
                {
                    Name = topic,
                    Count = count,
                    Assignments = assignment is { } id ? [new CreatePartitionsRequest.CreatePartitionsAssignment { BrokerIds = [id] }] : null,
                },
            ],
        };
        return Assert.Single((await client.SendAsync<CreatePartitionsResponse>(request, version)).Results).ErrorCode;
    }

    private static async Task<(ErrorCode Error, string? Name)> DeleteAsync(WireClient client, string? name, Guid id)
    {
        var request = new DeleteTopicsRequest { TimeoutMs = 60_000, Topics = [new() { Name = name, TopicId = id }] };
        var answer = Assert.Single((await client.SendAsync<DeleteTopicsResponse>(request, 6)).Responses);
        return (answer.ErrorCode, answer.Name);
    }
}
