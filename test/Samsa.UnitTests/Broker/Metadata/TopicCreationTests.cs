using Samsa.Broker.Metadata;
using Samsa.Protocol;
using Xunit;

namespace Samsa.UnitTests.Broker.Metadata;

/// <summary>Codes and texts are those of Apache Kafka 4.3.1, measured over raw sockets.</summary>
public sealed class TopicCreationTests
{
    public static TheoryData<NewTopic, ErrorCode, string> Refused => new()
    {
        { new NewTopic("old", 1, 1), ErrorCode.TopicAlreadyExists, "Topic 'old' already exists." },
        { new NewTopic("t", 0, 1), ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value." },
        { new NewTopic("t", -2, 1), ErrorCode.InvalidPartitions, "Number of partitions was set to an invalid non-positive value." },
        { new NewTopic("t", 1, 0), ErrorCode.InvalidReplicationFactor, "Replication factor must be larger than 0, or -1 to use the default value." },
        { new NewTopic("t", 1, 3), ErrorCode.InvalidReplicationFactor, "Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned." },
        { new NewTopic("", 1, 1), ErrorCode.InvalidTopicException, "Topic name is invalid: the empty string is not allowed" },
        { new NewTopic("..", 1, 1), ErrorCode.InvalidTopicException, "Topic name is invalid: '..' is not allowed" },
        { new NewTopic("a b", 1, 1), ErrorCode.InvalidTopicException, "Topic name is invalid: 'a b' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'" },
        { new NewTopic("m_x", 1, 1), ErrorCode.InvalidTopicException, "Topic 'm_x' collides with existing topic: m.x" },
        { new NewTopic("__cluster_metadata", 1, 1), ErrorCode.InvalidRequest, "Creation of internal topic __cluster_metadata is prohibited." },
        { new NewTopic("t", 10_001, 1), ErrorCode.PolicyViolation, "Excessively large number of partitions per request." },
        { Assigned(1, -1, (0, [1])), ErrorCode.InvalidRequest, "A manual partition assignment was specified, but numPartitions was not set to -1." },
        { Assigned(-1, 1, (0, [1])), ErrorCode.InvalidRequest, "A manual partition assignment was specified, but replication factor was not set to -1." },
        { Assigned(-1, -1, (0, [1]), (2, [1])), ErrorCode.InvalidReplicaAssignment, "partitions should be a consecutive 0-based integer sequence" },
        { Assigned(-1, -1, (0, [1]), (0, [1])), ErrorCode.InvalidReplicaAssignment, "Found multiple manual partition assignments for partition 0" },
        { Assigned(-1, -1, (0, [1, 1])), ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes the broker 1 more than once." },
        { Assigned(-1, -1, (0, [])), ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes an empty replica list." },
        { Assigned(-1, -1, (0, [77])), ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes broker 77, but no such broker is registered." },
        { Configured(("no.such", "1")), ErrorCode.InvalidConfig, "Unknown topic config name: no.such" },
        { Configured(("retention.ms", null), ("segment.ms", null)), ErrorCode.InvalidConfig, "Null value not supported for topic configs: retention.ms,segment.ms" },
        { Configured(("min.compaction.lag.ms", "5"), ("max.compaction.lag.ms", "1")), ErrorCode.InvalidConfig, "conflict topic config setting min.compaction.lag.ms (5) > max.compaction.lag.ms (1)" },
        { Configured(("remote.storage.enable", "true")), ErrorCode.InvalidConfig, "Tiered Storage functionality is disabled in the broker. Topic cannot be configured with remote log storage." },
    };

    public static TheoryData<NewPartitions, ErrorCode, string?> GrowthRefused => new()
    {
        { new NewPartitions("nope", 3), ErrorCode.UnknownTopicOrPartition, null },
        { new NewPartitions("old", 2), ErrorCode.InvalidPartitions, "Topic already has 2 partition(s)." },
        { new NewPartitions("old", 1), ErrorCode.InvalidPartitions, "The topic old currently has 2 partition(s); 1 would not be an increase." },
        { new NewPartitions("old", 4, [[1]]), ErrorCode.InvalidReplicaAssignment, "Attempted to add 2 additional partition(s), but only 1 assignment(s) were specified." },
        { new NewPartitions("old", 3, [[77]]), ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes broker 77, but no such broker is registered." },
        { new NewPartitions("old", 3, [[]]), ErrorCode.InvalidReplicaAssignment, "The manual partition assignment includes an empty replica list." },
        { new NewPartitions("old", int.MaxValue), ErrorCode.PolicyViolation, "Excessively large number of partitions per request." },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_wrong_topic_is_refused_with_kafkas_code_and_text(NewTopic topic, ErrorCode code, string text)
    {
        var metadata = await WithTopicsAsync();

        Assert.Equal(new MetadataError(code, text), await metadata.CreateAsync(topic));
        Assert.Equal(["m.x", "old"], metadata.Current.Topics.Keys.Order());
    }

    [Theory]
    [MemberData(nameof(GrowthRefused))]
    public async Task Wrong_growth_is_refused_with_kafkas_code_and_text(NewPartitions growth, ErrorCode code, string? text)
    {
        var metadata = await WithTopicsAsync();

        Assert.Equal([new MetadataError(code, text)], await metadata.CreatePartitionsAsync([growth], validateOnly: false));
        Assert.Equal(2, metadata.Current.FindTopic("old")!.Partitions.Count);
    }

    [Fact]
    public async Task Counts_of_minus_one_take_the_brokers_defaults()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk(), "num.partitions=3");

        await metadata.CreateAsync(new NewTopic("t"));

        var topic = metadata.Current.FindTopic("t")!;
        Assert.Equal([0, 1, 2], topic.Partitions.Select(partition => partition.Partition));
        Assert.All(topic.Partitions, partition => Assert.Equal((1, 0), (partition.Leader, partition.LeaderEpoch)));
        Assert.Same(topic, metadata.Current.FindTopic(topic.Id));
    }

    [Fact]
    public async Task Validation_changes_nothing_and_tells_what_would_be()
    {
        var metadata = await WithTopicsAsync();

        var result = (await metadata.CreateTopicsAsync([new NewTopic("t", 2, 1)], validateOnly: true))[0];

        Assert.False(result.Error.IsError);
        Assert.Equal(2, result.Topic!.Partitions.Count);
        Assert.Null(metadata.Current.FindTopic("t"));
    }

    [Fact]
    public async Task A_request_for_too_many_partitions_in_all_is_refused_as_a_whole()
    {
        var metadata = await WithTopicsAsync();

        var results = await metadata.CreateTopicsAsync([new NewTopic("a", 6000, 1), new NewTopic("b", 6000, 1)], validateOnly: true);

        Assert.Equal([ErrorCode.PolicyViolation, ErrorCode.PolicyViolation], results.Select(result => result.Error.Code));
    }

    [Theory]
    [InlineData("a.b_c-D9", null)]
    [InlineData("ü", "Topic name is invalid: 'ü' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'")]
    public void Names_have_ascii_letters_digits_and_three_signs(string name, string? problem) => Assert.Equal(problem, TopicNames.Problem(name));

    [Fact]
    public void Names_have_at_most_249_characters()
    {
        Assert.Null(TopicNames.Problem(new string('x', 249)));
        Assert.EndsWith("is longer than the max allowed length 249", TopicNames.Problem(new string('x', 250)), StringComparison.Ordinal);
    }

    private static NewTopic Assigned(int partitions, int factor, params (int Partition, int[] Replicas)[] assignments) => new(
        "t", partitions, factor, [.. assignments.Select(assignment => new ReplicaAssignment(assignment.Partition, assignment.Replicas))]);

    private static NewTopic Configured(params (string Name, string? Value)[] configs) =>
        new("t", 1, 1, Configs: [.. configs.Select(config => new KeyValuePair<string, string?>(config.Name, config.Value))]);

    private static async Task<ZooKeeperClusterMetadata> WithTopicsAsync()
    {
        var metadata = await MetadataHarness.StartAsync(MetadataHarness.NewDisk());
        await metadata.CreateTopicsAsync([new NewTopic("old", 2, 1), new NewTopic("m.x", 1, 1)], validateOnly: false);
        return metadata;
    }
}
